import { Badge, BlockStack, Button, InlineStack, Text } from "@shopify/polaris";
import { ActionError } from "~/components/action-error";
import { Row, RowList } from "~/components/row-list";
import { SectionCard } from "~/components/section-card";
import { formatAgo } from "~/platform/shop-time";
import type { Handshake, TopicLine } from "../diagnostics.server";
import type { TopicComparison, TopicState } from "../registry-comparison";
import type { RegistryAudit } from "../registry.server";
import type { WebhookAnswer } from "../webhook-actions.server";

type Props = {
  topics: TopicLine[];
  /** What Shopify said since the page was opened */
  audit: RegistryAudit | undefined;
  checking: boolean;
  /** What came of the last check, when it failed */
  refusal: WebhookAnswer | null | undefined;
  now: string;
  onCheck: () => void;
  onRepair: () => void;
};

const STATES: Record<TopicState, { label: string; tone?: "success" | "critical" | "warning" | "info" }> = {
  declared: { label: "Declared", tone: "success" },
  elsewhere: { label: "Declared elsewhere", tone: "critical" },
  registered: { label: "Registered", tone: "success" },
  unchecked: { label: "Not checked yet" },
  missing: { label: "Missing", tone: "critical" },
  stale: { label: "Stale", tone: "warning" },
  duplicate: { label: "Comes twice", tone: "warning" },
  unexpected: { label: "Not expected", tone: "info" },
};

/** Per topic: whether it should come in, by what, and what last came of it. */
export function TopicsCard({ topics, audit, checking, refusal, now, onCheck, onRepair }: Props) {
  return (
    <SectionCard title="Topics">
      <BlockStack gap="300">
        <Text as="p">{summaryOf(topics, audit)}</Text>
        <InlineStack gap="200">
          <Button onClick={onCheck} loading={checking}>
            Check with Shopify
          </Button>
          <Button onClick={onRepair}>Repair…</Button>
        </InlineStack>
        <ActionError answer={refusal} />
        <Text as="p" tone="subdued">
          Checking reads the store's subscriptions and changes nothing. Repairing shows first what it would
          change.
        </Text>
        <RowList label="Topics">
          {topics.map((line) => (
            <Row
              key={line.topicKey}
              title={line.topic}
              detail={<Facts line={line} checked={audit !== undefined} now={now} />}
              aside={<Badge tone={STATES[line.state].tone}>{STATES[line.state].label}</Badge>}
            />
          ))}
        </RowList>
      </BlockStack>
    </SectionCard>
  );
}

/** What Shopify said, in short: what a repair would put right, and what only the app's configuration can. */
export function summaryOf(topics: readonly TopicComparison[], audit: RegistryAudit | undefined): string {
  const expected = topics.filter((line) => line.expected).length;
  const declared = topics.filter((line) => line.declared).length;
  const known = `${expected} topics are expected, ${declared} are declared in the app's configuration, which Shopify does not list.`;
  if (!audit) return `${known} Shopify has not been asked for others since you opened this page.`;
  const verdicts = audit.topics.flatMap(({ subscriptions }) => subscriptions.map(({ verdict }) => verdict));
  const missing = audit.topics.filter(({ state }) => state === "missing").length;
  const elsewhere = audit.topics.filter(({ state }) => state === "elsewhere").length;
  const unknown = audit.topics.filter((topic) => topic.declared && !topic.expected).length;
  const wrong = (["stale", "duplicate", "unexpected"] as const).flatMap((verdict) => {
    const count = verdicts.filter((one) => one === verdict).length;
    return count ? [`${count} ${verdict}`] : [];
  });
  if (missing) wrong.unshift(`${missing} missing`);
  const told = [
    wrong.length && `To repair: ${wrong.join(", ")}.`,
    elsewhere && `${elsewhere} declared elsewhere: change the uri in shopify.app.toml.`,
    unknown && `${unknown} declared and not expected: nothing here handles it.`,
  ].filter((sentence) => sentence !== 0);
  return `${known} Besides, Shopify lists ${verdicts.length}. ${told.join(" ") || "Everything is in place."}`;
}

/** Lines under the topic, each with its own subject. */
function Facts({ line, checked, now }: { line: TopicLine; checked: boolean; now: string }) {
  const { declared, declaredElsewhere, compliance, expected, subscriptions, handshake, lastDeliveryAt } =
    line;
  const where = declared
    ? "In the app's configuration"
    : declaredElsewhere
      ? `shopify.app.toml sends it elsewhere (${declaredElsewhere}); change its uri there`
      : compliance
        ? "Not in the app's configuration, and nothing else can bring it: add it to compliance_topics in shopify.app.toml and deploy the app"
        : !expected && !subscriptions.length
          ? "Not in the code"
          : checked && !subscriptions.length
            ? "Neither in the app's configuration nor at Shopify"
            : "Not in the app's configuration";
  const delivered = lastDeliveryAt ? `Last delivery ${formatAgo(lastDeliveryAt, now)}` : "No delivery stored";
  return (
    <>
      <span className="row-line">
        {where} · {delivered}
      </span>
      {subscriptions.map(({ id, uri, verdict, createdAt }) => (
        <span className="row-line" key={id}>
          Subscription to {uri}: {VERDICTS[verdict]}, made {formatAgo(createdAt, now)}
        </span>
      ))}
      {handshake && <span className="row-line">{handshakeText(handshake, now)}</span>}
    </>
  );
}

const VERDICTS = {
  "in place": "in place",
  duplicate: "a duplicate, so each delivery comes twice",
  stale: "stale, it does not lead to this app's door",
  unexpected: "nothing here handles it",
} as const;

const OPERATIONS = { REGISTER: "registration", REFRESH: "refresh", REMOVE: "removal" } as const;

function handshakeText(handshake: Handshake, now: string): string {
  const { operation, handshakeResult, handshakeDetail, lastHandshakeAt, recordedAt } = handshake;
  if (!handshakeResult)
    return `Noted ${formatAgo(recordedAt, now)}: ${handshakeDetail ?? "no handshake yet"}`;
  const result = handshakeResult === "SUCCESS" ? "worked" : "was refused";
  const said = `Last handshake ${formatAgo(lastHandshakeAt ?? recordedAt, now)}: the ${OPERATIONS[operation]} ${result}`;
  return handshakeDetail ? `${said} (${handshakeDetail})` : said;
}
