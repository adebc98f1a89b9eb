/** Figures of a period from those of its days. Amounts in minor units, by Shopify's definitions of its sales report. */
import type { ShopDay } from "~/platform/shop-day";
import type { KpiPayload } from "./kpi.schema";

type Day<P> = { day: ShopDay; payload: P };

export type FigureId =
  | "totalSales"
  | "netSales"
  | "orders"
  | "unitsSold"
  | "averageOrderValue"
  | "returningRate"
  | "stockValue"
  | "outOfStockSkus";

/** What a period came to, and on how many of the days that it needs this rests. */
export type Figure = {
  /** Null while a needed day is missing, and where whole days give none: a division by nothing */
  value: number | null;
  /** What the computed days came to while others are missing; never to be shown without saying so */
  part: number | null;
  /** Days of `needed` that are computed */
  computed: number;
  needed: number;
};

export type Figures = Record<FigureId, Figure>;

export type PeriodDays = {
  sales: Day<KpiPayload<"SALES">>[];
  orders: Day<KpiPayload<"ORDERS">>[];
  inventory: Day<KpiPayload<"INVENTORY">>[];
};

/** @param wanted every day of the period. A part of them is no figure of the period: it is not summed. */
export function figuresOf(days: PeriodDays, wanted: ShopDay[]): Figures {
  const sales = daysIn(days.sales, wanted);
  const orders = daysIn(days.orders, wanted);
  const both = wanted.filter((day) => sales.has(day) && orders.has(day));
  const lastDay = wanted.slice(-1);
  const stock = daysIn(days.inventory, lastDay);
  const needed = wanted.length;

  const ofSales = (value: () => number | null) => figure({ computed: sales.size, needed }, value);
  const ofOrders = (value: () => number | null) => figure({ computed: orders.size, needed }, value);
  const ofStock = (field: "valueMinor" | "outOfStockSkus") =>
    figure({ computed: stock.size, needed: lastDay.length }, () => sum(stock, field));
  return {
    totalSales: ofSales(() => sum(sales, "totalMinor")),
    netSales: ofSales(() => sum(sales, "netMinor")),
    orders: ofOrders(() => sum(orders, "orders")),
    unitsSold: ofOrders(() => sum(orders, "units")),
    averageOrderValue: figure({ computed: both.length, needed }, () => {
      const sold = daysIn(days.sales, both);
      const count = sum(daysIn(days.orders, both), "orders");
      return count ? Math.round((sum(sold, "grossMinor") - sum(sold, "discountsMinor")) / count) : null;
    }),
    returningRate: ofOrders(() => {
      const customers = sum(orders, "customers");
      return customers ? sum(orders, "returningCustomers") / customers : null;
    }),
    stockValue: ofStock("valueMinor"),
    outOfStockSkus: ofStock("outOfStockSkus"),
  };
}

export function isWhole({ computed, needed }: Pick<Figure, "computed" | "needed">): boolean {
  return computed === needed;
}

export type Comparison =
  { kind: "change"; direction: "up" | "down" | "level"; ratio: number } | { kind: "none"; reason: string };

/** How `current` stands against `previous`; a growth from zero has no percentage, and none is made up. */
export function compare(current: number, previous: number): Comparison {
  if (previous === 0 && current !== 0) return { kind: "none", reason: "Was zero before" };
  const ratio = previous === 0 ? 0 : (current - previous) / Math.abs(previous);
  const shown = Math.round(ratio * 1000);
  return { kind: "change", direction: shown === 0 ? "level" : shown > 0 ? "up" : "down", ratio };
}

function figure(days: Pick<Figure, "computed" | "needed">, compute: () => number | null): Figure {
  const computed = days.computed > 0 ? compute() : null;
  return isWhole(days) ? { value: computed, part: null, ...days } : { value: null, part: computed, ...days };
}

function daysIn<P>(days: Day<P>[], wanted: ShopDay[]): Map<ShopDay, P> {
  const asked = new Set(wanted);
  return new Map(days.flatMap(({ day, payload }) => (asked.has(day) ? [[day, payload] as const] : [])));
}

function sum<P, K extends keyof P>(days: Map<ShopDay, P>, field: K): number {
  let total = 0;
  for (const payload of days.values()) total += Number(payload[field]);
  return total;
}
