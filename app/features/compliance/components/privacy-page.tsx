import { Banner, BlockStack, Page } from "@shopify/polaris";
import { Row, RowList } from "~/components/row-list";
import { SectionCard } from "~/components/section-card";
import { SectionEmpty } from "~/components/section-empty";
import { formatShopDate } from "~/platform/shop-time";
import { isOpen, isOverdue, type RequestLine } from "../compliance";
import { outcomeText, TOPIC_NAMES } from "../compliance-text";
import { DueBadge } from "./due-badge";
import { SentButton } from "./sent-dialog";
import { ReportButtons, WaitingCard } from "./waiting-card";

type Props = { requests: RequestLine[]; now: string; ianaTimezone: string };

/** What customers and Shopify have asked for: what waits for the merchant first, then everything with its outcome. */
export function PrivacyPage({ requests, now, ianaTimezone }: Props) {
  const waiting = requests.filter((line) => isOpen(line) && line.topic === "CUSTOMERS_DATA_REQUEST");
  const others = requests.filter((line) => !waiting.includes(line));
  const overdue = requests.filter((line) => isOverdue(line, now, ianaTimezone)).length;
  return (
    <Page
      title="Privacy requests"
      subtitle="What customers ask about their data, and what became of it"
      backAction={{ content: "Settings", url: "/app/settings" }}
    >
      <BlockStack gap="400">
        {overdue > 0 && <OverdueBanner count={overdue} />}
        {!requests.length && (
          <SectionEmpty
            title="No privacy requests yet"
            body="When a customer asks for their data or for its removal, Shopify tells Backroom and it appears here. You have 30 days to answer."
          />
        )}
        {waiting.map((line) => (
          <WaitingCard key={line.id} line={line} now={now} ianaTimezone={ianaTimezone} />
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
                      {line.hasReport && (
                        <ReportButtons line={line} quiet>
                          {!isOpen(line) && <SentButton line={line} intent="not-sent" />}
                        </ReportButtons>
                      )}
                      <DueBadge line={line} now={now} ianaTimezone={ianaTimezone} />
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

function detailOf(line: RequestLine, ianaTimezone: string): string {
  const day = (instant: string) => formatShopDate(instant, ianaTimezone);
  const parts = [
    line.customer?.label,
    `Received ${day(line.receivedAt)}`,
    isOpen(line) && `due ${day(line.dueAt)}`,
    outcomeText(line),
    line.sentAt && `${day(line.sentAt)}${line.sentBy ? ` by ${line.sentBy}` : ""}`,
  ];
  return parts.filter(Boolean).join(" · ");
}
