/** Deliveries for tests of the inbox. */
import { randomUUID } from "node:crypto";
import type { Db } from "~/platform/db/client.server";
import { WebhookInboxRepository, type Delivery } from "~/features/webhooks/webhook-inbox.repository.server";

export const SHOP = "inbox-test.myshopify.com";

export function delivery(fields: Partial<Delivery> = {}): Delivery {
  const receivedAt = fields.receivedAt ?? new Date();
  return {
    webhookId: randomUUID(),
    eventId: randomUUID(),
    topic: "test/effect",
    shopDomain: SHOP,
    apiVersion: "2026-07",
    triggeredAt: receivedAt,
    receivedAt,
    turnAt: fields.turnAt ?? receivedAt,
    payload: "{}",
    ...fields,
  };
}

/** Stores it as the door does, and returns what was stored. */
export async function received(db: Db, fields: Partial<Delivery> = {}): Promise<Delivery> {
  const one = delivery(fields);
  await new WebhookInboxRepository(db).insert([one]);
  return one;
}

export function rowOf(db: Db, { webhookId }: { webhookId: string }) {
  return db.webhookEvent.findUniqueOrThrow({ where: { webhookId } });
}
