import { Banner, BlockStack, Card, InlineGrid, Page, Text } from "@shopify/polaris";
import { useCallback, useState } from "react";
import { SectionCard } from "~/components/section-card";
import { TermList, type Term } from "~/components/term-list";
import { formatAgo, formatShopTime } from "~/platform/shop-time";
import { formatSpan, formatUntil } from "~/platform/time-span";
import type { DeliveryDetail } from "../diagnostics.server";
import { DISMISSABLE, errorText, MOST_ATTEMPTS, personText, REPLAYABLE } from "../webhook-status";
import { ChangeDialog, type AskChange } from "./change-dialog";
import { StatusBadge } from "./status-badge";

type Props = { delivery: DeliveryDetail; now: string; ianaTimezone: string; actor: string };

/** One delivery: what came, what was tried, and what may be done. */
export function DeliveryPage({ delivery, now, ianaTimezone, actor }: Props) {
  const [asking, setAsking] = useState<AskChange | null>(null);
  const { webhookId, topic, status, lastError } = delivery;
  const ask = (kind: AskChange["kind"]) => setAsking({ kind, filter: { webhookId } });
  const done = useCallback((message: string) => {
    setAsking(null);
    window.shopify?.toast.show(message);
  }, []);
  const may = (statuses: readonly string[]) => statuses.includes(status);
  return (
    <Page
      title={topic}
      titleMetadata={<StatusBadge status={status} />}
      backAction={{ content: "Webhooks", url: "/app/webhooks" }}
      {...(may(REPLAYABLE) && { primaryAction: { content: "Replay…", onAction: () => ask("replay") } })}
      {...(may(DISMISSABLE) && {
        secondaryActions: [{ content: "Dismiss…", onAction: () => ask("dismiss") }],
      })}
    >
      <BlockStack gap="400">
        {status === "DEAD" && (
          <Banner tone="critical" title={`Given up after ${delivery.attempts} attempts`}>
            <p>{lastError && errorText(lastError, actor)}</p>
            <p>Replay it once the cause is mended, or dismiss it if it does not matter.</p>
          </Banner>
        )}
        <InlineGrid columns={{ xs: 1, md: ["twoThirds", "oneThird"] }} gap="400" alignItems="start">
          <Payload delivery={delivery} />
          <BlockStack gap="400">
            <SectionCard title="What became of it">
              <TermList terms={historyOf(delivery, now, ianaTimezone, actor)} />
            </SectionCard>
            <SectionCard title="Headers">
              <TermList terms={headersOf(delivery)} />
            </SectionCard>
          </BlockStack>
        </InlineGrid>
      </BlockStack>
      {asking && (
        <ChangeDialog
          ask={asking}
          ianaTimezone={ianaTimezone}
          onClose={() => setAsking(null)}
          onDone={done}
        />
      )}
    </Page>
  );
}

function Payload({ delivery: { payload, payloadCut } }: { delivery: DeliveryDetail }) {
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingSm" id="payload-heading">
          Payload
        </Text>
        <Text as="p" tone="subdued">
          What tells of a person is masked here.
          {payloadCut > 0 && ` The last ${payloadCut} characters are left out.`}
        </Text>
        {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, and a keyboard has to reach it for that */}
        <pre className="payload" tabIndex={0} role="region" aria-labelledby="payload-heading">
          {payload}
        </pre>
      </BlockStack>
    </Card>
  );
}

function historyOf(delivery: DeliveryDetail, now: string, ianaTimezone: string, actor: string): Term[] {
  const { status, attempts, lastError, triggeredAt, receivedAt, processedAt, nextAttemptAt } = delivery;
  const { replayedAt, replayedBy } = delivery;
  const time = (instant: string) => formatShopTime(instant, ianaTimezone);
  const span = (from: string, to: string) => formatSpan(Math.max(0, Date.parse(to) - Date.parse(from)));
  const terms: [string, string | null | false][] = [
    ["Happened", triggeredAt && time(triggeredAt)],
    ["Received", `${time(receivedAt)}${triggeredAt ? `, ${span(triggeredAt, receivedAt)} later` : ""}`],
    ["Attempts", `${attempts} of ${MOST_ATTEMPTS}`],
    [
      "Processed",
      processedAt && `${time(processedAt)}, ${span(receivedAt, processedAt)} after it was received`,
    ],
    ["Next attempt", status === "FAILED" && nextAttemptAt && formatUntil(nextAttemptAt, now)],
    [status === "SKIPPED" ? "Why" : "Last error", lastError && errorText(lastError, actor)],
    [
      "Replayed",
      replayedAt &&
        `${formatAgo(replayedAt, now)} (${time(replayedAt)}) by ${replayedBy ? personText(replayedBy, actor) : "somebody"}`,
    ],
  ];
  return terms.flatMap(([term, description]) => (description ? [{ term, description }] : []));
}

function headersOf({
  topic,
  webhookId,
  eventId,
  shopDomain,
  apiVersion,
  triggeredAt,
}: DeliveryDetail): Term[] {
  const headers: [string, string | null][] = [
    ["X-Shopify-Topic", topic],
    ["X-Shopify-Webhook-Id", webhookId],
    ["X-Shopify-Event-Id", eventId],
    ["X-Shopify-Shop-Domain", shopDomain],
    ["X-Shopify-API-Version", apiVersion],
    ["X-Shopify-Triggered-At", triggeredAt],
  ];
  return headers.flatMap(([term, description]) => (description ? [{ term, description }] : []));
}
