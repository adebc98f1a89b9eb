/** Rows for a sweep to find. */
import { randomUUID } from "node:crypto";
import type { Db } from "~/platform/db/client.server";
import { copyRow } from "../../support/copied-rows";

type Webhooks = {
  status: "RECEIVED" | "PROCESSING" | "SUCCEEDED" | "SKIPPED" | "FAILED" | "DEAD";
  processedAt: Date | null;
  receivedAt?: Date;
  shop?: string;
};

/** Alike but for their ids. */
export async function loadWebhooks(
  db: Db,
  count: number,
  { shop = "sweep", receivedAt, ...webhook }: Webhooks,
) {
  const { id } = await db.webhookEvent.create({
    data: {
      ...{ ...webhook, webhookId: randomUUID(), topic: "test/effect" },
      ...{ shopDomain: `${shop}.myshopify.com`, payload: {} },
      receivedAt: receivedAt ?? webhook.processedAt ?? new Date(),
    },
  });
  await copyRow(db, { table: "WebhookEvent", id, count, unique: ["id", "webhookId"] });
}
