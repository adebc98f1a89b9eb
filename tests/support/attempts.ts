/** A delivery that lies in the inbox, and one attempt at it: what the worker does, without its clock and its queue. */
import { randomUUID } from "node:crypto";
import type { HandlerResult } from "~/features/webhooks/handler";
import { HANDLERS } from "~/features/webhooks/handlers/topics.server";
import { readPayload } from "~/features/webhooks/payload";
import type { KeyProvider } from "~/platform/crypto/keyring.server";
import { inTransaction, type Db } from "~/platform/db/client.server";
import { T0, TEST_KEYS } from "./tenant-rows";

export type Sent = { topic: string; shopDomain: string; payload: string } & Partial<{
  webhookId: string;
  status: "RECEIVED" | "SUCCEEDED" | "SKIPPED" | "FAILED" | "DEAD";
  triggeredAt: Date;
  receivedAt: Date;
}>;

/** Stores a delivery; the payload is JSON text and keeps every digit. Returns the row's id. */
export async function storeDelivery(db: Db, { payload, ...sent }: Sent): Promise<string> {
  const store = await db.store.findUnique({ where: { shopDomain: sent.shopDomain } });
  const { id } = await db.webhookEvent.create({
    data: { webhookId: randomUUID(), receivedAt: T0, ...sent, storeId: store?.id ?? null, payload: {} },
  });
  const [value, key] = db.engine === "postgres" ? ["$1::jsonb", "$2"] : ["?", "?"];
  await db.$executeRawUnsafe(
    `UPDATE "WebhookEvent" SET "payload" = ${value} WHERE "id" = ${key}`,
    payload,
    id,
  );
  return id;
}

export async function payloadText(db: Db, id: string): Promise<string> {
  const [text, place] =
    db.engine === "postgres" ? [`"payload"::text`, "$1"] : [`CAST("payload" AS TEXT)`, "?"];
  const [row] = await db.$queryRawUnsafe<{ text: string }[]>(
    `SELECT ${text} AS "text" FROM "WebhookEvent" WHERE "id" = ${place}`,
    id,
  );
  return row!.text;
}

type Attempt = { keys?: KeyProvider; now?: Date; lost?: AbortSignal };

/** Claims a delivery, prepares, and handles and completes it in one transaction. */
export async function attempt(
  db: Db,
  id: string,
  { keys = TEST_KEYS, now = T0, lost = new AbortController().signal }: Attempt = {},
): Promise<HandlerResult> {
  const leaseToken = randomUUID();
  const row = await db.webhookEvent.update({ where: { id }, data: { status: "PROCESSING", leaseToken } });
  const { webhookId, topic, shopDomain, triggeredAt, receivedAt, attempts } = row;
  const event = {
    ...{ id, webhookId, topic, shopDomain, triggeredAt, receivedAt, attempts },
    payload: readPayload(await payloadText(db, id)),
  };
  const handler = HANDLERS.get(topic);
  if (handler?.of !== "any") throw new Error(`${topic} is not handled for any shop`);
  const storeNow = () => db.store.findUnique({ where: { shopDomain } });
  await handler.prepare?.({ db, lost, store: await storeNow(), event, keys, now });
  const store = await storeNow();
  return inTransaction(db, async (tx) => {
    const result = await handler.handle({ tx, store, event, keys, now });
    const mine = { id, leaseToken };
    const { count } =
      typeof result === "object" && "erased" in result
        ? await tx.webhookEvent.deleteMany({ where: mine })
        : await tx.webhookEvent.updateMany({
            where: mine,
            data: {
              status: result === "done" ? "SUCCEEDED" : "SKIPPED",
              leaseToken: null,
              processedAt: now,
            },
          });
    if (count !== 1) throw new Error("The delivery was not there to be completed.");
    return result;
  });
}

/** What kills a process between two lines. */
export class Killed extends Error {}

/**
 * The same database, whose `n`-th transaction is cut: `inside`, when its work is done and not yet committed, or `after`
 * its commit.
 */
export function cutAt(db: Db, n: number, where: "inside" | "after"): Db {
  let seen = 0;
  const transaction = async (work: (tx: unknown) => Promise<unknown>) => {
    const cut = seen++ === n;
    const run = db.$transaction as unknown as (work: (tx: unknown) => Promise<unknown>) => Promise<unknown>;
    const result = await run.call(db, async (tx) => {
      const answer = await work(tx);
      if (cut && where === "inside") throw new Killed();
      return answer;
    });
    if (cut) throw new Killed();
    return result;
  };
  return new Proxy(db, {
    get: (target, name) => (name === "$transaction" ? transaction : Reflect.get(target, name, target)),
  });
}
