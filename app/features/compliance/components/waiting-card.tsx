import { BlockStack, Button, InlineStack, Text } from "@shopify/polaris";
import type { ReactNode } from "react";
import { ActionError } from "~/components/action-error";
import { SectionCard } from "~/components/section-card";
import { formatShopDate, formatShopTime } from "~/platform/shop-time";
import type { RequestLine } from "../compliance";
import { TOPIC_NAMES } from "../compliance-text";
import { CustomerText } from "./customer-text";
import { DueBadge } from "./due-badge";
import { SentButton } from "./sent-dialog";
import { useReportDownload } from "./use-report-download";

type Props = { line: RequestLine; now: string; ianaTimezone: string };

/** A customer wants to know what is stored about them: the merchant downloads the report, sends it, and says so. */
export function WaitingCard({ line, now, ianaTimezone }: Props) {
  const badge = <DueBadge line={line} now={now} ianaTimezone={ianaTimezone} />;
  return (
    <SectionCard title={TOPIC_NAMES[line.topic]} badge={badge}>
      <BlockStack gap="300">
        <CustomerText line={line} />
        <Text as="p" tone="subdued">
          Received {formatShopDate(line.receivedAt, ianaTimezone)}, due{" "}
          {formatShopDate(line.dueAt, ianaTimezone)}
        </Text>
        <Text as="p">
          {line.hasReport
            ? "Download the report and send it to the customer; Backroom sends nothing by itself. It holds their conversations, the checks of their orders and what Shopify told about them. If nothing is stored, it says so, which is an answer as well."
            : "The report cannot be gathered yet: the request has not been read to its end."}
        </Text>
        {line.downloadedAt && (
          <Text as="p" fontWeight="semibold">
            Downloaded {formatShopTime(line.downloadedAt, ianaTimezone)}
            {line.downloadedBy && ` by ${line.downloadedBy}`}; not marked as sent yet.
          </Text>
        )}
        {line.hasReport ? (
          <ReportButtons line={line}>
            <SentButton line={line} intent="sent" />
          </ReportButtons>
        ) : (
          <InlineStack>
            <SentButton line={line} intent="sent" />
          </InlineStack>
        )}
      </BlockStack>
    </SectionCard>
  );
}

/** Both forms of the report, and beside them what failed. `quiet`: in a list of what is done. */
export function ReportButtons({
  line,
  quiet = false,
  children,
}: {
  line: RequestLine;
  quiet?: boolean;
  children?: ReactNode;
}) {
  const { start, busy, failed } = useReportDownload(line);
  const again = line.downloadedAt !== null;
  const whom = line.customer?.label ?? "";
  return (
    <BlockStack gap="200">
      <InlineStack gap="300" blockAlign="center">
        <Button
          variant={quiet ? "plain" : again ? undefined : "primary"}
          loading={busy === "html"}
          accessibilityLabel={`${again ? "Download the report again" : "Download report"}: ${whom}`}
          onClick={() => void start("html")}
        >
          {again ? "Download again" : "Download report"}
        </Button>
        {children}
        <Button
          variant="plain"
          loading={busy === "json"}
          accessibilityLabel={`Download as JSON: ${whom}`}
          onClick={() => void start("json")}
        >
          As JSON
        </Button>
      </InlineStack>
      <ActionError answer={failed} />
    </BlockStack>
  );
}
