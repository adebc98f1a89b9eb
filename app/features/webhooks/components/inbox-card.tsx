import { BlockStack, Button, InlineStack } from "@shopify/polaris";
import { SectionCard } from "~/components/section-card";
import { TermList } from "~/components/term-list";
import { formatSpan } from "~/platform/time-span";
import type { WebhookDiagnostics } from "../diagnostics.server";
import type { AskChange } from "./change-dialog";

type Props = Pick<WebhookDiagnostics, "counts" | "oldest"> & { now: string; onAsk: (ask: AskChange) => void };

/** Nothing waits for a worker; what was given up waits for a person. */
function idleText(counts: Props["counts"]): string {
  if (!Object.values(counts).some((count) => count > 0)) return "None: no delivery is stored";
  return counts.DEAD > 0 ? "None: nothing waits but what was given up" : "None: everything is processed";
}

/** How the inbox is doing, and the way out for what was given up. */
export function InboxCard({ counts, oldest, now, onAsk }: Props) {
  const lag = oldest && Date.parse(now) - Date.parse(oldest.receivedAt);
  const count = (...statuses: (keyof typeof counts)[]) =>
    String(statuses.reduce((sum, status) => sum + counts[status], 0));
  return (
    <SectionCard title="Inbox">
      <BlockStack gap="400">
        <TermList
          terms={[
            {
              term: "Lag",
              description:
                lag === null ? idleText(counts) : `${formatSpan(lag)}, ${oldest!.topic} has waited longest`,
            },
            { term: "Waiting or being processed", description: count("RECEIVED", "PROCESSING") },
            { term: "Failed, tried again by itself", description: count("FAILED") },
            { term: "Given up, waits for you", description: count("DEAD") },
            { term: "Processed", description: count("SUCCEEDED") },
            { term: "Skipped, nothing to do", description: count("SKIPPED") },
          ]}
        />
        {counts.DEAD > 0 && (
          <InlineStack gap="200">
            <Button onClick={() => onAsk({ kind: "replay", filter: { status: "DEAD" } })}>
              Replay all given up…
            </Button>
          </InlineStack>
        )}
      </BlockStack>
    </SectionCard>
  );
}
