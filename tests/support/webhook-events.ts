/** Deliveries for tests of handlers, and Shopify's documented samples of them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { InboxEvent } from "~/features/webhooks/handler";
import { HANDLERS } from "~/features/webhooks/handlers/topics.server";
import { readPayload } from "~/features/webhooks/payload";
import { inTransaction, type Db } from "~/platform/db/client.server";
import { TEST_KEYS } from "./tenant-rows";

type Fields = Record<string, unknown>;

/**
 * A payload as https://shopify.dev/docs/api/webhooks/latest documents it for 2026-07: its fields and kinds, its ids, its
 * nulls and instants; texts about people and goods are our own, and long lists are shortened.
 */
export function sampleText(topic: string): string {
  return readFileSync(join("tests/support/webhook-samples", `${topic.replace("/", "-")}.json`), "utf8");
}

/** The sample as the inbox reads it, with some fields changed; one that becomes undefined is missing. */
export function sample(topic: string, changes: Fields = {}): Fields {
  return { ...(readPayload(sampleText(topic)) as Fields), ...changes };
}

export type Told = Partial<Pick<InboxEvent, "triggeredAt" | "receivedAt">>;

/** Handles one event in a transaction of its own, as the inbox does; a store that is not ACTIVE gets what it would. */
export async function handle(db: Db, shopDomain: string, topic: string, payload: unknown, told: Told = {}) {
  const handler = HANDLERS.get(topic);
  if (!handler) throw new Error(`Nothing handles ${topic}.`);
  const store = await db.store.findUnique({ where: { shopDomain } });
  const receivedAt = told.receivedAt ?? new Date("2026-11-20T12:00:01.000Z");
  const event: InboxEvent = {
    ...{ id: "event", webhookId: "webhook", topic, shopDomain, receivedAt, attempts: 1, payload },
    triggeredAt: told.triggeredAt === undefined ? new Date("2026-11-20T12:00:00.000Z") : told.triggeredAt,
  };
  const context = { event, keys: TEST_KEYS, now: receivedAt };
  return inTransaction(db, (tx) => {
    if (handler.of === "any") return handler.handle({ ...context, store, tx });
    if (store?.status !== "ACTIVE") throw new Error("The inbox skips this before it asks the handler.");
    return handler.handle({ ...context, store, tx });
  });
}

/** Every row of every table that handlers write, as text: the same text means that nothing was written. */
export async function everyRow(db: Db): Promise<string> {
  const rows = await Promise.all([
    db.store.findMany({ orderBy: { id: "asc" } }),
    db.session.findMany({ orderBy: { id: "asc" } }),
    db.orderFlag.findMany({ orderBy: { id: "asc" } }),
    db.kpiCache.findMany({ orderBy: { id: "asc" } }),
    db.productVelocity.findMany({ orderBy: { id: "asc" } }),
    db.webhookRegistry.findMany({ orderBy: { id: "asc" } }),
  ]);
  return JSON.stringify(rows, (_key, value: unknown) => (typeof value === "bigint" ? String(value) : value));
}
