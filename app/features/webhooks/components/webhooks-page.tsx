import { Badge, BlockStack, Page } from "@shopify/polaris";
import { Row, RowList } from "~/components/row-list";
import { Quiet, SectionCard } from "~/components/section-card";
import { TermList } from "~/components/term-list";
import { formatAgo } from "~/platform/shop-time";
import type { RegistryLine, WebhookDiagnostics } from "../diagnostics.server";

const STATUSES = [
  { status: "RECEIVED", label: "Waiting" },
  { status: "PROCESSING", label: "Being processed" },
  { status: "SUCCEEDED", label: "Processed" },
  { status: "SKIPPED", label: "Skipped, nothing to do" },
  { status: "FAILED", label: "Failed, will be tried again" },
  { status: "DEAD", label: "Given up, waiting for you" },
] as const;

/** Deliveries by status, and what Shopify last said about each topic. */
export function WebhooksPage({ diagnostics, now }: { diagnostics: WebhookDiagnostics; now: string }) {
  const { inbox, registry } = diagnostics;
  return (
    <Page title="Webhooks" subtitle="What Shopify tells Backroom, and what became of it">
      <BlockStack gap="400">
        <SectionCard title="Deliveries">
          <TermList
            terms={STATUSES.map(({ status, label }) => ({
              term: label,
              description: String(inbox[status] ?? 0),
            }))}
          />
        </SectionCard>
        <SectionCard title="Topics">
          {registry.length === 0 ? (
            <Quiet>No registration has been recorded for this shop yet.</Quiet>
          ) : (
            <RowList label="Registered topics">
              {registry.map((entry) => (
                <Row
                  key={entry.topicKey}
                  title={topicText(entry.topicKey)}
                  detail={detailOf(entry, now)}
                  aside={<Handshake entry={entry} />}
                />
              ))}
            </RowList>
          )}
        </SectionCard>
      </BlockStack>
    </Page>
  );
}

const OPERATIONS = { REGISTER: "registered", REFRESH: "checked", REMOVE: "removed" } as const;

function detailOf(
  { operation, lastHandshakeAt, recordedAt, handshakeDetail }: RegistryLine,
  now: string,
): string {
  const done = `${OPERATIONS[operation]} ${formatAgo(lastHandshakeAt ?? recordedAt, now)}`;
  return handshakeDetail ? `${done}: ${handshakeDetail}` : done;
}

function Handshake({ entry: { handshakeResult, operation } }: { entry: RegistryLine }) {
  if (!handshakeResult) return <Badge>No handshake yet</Badge>;
  if (handshakeResult === "FAILURE") return <Badge tone="critical">Refused</Badge>;
  return operation === "REMOVE" ? <Badge>Removed</Badge> : <Badge tone="success">In place</Badge>;
}

/** Shopify's two spellings of a topic: INVENTORY_LEVELS_UPDATE is inventory_levels/update. */
function topicText(topicKey: string): string {
  return topicKey.toLowerCase().replace(/^(bulk_operations|inventory_levels|[a-z]+)_/, "$1/");
}
