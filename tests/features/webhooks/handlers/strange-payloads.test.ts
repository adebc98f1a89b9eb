/** What is signed is from Shopify, and still a handler takes nothing for granted: it says what is wrong, or does its work. */
import { readdirSync } from "node:fs";
import { beforeEach, expect, it } from "vitest";
import { HANDLERS } from "~/features/webhooks/handlers/topics.server";
import { PayloadError } from "~/features/webhooks/handler";
import { readPayload } from "~/features/webhooks/payload";
import { storableJson } from "~/features/webhooks/storable-json";
import { attempt, storeDelivery } from "../../../support/attempts";
import { eachDatabase } from "../../../support/databases";
import { seeded, spoiled, STRANGE_TIMES, strangeJson } from "../../../support/strange-values";
import { handle, sample } from "../../../support/webhook-events";
import { insertFlag, insertStore, insertVelocity } from "../../../support/webhook-rows";

const DELIVERIES = 8 * STRANGE_TIMES;

/** Fields that handlers read */
const READ =
  /^(id|admin_graphql_api_id|name|\w+_at|currency|total_price|test|customer|first_name|last_name|email|phone|iana_timezone|myshopify_domain|shop_domain|current|\w*_id|available|status|error_code|orders_\w+|data_request|transactions|amount|kind|variants|sku|title|price|inventory_\w+|\d+)$/;

const SAMPLES = new Set(readdirSync("tests/support/webhook-samples"));

/** Nested enough for every field that a handler reads, where Shopify documents no sample that is kept here. */
function goodPayload(topic: string, shop: string): unknown {
  const file = `${topic.replace("/", "-")}.json`;
  if (SAMPLES.has(file)) return sample(topic);
  const customer = { id: 191167, email: "john@example.com", phone: "555-625-1199" };
  return {
    ...{ shop_id: 954889, shop_domain: shop, customer },
    ...{ orders_requested: [299938, 280263], orders_to_redact: [299938], data_request: { id: 9999 } },
  };
}

eachDatabase("a handler that gets a strange payload", ({ db, engine }) => {
  let shop: string;
  let shops = 0;
  beforeEach(async () => {
    const store = await insertStore(db(), `strange-${++shops}`);
    shop = store.shopDomain;
    await insertVelocity(db(), store.id, "642667041472713922");
    await insertFlag(db(), store.id);
  });

  it.each([...HANDLERS.keys()])("of %s does its work, skips it, or names the field", async (topic) => {
    const random = seeded(topic.length * 7_919 + (engine === "sqlite" ? 1 : 2));
    const good = goodPayload(topic, shop);
    for (let i = 0; i < DELIVERIES; i++) {
      const payload =
        i % 5 ? spoiled(random, good, READ) : { ...(good as object), ...{ [`k${i}`]: strangeJson(random) } };
      const text = storableJson(JSON.stringify(payload));
      if (text === null) continue;
      await tried(topic, text);
    }
  });

  it.each([
    "0000-01-01T00:00:00Z",
    "0999-12-31T23:59:59Z",
    "9999-12-31T23:59:59-23:59",
    "9999-12-31T23:59:59Z",
    "1000-01-01T00:00:00Z",
  ])("of every topic names or takes the instant %s", async (at) => {
    for (const topic of HANDLERS.keys()) {
      if (topic === "shop/redact") continue;
      const good = goodPayload(topic, shop) as object;
      const dates = { created_at: at, updated_at: at, processed_at: at, cancelled_at: at };
      await tried(topic, JSON.stringify({ ...good, ...dates }));
    }
  });

  it("of products/update names a SKU that is longer than Shopify's, and than an index takes", async () => {
    const [{ id }] = sample("products/update").variants as [{ id: string }];
    const sku = Array.from({ length: 2_000 }, (_, i) => Math.sin(i).toString(36).slice(3, 9)).join("");
    const payload = sample("products/update", { variants: [{ id, title: "Small", sku }] });
    await expect(handle(db(), shop, "products/update", payload)).rejects.toThrow(/^variants\.0\.sku: /);
  });

  async function tried(topic: string, text: string) {
    const status = topic === "shop/redact" ? "UNINSTALLED" : "ACTIVE";
    await db().store.updateMany({ where: { shopDomain: shop }, data: { status } });
    try {
      if (HANDLERS.get(topic)?.of === "any")
        await attempt(db(), await storeDelivery(db(), { topic, shopDomain: shop, payload: text }));
      else await handle(db(), shop, topic, readPayload(text));
    } catch (error) {
      if (!(error instanceof PayloadError))
        throw new Error(`${topic} failed on ${text.slice(0, 2_000)}`, { cause: error });
      expect(error.message).toMatch(/\S.*: \S/);
      expect(error.message.length).toBeLessThan(500);
    }
  }
});
