/** Compliance deliveries of one shop that several workers process at the same time, in random mixes and orders. */
import { beforeEach, describe, expect, it } from "vitest";
import { HANDLERS } from "~/features/webhooks/handlers/topics.server";
import { drainInbox } from "~/features/webhooks/worker.server";
import { DAY_MS } from "~/platform/clock";
import { storeDelivery } from "../../support/attempts";
import { scan } from "../../support/catalogue-scan";
import { ANN, customerRedact, dataRequest, order, shopRedact } from "../../support/customer-payloads";
import { eachDatabase } from "../../support/databases";
import { insertTenant, T0, TEST_KEYS } from "../../support/tenant-rows";

const PAYLOADS = {
  "shop/redact": shopRedact,
  "customers/redact": customerRedact,
  "customers/data_request": dataRequest,
  "orders/create": () => order,
};
type Topic = keyof typeof PAYLOADS;
const WORKERS = 4;

let shops = 0;

eachDatabase("compliance deliveries of one shop at once", ({ db }) => {
  beforeEach(async () => {
    await db().complianceRequest.deleteMany();
    await db().webhookEvent.deleteMany();
    await db().store.deleteMany();
  });

  async function newShop(known: boolean): Promise<string> {
    const tenant = await insertTenant(db(), `at-once-${shops++}-${db().engine}`);
    await db().store.update({
      where: { id: tenant.storeId },
      data: { status: "UNINSTALLED", installedAt: T0 },
    });
    if (!known) await db().store.delete({ where: { id: tenant.storeId } });
    await db().webhookEvent.deleteMany({ where: { shopDomain: tenant.shopDomain } });
    return tenant.shopDomain;
  }

  async function deliver(shopDomain: string, topics: Topic[]) {
    const triggeredAt = new Date(T0.getTime() + 2 * DAY_MS);
    for (const topic of topics)
      await storeDelivery(db(), { topic, shopDomain, payload: PAYLOADS[topic](shopDomain), triggeredAt });
  }

  /** Workers beside each other until nothing is due, failures included: their time has come at once. */
  async function workThrough(shopDomain: string) {
    for (let round = 0; round < 8; round++) {
      await Promise.all(
        Array.from({ length: WORKERS }, () =>
          drainInbox({ db: db(), keys: TEST_KEYS, handlers: HANDLERS }, () => true),
        ),
      );
      const failed = { shopDomain, status: "FAILED" as const };
      const { count } = await db().webhookEvent.updateMany({ where: failed, data: { nextAttemptAt: T0 } });
      if (!count) return;
    }
  }

  const requests = (shopDomain: string) =>
    db().complianceRequest.findMany({ where: { shopDomain, webhookId: { not: null } } });

  it.each([
    ["known", true],
    ["unknown", false],
  ])("two erasures of one shop that is %s both complete, each with its counts", async (_, known) => {
    for (let run = 0; run < 10; run++) {
      const shopDomain = await newShop(known);
      await deliver(shopDomain, ["shop/redact", "shop/redact"]);
      await workThrough(shopDomain);
      const result = expect.objectContaining({ remaining: 0 }) as object;
      expect(await requests(shopDomain)).toEqual([
        expect.objectContaining({ topic: "SHOP_REDACT", status: "COMPLETED", result }),
        expect.objectContaining({ topic: "SHOP_REDACT", status: "COMPLETED", result }),
      ]);
      expect(await db().store.count({ where: { shopDomain } })).toBe(0);
      expect(await db().webhookEvent.count({ where: { shopDomain } })).toBe(0);
    }
  });

  describe("in any mix", () => {
    const random = (seed: number) => () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    const topics = Object.keys(PAYLOADS) as Topic[];

    it.each(Array.from({ length: 25 }, (_, seed) => seed + 1))(
      "leave one closed request each and nothing of the customer (mix %i)",
      async (seed) => {
        const next = random(seed);
        const shopDomain = await newShop(next() < 0.7);
        const mix = Array.from({ length: 2 + Math.floor(next() * 7) }, () => topics[Math.floor(next() * 4)]!);
        await deliver(shopDomain, shuffled<Topic>(["shop/redact", ...mix], next));
        const obligations = mix.filter((topic) => topic !== "orders/create").length + 1;
        await workThrough(shopDomain);

        const told = await requests(shopDomain);
        expect(told.map(({ topic, status }) => `${topic} ${status}`).join()).not.toMatch(/RECEIVED|FAILED/);
        expect(told).toHaveLength(obligations);
        const erasures = told.filter(({ topic }) => topic === "SHOP_REDACT");
        for (const { status } of erasures) expect(status).toBe("COMPLETED");
        expect(await db().store.count({ where: { shopDomain } })).toBe(0);
        expect(await scan(db(), [ANN.email])).toEqual([]);
        const open = { shopDomain, status: { notIn: ["SUCCEEDED" as const, "SKIPPED" as const] } };
        expect(await db().webhookEvent.count({ where: open })).toBe(0);
      },
    );
  });
});

function shuffled<T>(items: T[], random: () => number): T[] {
  const placed = items.map((item) => ({ item, place: random() }));
  return placed.sort((a, b) => a.place - b.place).map(({ item }) => item);
}
