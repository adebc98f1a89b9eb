import { describe, expect, it } from "vitest";
import { compare, figuresOf, type Figures, type PeriodDays } from "~/features/overview/figures";
import { metricsOf } from "~/features/overview/metrics";

const NOTHING: PeriodDays = { sales: [], orders: [], inventory: [] };

function sales(day: string, grossMinor: number, discountsMinor: number, returnsMinor: number) {
  const netMinor = grossMinor - discountsMinor - returnsMinor;
  const payload = { grossMinor, discountsMinor, returnsMinor, netMinor, shippingMinor: 500, taxesMinor: 100 };
  return { day, payload: { ...payload, totalMinor: netMinor + 600 } };
}

function orders(day: string, count: number, customers: number, returningCustomers: number) {
  const firstTimeCustomers = customers - returningCustomers;
  return {
    day,
    payload: {
      orders: count,
      units: count * 2,
      customers,
      returningCustomers,
      firstTimeCustomers,
      cancelled: 0,
    },
  };
}

function stock(day: string, valueMinor: number, outOfStockSkus: number) {
  return { day, payload: { units: 10, valueMinor, skus: 5, outOfStockSkus } };
}

const DAYS = ["2026-11-15", "2026-11-16"];

function valuesOf(days: PeriodDays, wanted = DAYS) {
  const figures = Object.entries(figuresOf(days, wanted));
  return Object.fromEntries(figures.map(([id, { value }]) => [id, value]));
}

describe("the figures of a period", () => {
  const period: PeriodDays = {
    sales: [sales("2026-11-15", 10_000, 1_000, 2_000), sales("2026-11-16", 5_000, 0, 0)],
    orders: [orders("2026-11-15", 2, 2, 1), orders("2026-11-16", 1, 1, 0)],
    inventory: [stock("2026-11-15", 900, 0), stock("2026-11-16", 800, 3)],
  };

  it("are the sums of its days", () => {
    expect(valuesOf(period)).toMatchObject({
      totalSales: 13_200,
      netSales: 12_000,
      orders: 3,
      unitsSold: 6,
    });
  });

  it("divide what was sold before returns by the orders: (gross − discounts) ÷ orders", () => {
    expect(valuesOf(period).averageOrderValue).toBe(Math.round((15_000 - 1_000) / 3));
  });

  it("give the share of returning customers", () => {
    expect(valuesOf(period).returningRate).toBeCloseTo(1 / 3);
  });

  it("take the stock of the last day, not a sum", () => {
    expect(valuesOf(period)).toMatchObject({ stockValue: 800, outOfStockSkus: 3 });
  });

  it("ignore days that are not of the period", () => {
    expect(valuesOf(period, ["2026-11-16"])).toMatchObject({ totalSales: 5_600, orders: 1, stockValue: 800 });
  });

  it("are unknown, not zero, when no day is cached", () => {
    expect(new Set(Object.values(valuesOf(NOTHING)))).toEqual(new Set([null]));
  });

  it("have no average on a day without orders", () => {
    const quiet = {
      ...NOTHING,
      sales: [sales("2026-11-15", 0, 0, 900)],
      orders: [orders("2026-11-15", 0, 0, 0)],
    };
    expect(valuesOf(quiet, ["2026-11-15"])).toMatchObject({
      totalSales: -300,
      orders: 0,
      averageOrderValue: null,
      returningRate: null,
    });
  });

  describe.each(["2026-11-15", "2026-11-16"])("without the day %s", (missing) => {
    const without = (days: { day: string }[]) => days.filter(({ day }) => day !== missing);
    const OF_SALES = ["totalSales", "netSales", "averageOrderValue"];
    const OF_ORDERS = ["orders", "unitsSold", "averageOrderValue", "returningRate"];
    const OF_STOCK = missing === "2026-11-16" ? ["stockValue", "outOfStockSkus"] : [];

    it.each([
      ["sales", OF_SALES],
      ["orders", OF_ORDERS],
      ["inventory", OF_STOCK],
    ] as const)("in its %s lack exactly %j, and the sum of the rest is none", (kind, lacking) => {
      const values = valuesOf({ ...period, [kind]: without(period[kind]) });
      const unknown = Object.keys(values).filter((id) => values[id] === null);
      expect(new Set(unknown)).toEqual(new Set(lacking));
    });
  });

  it("say on how many of the days that they need they rest", () => {
    const figures = figuresOf({ ...period, sales: period.sales.slice(1) }, DAYS);
    expect(figures.totalSales).toEqual({ value: null, part: 5_600, computed: 1, needed: 2 });
    // Of the day that has both: a day's sales without its orders, or the other way round, would bend the average.
    expect(figures.averageOrderValue).toEqual({ value: null, part: 5_000, computed: 1, needed: 2 });
    expect(figures.orders).toEqual({ value: 3, part: null, computed: 2, needed: 2 });
    expect(figures.stockValue).toEqual({ value: 800, part: null, computed: 1, needed: 1 });
  });

  it("have no part where nothing is computed, and no average over days that lack one half", () => {
    expect(figuresOf(NOTHING, DAYS).totalSales).toEqual({ value: null, part: null, computed: 0, needed: 2 });
    const apart = { ...period, sales: period.sales.slice(1), orders: period.orders.slice(0, 1) };
    expect(figuresOf(apart, DAYS).averageOrderValue).toEqual({
      ...{ value: null, part: null, computed: 0, needed: 2 },
    });
  });
});

