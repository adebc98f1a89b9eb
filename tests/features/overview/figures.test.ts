import { describe, expect, it } from "vitest";
import { compare, figuresOf, type PeriodDays } from "~/features/overview/figures";
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

describe("the figures of a period", () => {
  const period: PeriodDays = {
    sales: [sales("2026-11-15", 10_000, 1_000, 2_000), sales("2026-11-16", 5_000, 0, 0)],
    orders: [orders("2026-11-15", 2, 2, 1), orders("2026-11-16", 1, 1, 0)],
    inventory: [stock("2026-11-15", 900, 0), stock("2026-11-16", 800, 3)],
  };

  it("are the sums of its days", () => {
    expect(figuresOf(period)).toMatchObject({
      totalSales: 13_200,
      netSales: 12_000,
      orders: 3,
      unitsSold: 6,
    });
  });

  it("divide what was sold before returns by the orders: (gross − discounts) ÷ orders", () => {
    expect(figuresOf(period).averageOrderValue).toBe(Math.round((15_000 - 1_000) / 3));
  });

  it("average over the days that have both sales and orders", () => {
    const onlySales = { ...period, orders: period.orders.slice(0, 1) };
    expect(figuresOf(onlySales).averageOrderValue).toBe(Math.round((10_000 - 1_000) / 2));
    const onlyOrders = { ...period, sales: period.sales.slice(1) };
    expect(figuresOf(onlyOrders).averageOrderValue).toBe(5_000);
    const apart = { ...period, sales: period.sales.slice(1), orders: period.orders.slice(0, 1) };
    expect(figuresOf(apart).averageOrderValue).toBeNull();
  });

  it("give the share of returning customers", () => {
    expect(figuresOf(period).returningRate).toBeCloseTo(1 / 3);
  });

  it("take the stock of the last day, not a sum", () => {
    expect(figuresOf(period)).toMatchObject({ stockValue: 800, outOfStockSkus: 3 });
  });

  it("are unknown, not zero, when no day is cached", () => {
    expect(new Set(Object.values(figuresOf(NOTHING)))).toEqual(new Set([null]));
  });

  it("have no average on a day without orders", () => {
    const quiet = figuresOf({
      ...NOTHING,
      sales: [sales("2026-11-15", 0, 0, 900)],
      orders: [orders("2026-11-15", 0, 0, 0)],
    });
    expect(quiet).toMatchObject({
      totalSales: -300,
      orders: 0,
      averageOrderValue: null,
      returningRate: null,
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

  it.each([
    [null, 100, "No figures yet"],
    [100, null, "No comparison"],
    [null, null, "No figures yet"],
    [100, 0, "Was zero before"],
  ])("of %s with %s is none: %s", (current, previous, reason) => {
    expect(compare(current, previous)).toEqual({ kind: "none", reason });
  });
});

describe("the tiles of the overview", () => {
  it("define their figures, the average order value by Shopify's formula", () => {
    const metrics = metricsOf(figuresOf(NOTHING), null, { currency: "EUR" });
    expect(metrics.length).toBeGreaterThan(5);
    for (const { definition } of metrics) expect(definition).toMatch(/^.{20,}$/);
    const average = metrics.find(({ id }) => id === "averageOrderValue");
    expect(average?.definition).toContain("Gross sales minus discounts, divided by the number of orders");
  });

  it("carry money in the store's currency", () => {
    const figures = figuresOf({ ...NOTHING, sales: [sales("2026-11-15", 10_000, 0, 0)] });
    const [total] = metricsOf(figures, null, { currency: "JPY" });
    expect(total?.value).toEqual({ kind: "money", money: { minor: 10_600, currency: "JPY" } });
    expect(total?.comparison.kind).toBe("none");
  });

  it("are not judged while the day is not over", () => {
    const judged = (options: { judged?: boolean }) =>
      metricsOf(figuresOf(NOTHING), null, { currency: "USD", ...options }).map(({ goodWhen }) => goodWhen);
    expect(new Set(judged({ judged: false }))).toEqual(new Set(["none"]));
    expect(judged({})).toContain("up");
  });
});
