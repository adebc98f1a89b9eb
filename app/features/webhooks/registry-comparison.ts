/** Which topics should come in against what Shopify lists, and what would put it right. Pure, and shared with the page. */
import type { DeclaredTopic } from "./declared-topics.server";
import { DOOR_PATH, isCompliance, topicKeyOf } from "./webhook-topics";

/** One that was made through the Admin API; those of the app's configuration are not listed. */
export type Subscription = { id: string; topicKey: string; uri: string; createdAt: string };
export type Verdict = "in place" | "duplicate" | "stale" | "unexpected";

export type TopicState =
  | "declared"
  /** By the configuration, which only a deploy changes: nothing done here puts it right */
  | "elsewhere"
  | "registered"
  /** Not in the configuration, and Shopify was not asked yet */
  | "unchecked"
  | "missing"
  | "stale"
  | "duplicate"
  | "unexpected";

export type Step = {
  topicKey: string;
  operation: "REGISTER" | "REFRESH" | "REMOVE";
  /** Of what is changed or removed */
  subscriptionId: string | null;
  /** Where it leads: from now on, or until it is removed */
  uri: string;
};

export type TopicComparison = {
  /** As deliveries spell it; Shopify's enum where only that is known */
  topic: string;
  topicKey: string;
  expected: boolean;
  /** To our door */
  declared: boolean;
  /** Where the configuration sends it instead of to our door */
  declaredElsewhere: string | null;
  compliance: boolean;
  state: TopicState;
  subscriptions: (Subscription & { verdict: Verdict })[];
  /** What a repair would do, in this order */
  steps: Step[];
};

export type RegistryFacts = {
  /** Of the code */
  expected: readonly string[];
  declared: readonly DeclaredTopic[];
  /** Null: Shopify was not asked */
  actual: readonly Subscription[] | null;
  /** Of the door, e.g. https://backroom.example.com/webhooks */
  address: string;
};

/** By topic, those of the code first. */
export function compareTopics({ expected, declared, actual, address }: RegistryFacts): TopicComparison[] {
  const spelling = new Map(
    [...expected, ...declared.map(({ topic }) => topic)].map((t) => [topicKeyOf(t), t]),
  );
  const listed = (actual ?? []).map(({ topicKey }) => topicKey);
  const keys = [...new Set([...spelling.keys(), ...listed])];
  return keys
    .map((topicKey) => {
      const topic = spelling.get(topicKey) ?? topicKey;
      const known = {
        ...{ topic, topicKey },
        expected: expected.includes(topic),
        ...declaredOf(topic, declared, address),
        compliance: isCompliance(topic),
      };
      const subscriptions = judge(known, actual?.filter((one) => one.topicKey === topicKey) ?? [], address);
      const steps = stepsFor(known, subscriptions, actual !== null, address);
      return { ...known, subscriptions, steps, state: stateOf(known, subscriptions, actual !== null) };
    })
    .sort((a, b) => Number(b.expected) - Number(a.expected) || a.topic.localeCompare(b.topic));
}

type Known = Omit<TopicComparison, "subscriptions" | "steps" | "state">;
type Judged = TopicComparison["subscriptions"];

function declaredOf(topic: string, all: readonly DeclaredTopic[], address: string) {
  const uris = all.filter((one) => one.topic === topic).map(({ uri }) => uri);
  const declared = uris.some((uri) => uri === DOOR_PATH || uri === address);
  return { declared, declaredElsewhere: declared ? null : (uris[0] ?? null) };
}

/** A topic that the configuration sends to the door comes in by that already: whatever else leads to the door brings it twice. */
function judge({ expected, declared }: Known, subscriptions: Subscription[], address: string): Judged {
  let inPlace = declared;
  return subscriptions.map((one) => {
    if (!expected) return { ...one, verdict: "unexpected" };
    if (one.uri !== address) return { ...one, verdict: "stale" };
    if (inPlace) return { ...one, verdict: "duplicate" };
    inPlace = true;
    return { ...one, verdict: "in place" };
  });
}

function stateOf(known: Known, subscriptions: Judged, asked: boolean): TopicState {
  const { expected, declared, declaredElsewhere } = known;
  const has = (verdict: Verdict) => subscriptions.some((one) => one.verdict === verdict);
  if (!expected) return "unexpected";
  if (declaredElsewhere) return "elsewhere";
  if (has("duplicate")) return "duplicate";
  if (has("stale")) return "stale";
  if (declared) return "declared";
  if (!asked) return "unchecked";
  return has("in place") ? "registered" : "missing";
}

function stepsFor(known: Known, subscriptions: Judged, asked: boolean, address: string): Step[] {
  const { topicKey, expected, declared, declaredElsewhere, compliance } = known;
  // Once the configuration is put right, a subscription made here would bring everything twice.
  const configured = declared || declaredElsewhere !== null || compliance;
  const steps: Step[] = [];
  const wrong = subscriptions.filter(({ verdict }) => verdict !== "in place");
  const inPlace = subscriptions.length > wrong.length;
  if (asked && expected && !configured && !inPlace) {
    // One that leads elsewhere is turned round rather than replaced: no delivery falls between the two.
    const turned = wrong.shift();
    const operation = turned ? ("REFRESH" as const) : ("REGISTER" as const);
    steps.push({ topicKey, operation, subscriptionId: turned?.id ?? null, uri: address });
  }
  for (const { id, uri } of wrong) steps.push({ topicKey, operation: "REMOVE", subscriptionId: id, uri });
  return steps;
}
