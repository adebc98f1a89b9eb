/** The tiles of the overview: what each figure is called, what it means, and which direction is good news. */
import type { Money } from "~/platform/money";
import { compare, type Comparison, type Figures } from "./figures";

export type MetricValue =
  { kind: "money"; money: Money } | { kind: "count"; count: number } | { kind: "share"; share: number };

export type Metric = {
  id: keyof Figures;
  title: string;
  /** For a person who asks what this counts */
  definition: string;
  value: MetricValue | null;
  previous: MetricValue | null;
  comparison: Comparison;
  /** "none": neither direction is good or bad by itself */
  goodWhen: "up" | "down" | "none";
};

type Definition = Pick<Metric, "id" | "title" | "definition" | "goodWhen"> & { kind: MetricValue["kind"] };

const DEFINITIONS: Definition[] = [
  {
    id: "totalSales",
    title: "Total sales",
    definition:
      "Net sales plus shipping and taxes. A refund counts on the day it is made, not on the day of its order.",
    kind: "money",
    goodWhen: "up",
  },
  {
    id: "netSales",
    title: "Net sales",
    definition: "Gross sales minus discounts and returns, before shipping and taxes.",
    kind: "money",
    goodWhen: "up",
  },
  {
    id: "orders",
    title: "Orders",
    definition:
      "Orders placed in the period. Test orders are not counted; cancelled and unpaid ones are, as in Shopify.",
    kind: "count",
    goodWhen: "up",
  },
  {
    id: "averageOrderValue",
    title: "Average order value",
    definition: "Gross sales minus discounts, divided by the number of orders. Returns do not lower it.",
    kind: "money",
    goodWhen: "up",
  },
  {
    id: "unitsSold",
    title: "Units sold",
    definition: "Items in the orders of the period, before returns.",
    kind: "count",
    goodWhen: "up",
  },
  {
    id: "returningRate",
    title: "Returning customer rate",
    definition:
      "Customers who had ordered before, among all customers with an order. Counted per day: who orders on two days counts on both. Guests are left out.",
    kind: "share",
    goodWhen: "up",
  },
  {
    id: "stockValue",
    title: "Stock value",
    definition: "Units in stock at their unit cost, on the last day of the period.",
    kind: "money",
    goodWhen: "none",
  },
  {
    id: "outOfStockSkus",
    title: "Out-of-stock SKUs",
    definition: "SKUs with nothing left to sell on the last day of the period.",
    kind: "count",
    goodWhen: "down",
  },
];

/**
 * `previous` is null when the period before has no complete figures. A morning is not `judged` against a whole day: less
 * than yesterday is no bad news yet.
 */
export function metricsOf(
  current: Figures,
  previous: Figures | null,
  { currency, judged = true }: { currency: string; judged?: boolean },
): Metric[] {
  return DEFINITIONS.map(({ kind, ...definition }) => {
    const now = current[definition.id];
    const before = previous?.[definition.id] ?? null;
    return {
      ...definition,
      goodWhen: judged ? definition.goodWhen : "none",
      value: valueOf(kind, now, currency),
      previous: valueOf(kind, before, currency),
      comparison: compare(now, before),
    };
  });
}

function valueOf(kind: MetricValue["kind"], amount: number | null, currency: string): MetricValue | null {
  if (amount === null) return null;
  if (kind === "money") return { kind, money: { minor: amount, currency } };
  return kind === "count" ? { kind, count: amount } : { kind, share: amount };
}
