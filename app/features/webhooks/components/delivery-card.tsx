import { useNavigation } from "@remix-run/react";
import { BlockStack, Box, Button, Card, InlineStack, Pagination, Text } from "@shopify/polaris";
import { ListEmpty } from "~/components/list-empty";
import { Row, RowList } from "~/components/row-list";
import { formatAgo, formatShopTime } from "~/platform/shop-time";
import { formatUntil } from "~/platform/time-span";
import type { DeliveryLine, WebhookDiagnostics } from "../diagnostics.server";
import {
  DISMISSABLE,
  errorText,
  MOST_ATTEMPTS,
  STATUS_NAMES,
  type WebhookEventStatus,
} from "../webhook-status";
import type { WebhookListQuery } from "../webhooks.schema";
import type { AskChange } from "./change-dialog";
import { DeliveryFilters } from "./delivery-filters";
import { StatusBadge } from "./status-badge";
import { useWebhooksQuery } from "./use-webhooks-query";

type Props = {
  diagnostics: WebhookDiagnostics;
  query: WebhookListQuery;
  now: string;
  ianaTimezone: string;
  actor: string;
  onAsk: (ask: AskChange) => void;
};

/** Deliveries with what became of them; what may be done is done to all that the filter matches. */
export function DeliveryCard({ diagnostics, query, now, ianaTimezone, actor, onAsk }: Props) {
  const { deliveries, counts, seenTopics, newer, older } = diagnostics;
  const change = useWebhooksQuery();
  const loading = useNavigation().state === "loading";
  const filter = { status: query.status, topic: query.topic, webhookId: query.q };
  const ask = (kind: AskChange["kind"]) => () => onAsk({ kind, filter: present(filter) });
  return (
    <Card padding="0">
      <Box paddingInline="400" paddingBlockStart="400" paddingBlockEnd="200">
        <Text as="h2" variant="headingSm">
          Deliveries
        </Text>
      </Box>
      <DeliveryFilters query={query} counts={counts} topics={seenTopics} loading={loading} />
      {deliveries.length === 0 ? (
        <Empty query={query} any={Object.values(counts).some(Boolean)} />
      ) : (
        <Box padding="400">
          <BlockStack gap="300">
            {Object.values(filter).some(Boolean) && query.status !== "RECEIVED" && (
              <InlineStack gap="200">
                <Button onClick={ask("replay")}>Replay these…</Button>
                {mayDismiss(query.status) && <Button onClick={ask("dismiss")}>Dismiss these…</Button>}
              </InlineStack>
            )}
            <RowList label="Deliveries, the newest first">
              {deliveries.map((delivery) => (
                <Row
                  key={delivery.webhookId}
                  url={`/app/webhooks/${encodeURIComponent(delivery.webhookId)}`}
                  title={
                    <span className="delivery-title">
                      {delivery.topic} <StatusBadge status={delivery.status} />
                    </span>
                  }
                  detail={detailOf(delivery, now, actor)}
                  aside={
                    <span className="test-facts">
                      <time
                        dateTime={delivery.receivedAt}
                        title={formatShopTime(delivery.receivedAt, ianaTimezone)}
                      >
                        {formatAgo(delivery.receivedAt, now)}
                      </time>
                      <span>
                        {delivery.attempts} of {MOST_ATTEMPTS} attempts
                      </span>
                    </span>
                  }
                />
              ))}
            </RowList>
            {(newer || older) && (
              <InlineStack align="center">
                <Pagination
                  accessibilityLabel="Pages of deliveries, newer and older"
                  hasPrevious={Boolean(newer)}
                  hasNext={Boolean(older)}
                  onPrevious={() => change({ before: newer ?? undefined })}
                  onNext={() => change({ after: older ?? undefined })}
                />
              </InlineStack>
            )}
          </BlockStack>
        </Box>
      )}
    </Card>
  );
}

/** Without what is not filtered by: a form would send it as text. */
function present(filter: AskChange["filter"]): AskChange["filter"] {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value));
}

function mayDismiss(status: WebhookEventStatus | undefined): boolean {
  return !status || DISMISSABLE.some((one) => one === status);
}

function detailOf(delivery: DeliveryLine, now: string, actor: string): string {
  const { status, lastError, nextAttemptAt, replayedAt } = delivery;
  const parts = [
    lastError && errorText(lastError, actor),
    status === "FAILED" && nextAttemptAt && `Tried again ${formatUntil(nextAttemptAt, now)}`,
    replayedAt && `Replayed ${formatAgo(replayedAt, now)}`,
  ];
  return parts.filter(Boolean).join(" · ");
}

function Empty({ query, any }: { query: WebhookListQuery; any: boolean }) {
  const filtered = query.q || query.topic;
  const [title, body] = filtered
    ? ["No delivery matches", "A webhook id has to be given in full."]
    : query.status
      ? [`Nothing is in “${STATUS_NAMES[query.status]}”`, "No stored delivery is in this state."]
      : [
          "No delivery is stored",
          "None has come in yet, or those that did have passed their time: see “Data and retention”. Send a test to see one come in.",
        ];
  return (
    <ListEmpty title={title} body={body}>
      {filtered && any && <Button url="/app/webhooks">Clear all</Button>}
    </ListEmpty>
  );
}
