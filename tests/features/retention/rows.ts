/** Rows for a sweep to find. */
import { randomUUID } from "node:crypto";
import type { Db } from "~/platform/db/client.server";

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
  const [row] = await db.$queryRawUnsafe<[object]>(`SELECT * FROM "WebhookEvent" WHERE "id" = '${id}'`);
  const columns = Object.keys(row).map((name) => `"${name}"`);
  const copied = columns.map((name) => (/"(id|webhookId)"/.test(name) ? `${name} || '-' || "i"` : name));
  await db.$executeRawUnsafe(
    `INSERT INTO "WebhookEvent" (${columns.join()})
     WITH RECURSIVE "n" AS (SELECT 1 AS "i" UNION ALL SELECT "i" + 1 FROM "n" WHERE "i" < ${count})
     SELECT ${copied.join()} FROM "WebhookEvent", "n" WHERE "id" = '${id}' AND "i" > 1`,
  );
}
