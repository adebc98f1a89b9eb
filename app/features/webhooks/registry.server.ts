/** Expected against actual: which topics the code wants, what the configuration declares, and what Shopify lists. */
import type { Db } from "~/platform/db/client.server";
import { log } from "~/platform/log.server";
import { AdminApiError } from "~/platform/shopify/admin-graphql.server";
import type { Admin } from "~/platform/shopify/shopify.server";
import { declaredTopics, type DeclaredTopic } from "./declared-topics.server";
import { HANDLERS } from "./handlers/topics.server";
import { compareTopics, type Step, type TopicComparison } from "./registry-comparison";
import { listSubscriptions, takeStep } from "./subscriptions.server";
import { WebhookRegistryRepository } from "./webhook-registry.repository.server";
import { COMPLIANCE_TOPICS, DOOR_PATH } from "./webhook-topics";

export type RegistryContext = {
  store: { id: string; shopDomain: string };
  admin: Admin;
  /** Origin of the app as Shopify reaches it */
  appUrl: string;
  now: Date;
  /** Of shopify.app.toml */
  declared?: readonly DeclaredTopic[];
  /** Of the code */
  expected?: readonly string[];
};

export type RegistryAudit = { checkedAt: string; topics: TopicComparison[] };
export type RegistrySync = RegistryAudit & {
  done: Step[];
  failed: (Step & { detail: string })[];
};

export function expectedTopics(): string[] {
  return [...new Set([...HANDLERS.keys(), ...COMPLIANCE_TOPICS])];
}

export function doorAddress(appUrl: string): string {
  return `${appUrl}${DOOR_PATH}`;
}

/**
 * What Shopify lists, beside what should be there. Reads only.
 * @throws {AdminApiError} when Shopify refuses, is busy, or does not answer
 */
export async function auditRegistry(context: Omit<RegistryContext, "store">): Promise<RegistryAudit> {
  const { admin, appUrl, now, declared = declaredTopics(), expected = expectedTopics() } = context;
  const actual = await listSubscriptions(admin);
  const topics = compareTopics({ expected, declared, actual, address: doorAddress(appUrl) });
  return { checkedAt: now.toISOString(), topics };
}

/**
 * Registers what is missing, turns what leads elsewhere to our door, removes what is too much, and records per topic what
 * Shopify said. One topic's failure does not stop the others; doing it again does what is left.
 * @throws {AdminApiError} when the subscriptions cannot even be listed; nothing was changed then
 */
export async function syncRegistry(db: Db, context: RegistryContext): Promise<RegistrySync> {
  const { store, admin, appUrl, now } = context;
  const registry = new WebhookRegistryRepository(db, store.shopDomain, store.id);
  const before = await auditRegistry(context);
  const recorded = new Set((await registry.list()).map(({ topicKey }) => topicKey));
  const taken: Taken[] = [];
  for (const topic of before.topics) {
    const steps: Taken[] = [];
    for (const step of topic.steps) steps.push({ ...step, detail: await attempt(admin, step) });
    taken.push(...steps);
    const entry = entryFor(topic, steps, recorded.has(topic.topicKey), doorAddress(appUrl));
    if (entry) await registry.upsert(entry, now);
  }
  // What is there now is what Shopify says, not what we think that we did.
  const after = taken.length ? await auditRegistry(context) : before;
  return {
    ...after,
    done: taken.flatMap(({ detail, ...step }) => (detail === null ? [step] : [])),
    failed: taken.flatMap(({ detail, ...step }) => (detail === null ? [] : [{ ...step, detail }])),
  };
}

/**
 * The first registration of a shop: after that its rows say that it was done. Never throws, because it runs within an
 * installation, which must not fail for it; the diagnostics page does the same by hand.
 */
export async function registerOnce(
  db: Db,
  context: RegistryContext,
): Promise<"registered" | "already" | "failed"> {
  try {
    const { id, shopDomain } = context.store;
    if (await new WebhookRegistryRepository(db, shopDomain, id).count()) return "already";
    const { failed } = await syncRegistry(db, context);
    for (const { topicKey, detail } of failed) log.warn({ topicKey, detail }, "a webhook was not registered");
    return "registered";
  } catch (error) {
    log.warn({ err: error }, "the webhooks of a shop could not be looked at after its installation");
    return "failed";
  }
}

type Taken = Step & { detail: string | null };

async function attempt(admin: Admin, step: Step): Promise<string | null> {
  try {
    return await takeStep(admin, step);
  } catch (error) {
    if (error instanceof AdminApiError) return error.message;
    throw error;
  }
}

type Entry = Parameters<WebhookRegistryRepository["upsert"]>[0];

/** One row per topic: the step that brings it in counts for more than those that tidy up. */
function entryFor(
  { topicKey, declared, expected, state, subscriptions }: TopicComparison,
  steps: Taken[],
  known: boolean,
  address: string,
): Entry | null {
  const common = { topicKey, deliveryMethod: "HTTP" };
  if (!steps.length) {
    if (!expected || state === "missing" || (!declared && !subscriptions.length)) return null;
    const operation = known ? ("REFRESH" as const) : ("REGISTER" as const);
    const there = { ...common, operation, callbackUrl: address };
    // Nothing was asked for, so nothing worked: Shopify does not even list what the configuration declares.
    const handshakeDetail = declared ? "Declared in shopify.app.toml" : "Shopify lists a subscription to it";
    return { ...there, handshakeResult: null, handshakeDetail };
  }
  const { operation, uri } = steps[0]!;
  const refusals = steps.flatMap(({ detail }) => detail ?? []);
  return {
    ...common,
    operation,
    callbackUrl: operation === "REMOVE" && !declared ? null : operation === "REMOVE" ? address : uri,
    handshakeResult: refusals.length ? "FAILURE" : "SUCCESS",
    handshakeDetail: refusals.join("; ") || null,
  };
}
