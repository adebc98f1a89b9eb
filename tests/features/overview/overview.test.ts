import { beforeAll, describe, expect, it } from "vitest";
import { listByStockout } from "~/features/inventory/inventory.server";
import type { KpiKind } from "~/features/overview/kpi.schema";
import { forgetDays } from "~/features/overview/forget-figures.server";
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
const CUSTOMERS = { customers: 1, returningCustomers: 0, firstTimeCustomers: 1 };
const COUNTS = { orders: 1, units: 1, cancelled: 0, ...CUSTOMERS };
const STOCK = { units: 5, valueMinor: 500, skus: 1, outOfStockSkus: 0 };

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
    await kpis.upsertDay("ORDERS", day, { ...at, payload: COUNTS });
    await kpis.upsertDay("INVENTORY", day, { ...at, payload: STOCK });
  }

  /** Days of every kind in one statement; `without` leaves one out of the sales. */
  async function cacheDays(
    storeId: string,
    count: number,
    { minorOf = () => 1_000, without }: { minorOf?: (i: number) => number; without?: string } = {},
  ) {
    const days = Array.from({ length: count }, (_, i) => ({
      day: addDays("2026-11-16", -i),
      minor: minorOf(i),
    }));
    const row = (kind: KpiKind, day: string, payload: object) => ({
      ...{ storeId, kind, fromDay: day, toDay: day, currency: "USD", payload },
      ...{ computedAt: NOW, expiresAt: new Date(NOW.getTime() + HOUR) },
    });
    await db().kpiCache.createMany({
      data: days.flatMap(({ day, minor }) => [
        ...(day === without
          ? []
          : [row("SALES", day, { ...SALES, grossMinor: minor, netMinor: minor, totalMinor: minor })]),
        row("ORDERS", day, COUNTS),
        row("INVENTORY", day, STOCK),
      ]),
    });
  }

  const metric = (overview: Awaited<ReturnType<typeof loadOverview>>, id: string) =>
    overview.metrics.find((candidate) => candidate.id === id);

  describe("of a store on its first day", () => {
    it("has no figures, nothing waiting and a setup guide with open steps", async () => {
      const { reload } = await openStore("first-day.myshopify.com");
      const overview = await loadOverview(db(), await reload(), { now: NOW, range: null });
      expect(overview.freshness).toEqual({ asOf: null, stale: false, missingDays: 30 });
      expect(new Set(overview.metrics.map(({ value }) => value))).toEqual(new Set([null]));
      expect([overview.attention.total, overview.waiting.count, overview.runningOut?.count]).toEqual([
        0, 0, 0,
      ]);
      // Zero of nothing: the page must not praise it.
      expect(overview).toMatchObject({
        attention: { anyFlags: false },
        waiting: { anyTickets: false },
        runningOut: { known: 0 },
      });
      expect(overview.connections.map(({ state }) => state)).toEqual(Array(4).fill("unconnected"));
      expect(overview.setup?.map(({ done }) => done)).toEqual([false, false, false, false]);
    });

    it("tells what is settled from what was never there", async () => {
      const { storeId } = await insertTenant(db(), "settled");
      await db().orderFlag.updateMany({
        where: { storeId },
        data: { status: "RESOLVED", snoozedUntil: null },
      });
      await db().ticket.updateMany({ where: { storeId }, data: { status: "SOLVED" } });
      await db().productVelocity.updateMany({ where: { storeId }, data: { stockoutDay: null } });
      const store = await new StoreRepository(db()).findByShopDomain("settled.myshopify.com");
      expect(await loadOverview(db(), store!, { now: NOW })).toMatchObject({
        attention: { total: 0, anyFlags: true },
        waiting: { count: 0, anyTickets: true },
        runningOut: { count: 0, known: 1 },
      });
      expect(await listByStockout(db(), storeId)).toEqual({ items: [], known: 1, asOf: null });
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
      await cacheDays(opened.id, 14, { minorOf: (i) => (i < 7 ? 2_000 : 1_000) });
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

    it("shows no sum of a part of a period, and says how large the part is", async () => {
      const overview = await loadOverview(db(), store!, { now: NOW, range: "last30" });
      expect(metric(overview, "totalSales")).toMatchObject({
        value: null,
        previous: null,
        missing: { kind: "not-computed", days: "14 of 30 days", part: { money: { minor: 21_000 } } },
        comparison: { kind: "none" },
      });
      expect(overview.freshness.missingDays).toBe(16);
      // The days that are known are on the chart, the others are gaps.
      expect(overview.series.filter(({ minor }) => minor === null)).toHaveLength(16);
      expect(overview.series.at(-1)?.minor).toBe(2_000);
    });

    it.each([
      ["today, which is not over,", "2026-11-16"],
      ["a day in the middle", "2026-11-13"],
      ["the first day", "2026-11-10"],
    ])("has no total of the sales without those of %s (%s)", async (_name, missing) => {
      const opened = await openStore(`without-${missing}.myshopify.com`);
      await cacheDays(opened.id, 14, { without: missing });
      const overview = await loadOverview(db(), await opened.reload(), { now: NOW, range: "last7" });
      for (const id of ["totalSales", "netSales", "averageOrderValue"])
        expect(metric(overview, id)).toMatchObject({
          value: null,
          missing: { kind: "not-computed", days: "6 of 7 days" },
          comparison: { kind: "none" },
        });
      expect(overview.freshness.missingDays).toBe(1);
      // What has all its days is shown and compared, also where other figures lack days.
      expect(metric(overview, "orders")).toMatchObject({
        value: { count: 7 },
        comparison: { kind: "change" },
      });
      expect(metric(overview, "stockValue")?.comparison.kind).toBe("change");
    });

    it("has its total and no comparison when a day of the period before is missing", async () => {
      const opened = await openStore("without-a-day-before.myshopify.com");
      await cacheDays(opened.id, 14, { without: "2026-11-03" });
      const overview = await loadOverview(db(), await opened.reload(), { now: NOW, range: "last7" });
      expect(metric(overview, "totalSales")).toMatchObject({
        value: { money: { minor: 7_000 } },
        previous: null,
        comparison: { kind: "none", reason: "No comparison: 6 of 7 days before are computed" },
      });
    });

    it("has no stock of an earlier day when its last day has none", async () => {
      const opened = await openStore("without-stock.myshopify.com");
      await cacheDays(opened.id, 14);
      await db().kpiCache.deleteMany({
        where: { storeId: opened.id, kind: "INVENTORY", fromDay: "2026-11-16" },
      });
      const overview = await loadOverview(db(), await opened.reload(), { now: NOW, range: "last7" });
      expect(metric(overview, "stockValue")).toMatchObject({
        value: null,
        missing: { kind: "no-last-day" },
      });
      expect(metric(overview, "orders")?.value).toEqual({ kind: "count", count: 7 });
    });

    it("has no figures left under its name once the sweep has deleted the expired ones", async () => {
      const opened = await openStore("swept.myshopify.com");
      for (let i = 0; i < 7; i++) {
        const computedAt = i < 3 ? NOW : new Date(NOW.getTime() - 7 * HOUR);
        await cacheDay(opened.id, addDays("2026-11-16", -i), 1_000, computedAt);
      }
      await db().kpiCache.deleteMany({ where: { storeId: opened.id, expiresAt: { lt: NOW } } });
      const overview = await loadOverview(db(), await opened.reload(), { now: NOW, range: "last7" });
      expect(metric(overview, "totalSales")).toMatchObject({
        value: null,
        missing: { days: "3 of 7 days" },
      });
    });

    it("loses the day of an order from its totals when a webhook brings the order", async () => {
      const opened = await openStore("ordered.myshopify.com");
      await cacheDays(opened.id, 7);
      await forgetDays(db(), { id: opened.id, ianaTimezone: "UTC" }, [NOW]);
      const overview = await loadOverview(db(), await opened.reload(), { now: NOW, range: "last7" });
      expect(overview.metrics.map(({ value }) => value)).toEqual(overview.metrics.map(() => null));
      expect(overview.freshness).toMatchObject({ missingDays: 1 });
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

  it("takes days in another currency for days that are not computed", async () => {
    const { id, reload } = await openStore("moved.myshopify.com");
    await cacheDay(id, "2026-11-16", 100);
    await cacheCounts(id, "2026-11-16");
    await cacheDay(id, "2026-11-15", 900, NOW, "EUR");
    await cacheCounts(id, "2026-11-15", "EUR");
    const overview = await loadOverview(db(), await reload(), { now: NOW, range: "last7" });
    for (const id of ["totalSales", "orders", "averageOrderValue"])
      expect(metric(overview, id)).toMatchObject({
        value: null,
        missing: { kind: "not-computed", days: "1 of 7 days" },
      });
    expect(overview.freshness.missingDays).toBe(6);
    const today = await loadOverview(db(), await reload(), { now: NOW, range: "today" });
    expect(metric(today, "totalSales")?.value).toMatchObject({ money: { minor: 100, currency: "USD" } });
  });

  it("marks figures as stale when they are older than six hours", async () => {
    const fresh = await openStore("fresh.myshopify.com");
    await cacheDay(fresh.id, "2026-11-16", 100, new Date(NOW.getTime() - 6 * HOUR));
    const old = await openStore("old.myshopify.com");
    await cacheDay(old.id, "2026-11-16", 100, new Date(NOW.getTime() - 6 * HOUR - 1));
    for (const { id } of [fresh, old]) await cacheCounts(id, "2026-11-16");
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

    it("takes an MCP server for no search or analytics account", async () => {
      const { storeId } = await insertTenant(db(), "only-mcp");
      await db().storeSecret.updateMany({ where: { storeId }, data: { provider: "MCP" } });
      const store = await new StoreRepository(db()).findByShopDomain("only-mcp.myshopify.com");
      const { setup } = await loadOverview(db(), store!, { now: NOW });
      expect(setup?.find(({ id }) => id === "connect")?.done).toBe(false);
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
