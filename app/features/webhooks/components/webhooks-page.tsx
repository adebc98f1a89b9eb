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
                  title={entry.topicKey.toLowerCase().replace("_", "/")}
                  detail={detailOf(entry, now)}
                  aside={<Handshake result={entry.handshakeResult} />}
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

function Handshake({ result }: { result: RegistryLine["handshakeResult"] }) {
  if (!result) return <Badge>No handshake yet</Badge>;
  return result === "SUCCESS" ? (
    <Badge tone="success">In place</Badge>
  ) : (
    <Badge tone="critical">Refused</Badge>
  );
}
