import { beforeAll, describe, expect, it } from "vitest";
import { KpiCacheRepository } from "~/features/overview/kpi-cache.repository.server";
import { actOnOverview, loadOverview } from "~/features/overview/overview.server";
import { StoreRepository } from "~/features/stores/store.repository.server";
import { addDays } from "~/platform/shop-day";
import { eachDatabase } from "../../support/databases";
import { insertTenant } from "../../support/tenant-rows";

const NOW = new Date("2026-11-16T15:00:00.000Z");
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const SALES = { discountsMinor: 0, returnsMinor: 0, shippingMinor: 0, taxesMinor: 0 };

eachDatabase("the overview", ({ db }) => {
  async function openStore(shopDomain: string, ianaTimezone = "UTC") {
    const { id } = await db().store.create({ data: { shopDomain, onboardingFlags: {}, ianaTimezone } });
    return { id, reload: async () => (await new StoreRepository(db()).findByShopDomain(shopDomain))! };
  }

  async function cacheDay(storeId: string, day: string, minor: number, computedAt = NOW, currency = "USD") {
    const payload = { ...SALES, grossMinor: minor, netMinor: minor, totalMinor: minor };
    await new KpiCacheRepository(db(), storeId).upsertDay("SALES", day, { currency, payload, computedAt });
  }

  async function cacheCounts(storeId: string, day: string, currency = "USD") {
    const kpis = new KpiCacheRepository(db(), storeId);
    const at = { currency, computedAt: NOW };
    const customers = { customers: 1, returningCustomers: 0, firstTimeCustomers: 1 };
    await kpis.upsertDay("ORDERS", day, {
      ...at,
      payload: { orders: 1, units: 1, cancelled: 0, ...customers },
    });
    const stock = { units: 5, valueMinor: 500, skus: 1, outOfStockSkus: 0 };
    await kpis.upsertDay("INVENTORY", day, { ...at, payload: stock });
  }

  const metric = (overview: Awaited<ReturnType<typeof loadOverview>>, id: string) =>
    overview.metrics.find((candidate) => candidate.id === id);

  describe("of a store on its first day", () => {
    it("has no figures, nothing waiting and a setup guide with open steps", async () => {
      const { reload } = await openStore("first-day.myshopify.com");
      const overview = await loadOverview(db(), await reload(), { now: NOW, range: null });
      expect(overview.freshness).toEqual({ asOf: null, stale: false, missingDays: 29 });
      expect(new Set(overview.metrics.map(({ value }) => value))).toEqual(new Set([null]));
      expect([overview.attention.total, overview.waiting.count, overview.runningOut?.count]).toEqual([
        0, 0, 0,
      ]);
      expect(overview.connections.map(({ state }) => state)).toEqual(Array(4).fill("unconnected"));
      expect(overview.setup?.map(({ done }) => done)).toEqual([false, false, false, false]);
    });

    it("is the same after JSON.stringify and JSON.parse", async () => {
      const { reload } = await openStore("json.myshopify.com");
      const overview = await loadOverview(db(), await reload(), { now: NOW });
      expect(JSON.parse(JSON.stringify(overview))).toEqual(overview);
    });
  });

  describe("of two periods", () => {
    let store: Awaited<ReturnType<StoreRepository["findByShopDomain"]>>;
    beforeAll(async () => {
      const opened = await openStore("two-periods.myshopify.com");
      for (let i = 0; i < 14; i++)
        await cacheDay(opened.id, addDays("2026-11-16", -i), i < 7 ? 2_000 : 1_000);
      store = await opened.reload();
    });

    it("sums the days of each and compares the sums", async () => {
      const overview = await loadOverview(db(), store!, { now: NOW, range: "last7" });
      expect(metric(overview, "totalSales")).toMatchObject({
        value: { kind: "money", money: { minor: 14_000, currency: "USD" } },
        previous: { kind: "money", money: { minor: 7_000, currency: "USD" } },
        comparison: { kind: "change", direction: "up", ratio: 1 },
      });
      expect(overview.series).toHaveLength(7);
      expect(overview.series[0]).toEqual({
        day: "2026-11-10",
        minor: 2_000,
        previousDay: "2026-11-03",
        previousMinor: 1_000,
      });
    });

    it("makes no comparison with a period that lacks days", async () => {
      const overview = await loadOverview(db(), store!, { now: NOW, range: "last30" });
      expect(metric(overview, "totalSales")?.comparison.kind).toBe("none");
      expect(overview.freshness.missingDays).toBe(16);
    });

    it.each([
      ["today, which is not over,", "2026-11-16", "change"],
      ["yesterday", "2026-11-15", "none"],
      ["the first day", "2026-11-10", "none"],
      ["a day of the period before", "2026-11-03", "none"],
    ])("without %s (%s) has a comparison of the kind %s", async (_name, missing, kind) => {
      const opened = await openStore(`without-${missing}.myshopify.com`);
      for (let i = 0; i < 14; i++) {
        const day = addDays("2026-11-16", -i);
        if (day !== missing) await cacheDay(opened.id, day, 1_000);
        await cacheCounts(opened.id, day);
      }
      const overview = await loadOverview(db(), await opened.reload(), { now: NOW, range: "last7" });
      expect(metric(overview, "totalSales")?.comparison.kind).toBe(kind);
      expect(metric(overview, "averageOrderValue")?.comparison.kind).toBe(kind);
      // What has all its days is compared, whatever the other figures lack.
      expect(metric(overview, "orders")?.comparison.kind).toBe("change");
      expect(metric(overview, "stockValue")?.comparison.kind).toBe("change");
    });

    it("has the default range for an unknown one", async () => {
      const overview = await loadOverview(db(), store!, { now: NOW, range: "tomorrow" });
      expect(overview.range.preset).toBe("last30");
    });
  });

  it("counts today in the shop's zone", async () => {
    const { id, reload } = await openStore("auckland.myshopify.com", "Pacific/Auckland");
    await cacheDay(id, "2026-11-17", 4_200);
    const overview = await loadOverview(db(), await reload(), { now: NOW, range: "today" });
    expect(overview.range.current).toEqual({ from: "2026-11-17", to: "2026-11-17" });
    expect(metric(overview, "totalSales")?.value).toMatchObject({ money: { minor: 4_200 } });
  });

  it("omits days in another currency from the sums", async () => {
    const { id, reload } = await openStore("moved.myshopify.com");
    await cacheDay(id, "2026-11-16", 100);
    await cacheCounts(id, "2026-11-16");
    await cacheDay(id, "2026-11-15", 900, NOW, "EUR");
    await cacheCounts(id, "2026-11-15", "EUR");
    const overview = await loadOverview(db(), await reload(), { now: NOW, range: "last7" });
    expect(metric(overview, "totalSales")?.value).toMatchObject({ money: { minor: 100, currency: "USD" } });
    expect(metric(overview, "orders")?.value).toEqual({ kind: "count", count: 1 });
    expect(metric(overview, "averageOrderValue")?.value).toMatchObject({ money: { minor: 100 } });
    expect(overview.freshness.missingDays).toBe(6);
  });

  it("marks figures as stale when they are older than six hours", async () => {
    const fresh = await openStore("fresh.myshopify.com");
    await cacheDay(fresh.id, "2026-11-16", 100, new Date(NOW.getTime() - 6 * HOUR));
    const old = await openStore("old.myshopify.com");
    await cacheDay(old.id, "2026-11-16", 100, new Date(NOW.getTime() - 6 * HOUR - 1));
    const freshness = async ({ reload }: typeof fresh) =>
      (await loadOverview(db(), await reload(), { now: NOW, range: "today" })).freshness;
    expect(await freshness(fresh)).toEqual({
      asOf: "2026-11-16T09:00:00.000Z",
      stale: false,
      missingDays: 0,
    });
    expect(await freshness(old)).toMatchObject({ stale: true });
  });

  it("holds rows of its own store and none of another", async () => {
    const { shopDomain } = await insertTenant(db(), "neighbour");
    const { reload } = await openStore("alone.myshopify.com");
    const textOf = async (store: Awaited<ReturnType<typeof reload>>) =>
      JSON.stringify(await loadOverview(db(), store, { now: NOW, range: "last7" }));
    expect(await textOf((await new StoreRepository(db()).findByShopDomain(shopDomain))!)).toContain(
      "neighbour",
    );
    expect(await textOf(await reload())).not.toContain("neighbour");
  });

  describe("the setup guide", () => {
    it("derives its completed steps from the store's rows", async () => {
      const { storeId } = await insertTenant(db(), "guided");
      const store = await new StoreRepository(db()).findByShopDomain("guided.myshopify.com");
      const before = await loadOverview(db(), store!, { now: NOW });
      expect(before.setup?.filter(({ done }) => done).map(({ id }) => id)).toContain("connect");

      const form = new FormData();
      form.set("intent", "thresholds");
      expect(await actOnOverview(db(), storeId, form, NOW)).toBe(true);
      expect(await actOnOverview(db(), storeId, form, new Date(NOW.getTime() + HOUR))).toBe(true);
      const after = await new StoreRepository(db()).findByShopDomain("guided.myshopify.com");
      expect(after?.onboardingFlags).toEqual({ thresholds: NOW.toISOString() });
      const { setup } = await loadOverview(db(), after!, { now: NOW });
      expect(setup?.find(({ id }) => id === "thresholds")?.done ?? true).toBe(true);
    });

    it("is absent after it was dismissed", async () => {
      const { id, reload } = await openStore("dismissed.myshopify.com");
      const form = new FormData();
      form.set("intent", "dismiss-guide");
      await actOnOverview(db(), id, form, NOW);
      expect((await loadOverview(db(), await reload(), { now: NOW })).setup).toBeNull();
    });

    it("ignores a form without a known intent", async () => {
      const { id } = await openStore("confused.myshopify.com");
      expect(await actOnOverview(db(), id, new FormData(), NOW)).toBe(false);
    });
  });
});
