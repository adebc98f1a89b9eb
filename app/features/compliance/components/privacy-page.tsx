import { useFetcher } from "@remix-run/react";
import { Banner, BlockStack, Button, InlineStack, Page, Text } from "@shopify/polaris";
import { Row, RowList } from "~/components/row-list";
import { SectionCard } from "~/components/section-card";
import { SectionEmpty } from "~/components/section-empty";
import { useToast } from "~/components/use-toast";
import { formatShopDate } from "~/platform/shop-time";
import { isOpen, isOverdue, type RequestLine } from "../compliance";
import { outcomeText, TOPIC_NAMES } from "../compliance-text";
import { DueBadge } from "./due-badge";
import { useReportDownload } from "./use-report-download";

type Props = { requests: RequestLine[]; now: string; ianaTimezone: string };

/** What customers and Shopify have asked for: what waits for the merchant first, then everything with its outcome. */
export function PrivacyPage({ requests, now, ianaTimezone }: Props) {
  const download = useReportDownload();
  const waiting = requests.filter((line) => isOpen(line) && line.topic === "CUSTOMERS_DATA_REQUEST");
  const others = requests.filter((line) => !waiting.includes(line));
  const overdue = requests.filter((line) => isOverdue(line, now)).length;
  return (
    <Page
      title="Privacy requests"
      subtitle="What customers ask about their data, and what became of it"
      backAction={{ content: "Settings", url: "/app/settings" }}
    >
      <BlockStack gap="400">
        {download.trouble ? (
          <Banner tone="critical" title={download.trouble} />
        ) : (
          overdue > 0 && <OverdueBanner count={overdue} />
        )}
        {!requests.length && (
          <SectionEmpty
            title="No privacy requests yet"
            body="When a customer asks for their data or for its removal, Shopify tells Backroom and it appears here. You have 30 days to answer."
          />
        )}
        {waiting.map((line) => (
          <WaitingCard key={line.id} line={line} now={now} ianaTimezone={ianaTimezone} download={download} />
        ))}
        {others.length > 0 && (
          <SectionCard title={waiting.length ? "Other requests" : "Requests"}>
            <RowList label="Privacy requests">
              {others.map((line) => (
                <Row
                  key={line.id}
                  title={TOPIC_NAMES[line.topic]}
                  detail={detailOf(line, ianaTimezone)}
                  aside={
                    <>
                      {line.hasReport && <DownloadButton line={line} download={download} again />}
                      <DueBadge line={line} now={now} />
                    </>
                  }
                />
              ))}
            </RowList>
          </SectionCard>
        )}
      </BlockStack>
    </Page>
  );
}

function OverdueBanner({ count }: { count: number }) {
  return (
    <Banner
      tone="critical"
      title={count === 1 ? "A privacy request is overdue" : `${count} privacy requests are overdue`}
    >
      <p>
        The law gives 30 days. Answer what waits for you below, and tell the customer about the delay; what
        Backroom did not manage by itself is on the Webhooks page.
      </p>
    </Banner>
  );
}

type Download = ReturnType<typeof useReportDownload>;
type WaitingProps = { line: RequestLine; now: string; ianaTimezone: string; download: Download };

/** A customer wants to know what is stored about them: the merchant hands it over, nothing is sent by itself. */
function WaitingCard({ line, now, ianaTimezone, download }: WaitingProps) {
  return (
    <SectionCard title={TOPIC_NAMES[line.topic]} badge={<DueBadge line={line} now={now} />}>
      <Text as="p" tone="subdued">
        Received {formatShopDate(line.receivedAt, ianaTimezone)}, due{" "}
        {formatShopDate(line.dueAt, ianaTimezone)}
      </Text>
      <Text as="p">
        {line.hasReport
          ? "A customer asks what is stored about them. Download the report and send it to them; Backroom sends nothing by itself. It holds their tickets, the flags of their orders and what Shopify told about them."
          : "A customer asks what is stored about them. The report cannot be gathered yet: the request has not been read to its end."}
      </Text>
      <InlineStack gap="200">
        {line.hasReport && <DownloadButton line={line} download={download} />}
        <HandedOverButton id={line.id} />
      </InlineStack>
    </SectionCard>
  );
}

function DownloadButton({
  line,
  download,
  again = false,
}: {
  line: RequestLine;
  download: Download;
  again?: boolean;
}) {
  return (
    <Button
      variant={again ? "plain" : "primary"}
      loading={download.busy === line.id}
      accessibilityLabel={again ? "Download again: the report of this request" : undefined}
      onClick={() => void download.start(line)}
    >
      {again ? "Download again" : "Download report"}
    </Button>
  );
}

function HandedOverButton({ id }: { id: string }) {
  const fetcher = useFetcher<{ ok: boolean; message: string }>();
  useToast(fetcher.data);
  const refused = fetcher.state === "idle" && fetcher.data && !fetcher.data.ok ? fetcher.data.message : null;
  return (
    <fetcher.Form method="post">
      <input type="hidden" name="intent" value="handed-over" />
      <input type="hidden" name="id" value={id} />
      <Button submit loading={fetcher.state !== "idle"}>
        Mark as handed over
      </Button>
      {refused && (
        <Text as="p" tone="critical">
          {refused}
        </Text>
      )}
    </fetcher.Form>
  );
}

function detailOf(line: RequestLine, ianaTimezone: string): string {
  const due = isOpen(line) ? `due ${formatShopDate(line.dueAt, ianaTimezone)}` : null;
  const parts = [`Received ${formatShopDate(line.receivedAt, ianaTimezone)}`, due, outcomeText(line)];
  return parts.filter(Boolean).join(" · ");
}
