/** The tiles of the overview: what each figure is called, what it means, and which direction is good news. */
import type { Money } from "~/platform/money";
import { compare, isWhole, type Comparison, type Figure, type FigureId, type Figures } from "./figures";

export type MetricValue =
  { kind: "money"; money: Money } | { kind: "count"; count: number } | { kind: "share"; share: number };

export type Metric = {
  id: FigureId;
  title: string;
  /** For a person who asks what this counts */
  definition: string;
  value: MetricValue | null;
  /** Why there is no value: days that are not computed, or a period without what the figure divides by */
  missing: Missing | null;
  previous: MetricValue | null;
  comparison: Comparison;
  /** "none": neither direction is good or bad by itself */
  goodWhen: "up" | "down" | "none";
};

export type Missing =
  /** `days`: which part of the period is computed, "12 of 30 days", and what that part came to */
  | { kind: "not-computed"; days: string | null; part: MetricValue | null }
  | { kind: "no-last-day" }
  | { kind: "none"; reason: string };

type Definition = Pick<Metric, "id" | "title" | "definition" | "goodWhen"> & {
  kind: MetricValue["kind"];
  /** What a period has none of when its days are computed and give no figure */
  dividesBy?: string;
  /** Of the period's last day, not of all of them */
  ofLastDay?: true;
};

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
    dividesBy: "orders",
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
    dividesBy: "customers",
    goodWhen: "up",
  },
  {
    id: "stockValue",
    title: "Stock value",
    definition: "Units in stock at their unit cost, on the last day of the period.",
    kind: "money",
    ofLastDay: true,
    goodWhen: "none",
  },
  {
    id: "outOfStockSkus",
    title: "Out-of-stock SKUs",
    definition: "SKUs with nothing left to sell on the last day of the period.",
    kind: "count",
    ofLastDay: true,
    goodWhen: "down",
  },
];

/**
 * A morning is not `judged` against a whole day: less than yesterday is no bad news yet.
 * A figure that lacks a day has no value, and one whose period before lacks a day has no comparison.
 */
export function metricsOf(
  current: Figures,
  previous: Figures,
  { currency, judged = true }: { currency: string; judged?: boolean },
): Metric[] {
  return DEFINITIONS.map((definition) => {
    const { id, title, definition: explanation, kind, goodWhen } = definition;
    const [now, before] = [current[id], previous[id]];
    const compared = now.value !== null && before.value !== null;
    return {
      ...{ id, title, definition: explanation, goodWhen: judged ? goodWhen : "none" },
      value: valueOf(kind, now.value, currency),
      missing: now.value === null ? missingOf(now, definition, currency) : null,
      previous: compared ? valueOf(kind, before.value, currency) : null,
      comparison:
        now.value !== null && before.value !== null
          ? compare(now.value, before.value)
          : { kind: "none", reason: reasonOf(now, before, definition) },
    };
  });
}

function missingOf(figure: Figure, { kind, dividesBy, ofLastDay }: Definition, currency: string): Missing {
  if (isWhole(figure)) return { kind: "none", reason: `No ${dividesBy ?? "figures"} in this period` };
  if (ofLastDay) return { kind: "no-last-day" };
  const days = figure.needed > 1 ? partText(figure) : null;
  return { kind: "not-computed", days, part: valueOf(kind, figure.part, currency) };
}

/** Why nothing is compared: this period's own gap first. */
function reasonOf(now: Figure, before: Figure, { dividesBy, ofLastDay }: Definition): string {
  if (!isWhole(now)) return "Not computed yet";
  if (now.value === null) return "No comparison";
  if (isWhole(before)) return `No ${dividesBy ?? "figures"} in the period before`;
  if (ofLastDay) return "No comparison: the last day of the period before is not computed";
  return before.needed > 1
    ? `No comparison: ${partText(before)} before are computed`
    : "No comparison: the day before is not computed";
}

function partText({ computed, needed }: Figure): string {
  return `${computed} of ${needed} days`;
}

function valueOf(kind: MetricValue["kind"], amount: number | null, currency: string): MetricValue | null {
  if (amount === null) return null;
  if (kind === "money") return { kind, money: { minor: amount, currency } };
  return kind === "count" ? { kind, count: amount } : { kind, share: amount };
}
