/** Why a rule fired: what was measured, what it was held against, and the facts beside it. Flat, small, readable. */
import { formatMoney } from "~/platform/money";
import type { FlagRule, Incident } from "./catalogue-incidents";
import type { CatalogueCustomer, CatalogueOrder } from "./catalogue-types";
import { HOUR, SEED_NOW } from "./instant";
import { totalOf } from "./order-math";

export type Thresholds = {
  highValueMinor: number;
  lateFulfilmentHours: number;
  partialStaleDays: number;
  unpaidAgingDays: number;
  highDiscountPercent: number;
};

export type Evidence = { measured: string; threshold: string; facts: string[] };

type Context = {
  incident: Incident;
  thresholds: Thresholds;
  customer: CatalogueCustomer | undefined;
  /** The reason has gone away since, so the order no longer shows it */
  settled: boolean;
};

export function measure(rule: FlagRule, order: CatalogueOrder, context: Context): Evidence {
  return RULES[rule](order, context);
}

const RULES: Record<FlagRule, (order: CatalogueOrder, context: Context) => Evidence> = {
  RISK_HIGH: (order) => ({
    measured: "HIGH",
    threshold: "any assessment HIGH",
    facts: [
      "Card verification value (CVV) isn't correct",
      `Billing address in ${order.billingAddress?.countryCode ?? "no country"}, IP address in another country`,
      "3 payment attempts with different cards",
    ],
  }),
  RISK_MEDIUM: () => ({
    measured: "MEDIUM",
    threshold: "any assessment MEDIUM",
    facts: ["IP address is 610 miles from the shipping address", "Billing street address matches the card"],
  }),
  RISK_PENDING: (order, { settled }) => ({
    measured: settled ? "PENDING for 74 min" : `PENDING for ${Math.round(ageHours(order) * 60)} min`,
    threshold: "PENDING for 60 min",
    facts: ["Shopify has not finished its analysis"],
  }),
  HIGH_VALUE: (order, { thresholds }) => ({
    measured: money(totalOf(order), order),
    threshold: money(thresholds.highValueMinor, order),
    facts: order.lines.map((line) => `${line.quantity} × ${line.title}`),
  }),
  FIRST_ORDER_HIGH_VALUE: (order, { thresholds, customer }) => ({
    measured: `${money(totalOf(order), order)}, order ${customer?.numberOfOrders ?? 1} of this customer`,
    threshold: `${money(thresholds.highValueMinor, order)} on a first order`,
    facts: ["No earlier orders"],
  }),
  ADDRESS_MISMATCH: ({ shippingAddress, billingAddress }, { settled }) => ({
    measured: `ships to ${place(shippingAddress)}, bills to ${place(billingAddress)}`,
    threshold: "billing and shipping address match",
    facts:
      shippingAddress?.countryCode === billingAddress?.countryCode
        ? [settled ? "Confirmed by the customer" : "Same country, different address"]
        : ["Different countries"],
  }),
  ADDRESS_INVALID: ({ shippingAddress }, { settled }) => ({
    measured: settled ? "ERROR, corrected since" : (shippingAddress?.validationResultSummary ?? "no address"),
    threshold: "validation ERROR, or an address that cannot be located",
    facts: [`${shippingAddress?.address1}, ${place(shippingAddress)} ${shippingAddress?.zip}`],
  }),
  LATE_FULFILMENT: (order, { thresholds }) => ({
    measured: `${Math.round(waitedHours(order))} h`,
    threshold: `${thresholds.lateFulfilmentHours} h`,
    facts: [
      `${order.lines.length} of ${order.lines.length} lines ${order.fulfillments.length ? "sent late" : "not sent"}`,
    ],
  }),
  PARTIAL_STALE: (order, { thresholds }) => {
    const [first, second] = order.fulfillments;
    const until = second?.createdAt ?? SEED_NOW;
    return {
      measured: `${Math.round((until.getTime() - (first?.createdAt ?? order.placedAt).getTime()) / (24 * HOUR))} days since the first parcel`,
      threshold: `${thresholds.partialStaleDays} days`,
      facts: [`1 of ${order.lines.length} lines sent`, `Waiting: ${order.lines.at(-1)?.title}`],
    };
  },
  DELIVERY_PROBLEM: ({ fulfillments }, { settled }) => ({
    measured: settled ? "ATTEMPTED_DELIVERY, delivered since" : (fulfillments[0]?.displayStatus ?? "unknown"),
    threshold: "DELAYED, FAILURE or NOT_DELIVERED",
    facts: [`Tracking ${fulfillments[0]?.trackingNumber ?? "unknown"}`],
  }),
  UNPAID_AGING: (order, { thresholds, settled }) => ({
    measured: settled
      ? "PENDING for 5 days"
      : `${order.financialStatus} for ${Math.floor(ageHours(order) / 24)} days`,
    threshold: `${thresholds.unpaidAgingDays} days`,
    facts: [`Total ${money(totalOf(order), order)}`, ...order.tags],
  }),
  ON_HOLD_LONG: (order, { incident, settled }) => ({
    measured: settled ? "5 days on hold" : `${Math.floor(ageHours(order) / 24)} days on hold`,
    threshold: "3 days",
    facts: [`Reason: ${incident.tags?.[0] ?? "awaiting payment"}`],
  }),
  HIGH_DISCOUNT: (order, { incident, thresholds }) => ({
    measured: `${incident.discountPercent} %`,
    threshold: `${thresholds.highDiscountPercent} %`,
    facts: [
      `Discount ${money(
        order.lines.reduce((sum, line) => sum + line.discountMinor, 0),
        order,
      )}`,
    ],
  }),
  MANY_REFUNDS: (order) => ({
    measured: `${order.refunds.length} refunds`,
    threshold: "3 refunds on one order",
    facts: order.refunds.map(
      (refund) => `${refund.createdAt.toISOString().slice(0, 10)}: ${money(refund.amountMinor, order)}`,
    ),
  }),
  RAPID_REPEAT: (order) => ({
    measured: "3 orders in 24 h",
    threshold: "3 orders in 24 h",
    facts: [`Same e-mail address (${order.email})`, "Same shipping address"],
  }),
  NOTE_PRESENT: (order) => ({ measured: order.note ?? "", threshold: "a note from the customer", facts: [] }),
  OVERSOLD: (order, { settled }) => ({
    measured: settled
      ? "-1 available, restocked since"
      : `${order.lines[0]?.quantity} ordered, stock below zero`,
    threshold: "available below 0",
    facts: order.lines.map((line) => `${line.sku}: ${line.quantity} × ${line.title}`),
  }),
};

function ageHours(order: CatalogueOrder): number {
  return (SEED_NOW.getTime() - order.placedAt.getTime()) / HOUR;
}

function waitedHours(order: CatalogueOrder): number {
  const until = order.fulfillments[0]?.createdAt ?? SEED_NOW;
  return (until.getTime() - order.placedAt.getTime()) / HOUR;
}

function place(address: CatalogueOrder["shippingAddress"]): string {
  return address ? `${address.city}, ${address.provinceCode}, ${address.countryCode}` : "nowhere";
}

function money(minor: number, order: CatalogueOrder): string {
  return formatMoney({ minor, currency: order.currency });
}
