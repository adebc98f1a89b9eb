import { useFetcher } from "@remix-run/react";
import { BlockStack, InlineGrid, Page } from "@shopify/polaris";
import { useCallback, useState } from "react";
import type { TopicLine, WebhookDiagnostics } from "../diagnostics.server";
import type { RegistryAudit } from "../registry.server";
import type { WebhookAnswer } from "../webhook-actions.server";
import type { WebhookListQuery } from "../webhooks.schema";
import { ChangeDialog, type AskChange } from "./change-dialog";
import { DeliveryCard } from "./delivery-card";
import { InboxCard } from "./inbox-card";
import { RepairDialog } from "./repair-dialog";
import { ReplaysCard } from "./replays-card";
import { TestDialog } from "./test-dialog";
import { TopicsCard } from "./topics-card";

type Props = {
  diagnostics: WebhookDiagnostics;
  query: WebhookListQuery;
  now: string;
  ianaTimezone: string;
  actor: string;
};

type Dialog = { name: "change"; ask: AskChange } | { name: "repair" } | { name: "test" };

/** What should come in, what came, and what became of it. */
export function WebhooksPage({ diagnostics, query, now, ianaTimezone, actor }: Props) {
  const check = useFetcher<WebhookAnswer>();
  const [repaired, setRepaired] = useState<RegistryAudit>();
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const close = () => setDialog(null);
  const done = useCallback((message: string) => {
    setDialog(null);
    window.shopify?.toast.show(message);
  }, []);
  const ask = (change: AskChange) => setDialog({ name: "change", ask: change });
  const audit = latest(check.data?.audit, repaired);
  const { counts, oldest, replays } = diagnostics;
  return (
    <Page
      title="Webhooks"
      subtitle="What Shopify tells Backroom, and what became of it"
      secondaryActions={[{ content: "Send a test…", onAction: () => setDialog({ name: "test" }) }]}
    >
      <BlockStack gap="400">
        <InlineGrid
          columns={{ xs: 1, md: replays.length ? ["twoThirds", "oneThird"] : 1 }}
          gap="400"
          alignItems="start"
        >
          <InboxCard counts={counts} oldest={oldest} now={now} onAsk={ask} />
          <ReplaysCard replays={replays} now={now} ianaTimezone={ianaTimezone} actor={actor} />
        </InlineGrid>
        <DeliveryCard
          diagnostics={diagnostics}
          query={query}
          now={now}
          ianaTimezone={ianaTimezone}
          actor={actor}
          onAsk={ask}
        />
        <TopicsCard
          topics={withAudit(diagnostics.topics, audit)}
          audit={audit}
          checking={check.state !== "idle"}
          refusal={check.state === "idle" ? check.data : null}
          now={now}
          onCheck={() => check.submit({ intent: "check" }, { method: "post" })}
          onRepair={() => setDialog({ name: "repair" })}
        />
      </BlockStack>
      {dialog?.name === "change" && (
        <ChangeDialog ask={dialog.ask} ianaTimezone={ianaTimezone} onDone={done} onClose={close} />
      )}
      {dialog?.name === "repair" && <RepairDialog onAudit={setRepaired} onDone={done} onClose={close} />}
      {dialog?.name === "test" && <TestDialog ianaTimezone={ianaTimezone} onClose={close} />}
    </Page>
  );
}

function latest(a: RegistryAudit | undefined, b: RegistryAudit | undefined): RegistryAudit | undefined {
  if (!a || !b) return a ?? b;
  return a.checkedAt > b.checkedAt ? a : b;
}

/** What Shopify said takes the place of what we assumed; what we recorded stays beside it. */
function withAudit(topics: TopicLine[], audit: RegistryAudit | undefined): TopicLine[] {
  if (!audit) return topics;
  return audit.topics.map((topic) => {
    const known = topics.find(({ topicKey }) => topicKey === topic.topicKey);
    return { ...topic, handshake: known?.handshake ?? null, lastDeliveryAt: known?.lastDeliveryAt ?? null };
  });
}
