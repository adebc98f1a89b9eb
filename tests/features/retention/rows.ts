/** Rows for a sweep to find. */
import { randomUUID } from "node:crypto";
import type { Db } from "~/platform/db/client.server";

type Webhooks = {
  status: "RECEIVED" | "PROCESSING" | "SUCCEEDED" | "SKIPPED" | "FAILED" | "DEAD";
  processedAt: Date | null;
  receivedAt?: Date;
  shop?: string;
};

export async function loadWebhooks(
  db: Db,
  count: number,
  { shop = "sweep", receivedAt, ...webhook }: Webhooks,
) {
  const data = Array.from({ length: count }, () => ({
    ...{
      ...webhook,
      webhookId: randomUUID(),
      topic: "test/effect",
      shopDomain: `${shop}.myshopify.com`,
      payload: {},
    },
    receivedAt: receivedAt ?? webhook.processedAt ?? new Date(),
  }));
  await db.webhookEvent.createMany({ data });
}
