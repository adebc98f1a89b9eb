/** Figures of a period from those of its days. Amounts in minor units, by Shopify's definitions of its sales report. */
import type { ShopDay } from "~/platform/shop-day";
import type { KpiPayload } from "./kpi.schema";

type Day<P> = { day: ShopDay; payload: P };

/** What a period came to. Null where there is nothing to say: no cached day, or a division by nothing. */
export type Figures = {
  totalSales: number | null;
  netSales: number | null;
  orders: number | null;
  unitsSold: number | null;
  averageOrderValue: number | null;
  returningRate: number | null;
  stockValue: number | null;
  outOfStockSkus: number | null;
};

export type PeriodDays = {
  sales: Day<KpiPayload<"SALES">>[];
  orders: Day<KpiPayload<"ORDERS">>[];
  inventory: Day<KpiPayload<"INVENTORY">>[];
};

export function figuresOf({ sales, orders, inventory }: PeriodDays): Figures {
  const customers = sum(orders, "customers");
  const stock = inventory.at(-1)?.payload;
  return {
    totalSales: sales.length ? sum(sales, "totalMinor") : null,
    netSales: sales.length ? sum(sales, "netMinor") : null,
    orders: orders.length ? sum(orders, "orders") : null,
    unitsSold: orders.length ? sum(orders, "units") : null,
    averageOrderValue: averageOrderValue(sales, orders),
    returningRate: customers ? sum(orders, "returningCustomers") / customers : null,
    stockValue: stock?.valueMinor ?? null,
    outOfStockSkus: stock?.outOfStockSkus ?? null,
  };
}

/** Over the days that have both: a day's sales without its orders, or the other way round, would bend the average. */
function averageOrderValue(sales: PeriodDays["sales"], orders: PeriodDays["orders"]): number | null {
  const sold = sales.filter(({ day }) => orders.some((other) => other.day === day));
  const orderCount = sum(
    orders.filter(({ day }) => sales.some((other) => other.day === day)),
    "orders",
  );
  if (!orderCount) return null;
  return Math.round((sum(sold, "grossMinor") - sum(sold, "discountsMinor")) / orderCount);
}

export type Comparison =
  { kind: "change"; direction: "up" | "down" | "level"; ratio: number } | { kind: "none"; reason: string };

/** How `current` stands against `previous`; a growth from zero has no percentage, and none is made up. */
export function compare(current: number | null, previous: number | null): Comparison {
  if (current === null) return { kind: "none", reason: "No figures yet" };
  if (previous === null) return { kind: "none", reason: "No comparison" };
  if (previous === 0 && current !== 0) return { kind: "none", reason: "Was zero before" };
  const ratio = previous === 0 ? 0 : (current - previous) / Math.abs(previous);
  const shown = Math.round(ratio * 1000);
  return { kind: "change", direction: shown === 0 ? "level" : shown > 0 ? "up" : "down", ratio };
}

function sum<P, K extends keyof P>(days: Day<P>[], field: K): number {
  return days.reduce((total, { payload }) => total + Number(payload[field]), 0);
}
