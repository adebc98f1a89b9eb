/** The registry of twelve topics, and an inbox with deliveries in every state. */
import type { Catalogue } from "./catalogue-types";
import { idFor, uuidFor } from "./ids";
import { after, before, DAY, HOUR, latest, MINUTE, SEED_NOW } from "./instant";
import { random } from "./random";
import { stamp, type Rows } from "./rows";
import { listDeliveries } from "./webhook-deliveries";

/** Of X-Shopify-API-Version. */
export const API_VERSION = "2026-07";

export const TOPICS = [
  "app/uninstalled",
  "app/scopes_update",
  "shop/update",
  "orders/create",
  "orders/updated",
  "orders/cancelled",
  "refunds/create",
  "fulfillments/create",
  "fulfillments/update",
  "products/update",
  "inventory_levels/update",
  "bulk_operations/finish",
] as const;

const CALLBACK_URL = "https://backroom.example.com/webhooks";

export function registryRows(shop: string, storeId: string): Rows["WebhookRegistry"][] {
  return TOPICS.map((topic, i) => {
    const removed = topic === "bulk_operations/finish";
    const failed = topic === "inventory_levels/update";
    // Registered before the last deploy and never heard of since.
    const stale = topic === "products/update";
    const recordedAt = before(SEED_NOW, stale ? 61 * DAY : failed ? 3 * HOUR : 6 * DAY + i * MINUTE);
    return {
      id: idFor("WebhookRegistry", shop, topic),
      ...stamp(before(SEED_NOW, 200 * DAY), recordedAt),
      shopDomain: shop,
      topicKey: topic.toUpperCase().replaceAll("/", "_"),
      storeId,
      deliveryMethod: "HTTP",
      operation: removed ? "REMOVE" : i % 3 === 0 ? "REGISTER" : "REFRESH",
      callbackUrl: removed ? null : stale ? "https://backroom-old.example.com/webhooks" : CALLBACK_URL,
      handshakeResult: failed ? "FAILURE" : "SUCCESS",
      handshakeDetail: failed ? "Shopify: Address for this topic has already been taken" : null,
      lastHandshakeAt: recordedAt,
      recordedAt,
    };
  });
}

type State = Pick<
  Rows["WebhookEvent"],
  "status" | "attempts" | "nextAttemptAt" | "lastError" | "processedAt"
>;

export function webhookEventRows(catalogue: Catalogue, storeId: string): Rows["WebhookEvent"][] {
  const { domain } = catalogue.shop;
  const deliveries = listDeliveries(catalogue);
  const unfinished = deliveries.filter(({ topic }) => !DROPS_FIGURES.test(topic)).reverse();
  return deliveries.map((delivery, i, all) => {
    const { topic, at, payload } = delivery;
    const rng = random(`webhooks/${domain}/${i}`);
    const receivedAt = after(at, rng.int(300, 4000));
    const state = stateOf(all.length - 1 - i, unfinished.indexOf(delivery), topic, receivedAt);
    return {
      id: idFor("WebhookEvent", domain, i),
      ...stamp(receivedAt, latest(receivedAt, state.processedAt ?? receivedAt)),
      webhookId: uuidFor("webhook", domain, i),
      eventId: uuidFor("event", domain, i),
      topic,
      shopDomain: domain,
      storeId,
      apiVersion: API_VERSION,
      payload,
      ...state,
      leaseToken: null,
      triggeredAt: at,
      receivedAt,
      replayedAt: null,
      replayedBy: null,
    };
  });
}

/** The worker of the demo would drop the figures of their days, and nothing computes them anew yet. */
const DROPS_FIGURES = /^(orders|refunds)\//;

/**
 * By age: the newest have just come in, a handful failed on the way, the rest is done. `rank` is the age among those that may be
 * unfinished, -1 for the others.
 */
function stateOf(age: number, rank: number, topic: string, receivedAt: Date): State {
  const none = { attempts: 0, nextAttemptAt: null, lastError: null, processedAt: null };
  const processedAt = after(receivedAt, 800 + ((age * 137) % 2600));
  if (topic === "customers/update")
    return {
      ...none,
      status: "SKIPPED",
      attempts: 1,
      lastError: "No handler for customers/update",
      processedAt,
    };
  if (rank >= 0 && rank < 4) return { ...none, status: "RECEIVED", nextAttemptAt: receivedAt };
  if (rank === 4 || rank === 5)
    return { ...none, status: "PROCESSING", attempts: 1, nextAttemptAt: after(SEED_NOW, 40_000) };
  const trouble = FAILED[rank] ?? DEAD[age];
  if (trouble) return { ...trouble, processedAt: null };
  if (age % 23 === 0)
    return {
      ...none,
      status: "SKIPPED",
      attempts: 1,
      lastError: "Older than what is already known",
      processedAt,
    };
  return { ...none, status: "SUCCEEDED", attempts: age % 31 === 0 ? 2 : 1, processedAt };
}

type Trouble = Record<number, Omit<State, "processedAt">>;

/** By rank */
const FAILED: Trouble = {
  7: {
    status: "FAILED",
    attempts: 2,
    nextAttemptAt: after(SEED_NOW, 4 * MINUTE),
    lastError: "DatabaseUnavailableError: Postgres at db:5432 gave no connection in time.",
  },
  9: {
    status: "FAILED",
    attempts: 5,
    nextAttemptAt: after(SEED_NOW, 2 * HOUR),
    lastError: "ThrottledError: Shopify asks to wait; 2 of 1000 points left.",
  },
  10: {
    status: "FAILED",
    attempts: 3,
    nextAttemptAt: after(SEED_NOW, 21 * MINUTE),
    lastError: "ReconnectRequiredError: Backroom no longer has access to backroom-demo.myshopify.com.",
  },
};

/** By age; they rest until a person replays them. */
const DEAD: Trouble = {
  37: {
    status: "DEAD",
    attempts: 8,
    nextAttemptAt: null,
    lastError: "PayloadError: line_items[0].quantity: expected a number, received a string",
  },
  58: {
    status: "DEAD",
    attempts: 8,
    nextAttemptAt: null,
    lastError: "TimeoutError: Shopify did not answer within 10 s.",
  },
};