describe("a comparison", () => {
  it.each([
    [150, 100, "up", 0.5],
    [50, 100, "down", -0.5],
    [100, 100, "level", 0],
    [0, 0, "level", 0],
    [0, 100, "down", -1],
    // Refunds can make a period negative; rising from there is still rising.
    [50, -100, "up", 1.5],
    [-50, 100, "down", -1.5],
    // Less than a tenth of a percent is no news.
    [100_001, 100_000, "level", 0.00001],
  ])("of %d with %d is %s by %d", (current, previous, direction, ratio) => {
    expect(compare(current, previous)).toMatchObject({
      kind: "change",
      direction,
      ratio: expect.closeTo(ratio),
    });
  });

  it("with zero has no percentage", () => {
    expect(compare(100, 0)).toEqual({ kind: "none", reason: "Was zero before" });
  });
});

describe("the tiles of the overview", () => {
  const nothing = figuresOf(NOTHING, DAYS);
  const first: PeriodDays = {
    sales: [sales("2026-11-15", 10_000, 0, 0)],
    orders: [orders("2026-11-15", 2, 2, 1)],
    inventory: [stock("2026-11-15", 900, 0)],
  };
  const tile = (current: Figures, previous: Figures, id: string) =>
    metricsOf(current, previous, { currency: "JPY" }).find((metric) => metric.id === id);

  it("define their figures, the average order value by Shopify's formula", () => {
    const metrics = metricsOf(nothing, nothing, { currency: "EUR" });
    expect(metrics.length).toBeGreaterThan(5);
    for (const { definition } of metrics) expect(definition).toMatch(/^.{20,}$/);
    const average = metrics.find(({ id }) => id === "averageOrderValue");
    expect(average?.definition).toContain("Gross sales minus discounts, divided by the number of orders");
  });

  it("carry money in the store's currency", () => {
    const total = tile(figuresOf(first, ["2026-11-15"]), nothing, "totalSales");
    expect(total?.value).toEqual({ kind: "money", money: { minor: 10_600, currency: "JPY" } });
    expect(total?.comparison.kind).toBe("none");
  });

  it("name the days that are computed where some are missing, and show no sum of them", () => {
    const part = figuresOf(first, DAYS);
    expect(tile(part, nothing, "totalSales")).toMatchObject({
      value: null,
      previous: null,
      missing: {
        ...{ kind: "not-computed", days: "1 of 2 days" },
        part: { kind: "money", money: { minor: 10_600, currency: "JPY" } },
      },
      comparison: { kind: "none", reason: "Not computed yet" },
    });
    expect(tile(part, nothing, "stockValue")?.missing).toEqual({ kind: "no-last-day" });
  });

  it("compare with no part of the period before", () => {
    const whole = figuresOf(first, ["2026-11-15"]);
    const part = figuresOf(first, ["2026-11-14", "2026-11-15"]);
    expect(tile(whole, part, "totalSales")).toMatchObject({
      previous: null,
      comparison: { kind: "none", reason: "No comparison: 1 of 2 days before are computed" },
    });
  });

  it("tell a period without orders from one that is not computed", () => {
    const quiet = { ...first, orders: [orders("2026-11-15", 0, 0, 0)] };
    const none = figuresOf(quiet, ["2026-11-15"]);
    const whole = figuresOf(first, ["2026-11-15"]);
    expect(tile(none, nothing, "averageOrderValue")?.missing).toEqual({
      kind: "none",
      reason: "No orders in this period",
    });
    expect(tile(none, nothing, "returningRate")?.missing).toEqual({
      kind: "none",
      reason: "No customers in this period",
    });
    expect(tile(whole, none, "averageOrderValue")?.comparison).toEqual({
      kind: "none",
      reason: "No orders in the period before",
    });
  });

  it("are not judged while the day is not over", () => {
    const judged = (options: { judged?: boolean }) =>
      metricsOf(nothing, nothing, { currency: "USD", ...options }).map(({ goodWhen }) => goodWhen);
    expect(new Set(judged({ judged: false }))).toEqual(new Set(["none"]));
    expect(judged({})).toContain("up");
  });
});
