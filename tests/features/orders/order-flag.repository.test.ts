import { beforeAll, expect, it } from "vitest";
import { OrderFlagRepository, type NewOrderFlag } from "~/features/orders/order-flag.repository.server";
import { eachDatabase } from "../../support/databases";

const NOW = new Date("2026-11-16T15:00:00.000Z");

eachDatabase("a flag that is raised", ({ db }) => {
  let flags: OrderFlagRepository;
  beforeAll(async () => {
    const store = await db().store.create({
      data: { shopDomain: "raised.myshopify.com", onboardingFlags: {} },
    });
    flags = new OrderFlagRepository(db(), store.id);
  });

  const flag = (order: string, seconds = 0): NewOrderFlag => ({
    orderGid: `gid://shopify/Order/${order}`,
    orderName: `#${order}`,
    rule: "HIGH_VALUE",
    severity: "INFO",
    status: "ATTENTION",
    orderTotal: { minor: 100 + seconds, currency: "USD" },
    customerName: null,
    orderPlacedAt: NOW,
    orderUpdatedAt: new Date(NOW.getTime() + seconds * 1000),
    evidence: {},
    flaggedAt: NOW,
  });

  it("twice concurrently is stored once, with the newer snapshot", async () => {
    for (let round = 0; round < 10; round++) {
      const both = await Promise.all([
        flags.upsert(flag(`at-once-${round}`, 0)),
        flags.upsert(flag(`at-once-${round}`, 1)),
      ]);
      expect(both.filter((outcome) => outcome === "raised")).toHaveLength(1);
      const [only, ...more] = await flags.listOfOrder(`gid://shopify/Order/at-once-${round}`, "none");
      expect([only?.orderTotal.minor, more]).toEqual([101, []]);
    }
  });

  it("again is updated from the same snapshot, and not from an older one", async () => {
    expect(await flags.upsert(flag("again", 1))).toBe("raised");
    expect(await flags.upsert(flag("again", 1))).toBe("updated");
    expect(await flags.upsert(flag("again", 0))).toBe("older");
  });
});
