/** What the seed has in its inboxes, and what the local Shopify sends: handlers must be able to read all of it. */
import { beforeAll, describe, expect, it } from "vitest";
import { HANDLERS } from "~/features/webhooks/handlers/topics.server";
import { readPayload } from "~/features/webhooks/payload";
import { fromCatalogue } from "../../../../dev/local-admin/catalogue";
import { WEBHOOK_TOPICS, webhookPayload } from "../../../../dev/local-admin/webhook-payloads";
import { demoCatalogue } from "../../../../prisma/seed/catalogue";
import { SEED_NOW } from "../../../../prisma/seed/instant";
import { loadStoreRows } from "../../../../prisma/seed/load-rows";
import { secondStoreRows } from "../../../../prisma/seed/second";
import { webhookEventRows } from "../../../../prisma/seed/webhooks";
import { SCOPES } from "../../../dev/support/catalogue";
import { attempt, storeDelivery } from "../../../support/attempts";
import { eachDatabase } from "../../../support/databases";
import { TEST_KEYS } from "../../../support/tenant-rows";
import { handle } from "../../../support/webhook-events";
import { insertStore } from "../../../support/webhook-rows";

/** Through text, as the inbox has it. */
const stored = (payload: unknown) => readPayload(JSON.stringify(payload));

eachDatabase("a payload made by this repository", ({ db }) => {
  let shops = 0;
  let shop: string;
  const newShop = async (domain?: string) => {
    shop = (await insertStore(db(), `made-${++shops}`, domain ? { shopDomain: domain } : {})).shopDomain;
  };

  describe("of the demo's inbox", () => {
    const catalogue = demoCatalogue();
    const rows = webhookEventRows(catalogue, "store").filter(({ topic }) => HANDLERS.has(topic));
    beforeAll(() => newShop());

    it.each([...new Set(rows.map(({ topic }) => topic))])(
      "is handled for %s, unless it is dead",
      async (topic) => {
        for (const row of rows.filter((one) => one.topic === topic && one.status !== "DEAD"))
          expect(await handle(db(), shop, topic, stored(row.payload), row)).toBeDefined();
      },
    );

    it("exists for every topic except the final and the privacy ones", () => {
      const missing = [...HANDLERS.keys()].filter((topic) => !rows.some((row) => row.topic === topic));
      expect(missing.filter((topic) => !/^customers\/|^shop\/redact|^app\/uninstalled/.test(topic))).toEqual(
        [],
      );
    });
  });

  it("of the other seeded stores' inboxes is handled", async () => {
    await newShop();
    for (const { WebhookEvent } of [await secondStoreRows(TEST_KEYS), await loadStoreRows(1, TEST_KEYS)])
      for (const row of WebhookEvent ?? [])
        expect(await handle(db(), shop, row.topic, stored(row.payload), row)).toBeDefined();
  });

  describe("of the local admin", () => {
    const data = fromCatalogue(demoCatalogue(), SCOPES);
    beforeAll(() => newShop(data.shop.myshopifyDomain));

    it.each(
      WEBHOOK_TOPICS.filter(
        (topic) => HANDLERS.has(topic) && topic !== "app/uninstalled" && topic !== "shop/redact",
      ),
    )("is handled for %s", async (topic) => {
      const payload = webhookPayload(data, topic, SEED_NOW);
      if (HANDLERS.get(topic)?.of === "any") {
        const sent = { topic, shopDomain: shop, payload: JSON.stringify(payload), triggeredAt: SEED_NOW };
        expect(await attempt(db(), await storeDelivery(db(), sent))).toBeDefined();
      } else
        expect(await handle(db(), shop, topic, stored(payload), { triggeredAt: SEED_NOW })).toBeDefined();
    });

    it("is handled for app/uninstalled", async () => {
      const payload = stored(webhookPayload(data, "app/uninstalled", SEED_NOW));
      expect(await handle(db(), shop, "app/uninstalled", payload, { triggeredAt: SEED_NOW })).toBe("done");
    });

    it("is handled for shop/redact, which erases the uninstalled shop", async () => {
      const payload = JSON.stringify(webhookPayload(data, "shop/redact", SEED_NOW));
      const sent = { topic: "shop/redact", shopDomain: shop, payload, triggeredAt: SEED_NOW };
      expect(await attempt(db(), await storeDelivery(db(), sent))).toEqual({ erased: true });
    });
  });
});
