/** One row per rule and incident; what was measured is computed from the order itself. */
import { type FlagRule, type FlagState, type Incident } from "./catalogue-incidents";
import type { Catalogue, CatalogueOrder } from "./catalogue-types";
import { measure, type Thresholds } from "./flag-evidence";

export type { Thresholds };
import { idFor } from "./ids";
import { after, DAY, HOUR, latest, MINUTE, SEED_NOW } from "./instant";
import { totalOf } from "./order-math";
import { random } from "./random";
import { stamp, type Rows } from "./rows";

const SEVERITY: Record<FlagRule, Rows["OrderFlag"]["severity"]> = {
  RISK_HIGH: "CRITICAL",
  RISK_MEDIUM: "WARNING",
  RISK_PENDING: "INFO",
  HIGH_VALUE: "INFO",
  FIRST_ORDER_HIGH_VALUE: "WARNING",
  ADDRESS_MISMATCH: "WARNING",
  ADDRESS_INVALID: "WARNING",
  LATE_FULFILMENT: "CRITICAL",
  PARTIAL_STALE: "WARNING",
  DELIVERY_PROBLEM: "WARNING",
  UNPAID_AGING: "WARNING",
  ON_HOLD_LONG: "WARNING",
  HIGH_DISCOUNT: "WARNING",
  MANY_REFUNDS: "WARNING",
  RAPID_REPEAT: "INFO",
  NOTE_PRESENT: "INFO",
  OVERSOLD: "CRITICAL",
};

/** Hours from the order to the moment when each rule could first fire. */
const FIRES_AFTER: Partial<Record<FlagRule, number>> = {
  RISK_PENDING: 1,
  LATE_FULFILMENT: 48,
  PARTIAL_STALE: 125,
  DELIVERY_PROBLEM: 96,
  UNPAID_AGING: 72,
  ON_HOLD_LONG: 72,
};

const NOTES: Partial<Record<`${FlagRule}/${FlagState}`, string>> = {
  "RISK_MEDIUM/SNOOZED": "Asked her to confirm by phone. Looking again tomorrow.",
  "ADDRESS_MISMATCH/SNOOZED": "Gift for her brother, she wrote so. Keep an eye on the chargeback window.",
  "LATE_FULFILMENT/SNOOZED": "Waiting for a lid without a chip; customer knows.",
  "UNPAID_AGING/SNOOZED": "Capture before the authorisation runs out on the 17th.",
  "MANY_REFUNDS/SNOOZED": "Third tin with a cracked lid: this is Lowland's packing, not the customer.",
  "RISK_HIGH/RESOLVED": "Card country, proxy and a throwaway number. Cancelled and refunded.",
  "ADDRESS_INVALID/RESOLVED": "Customer sent the right house number.",
  "DELIVERY_PROBLEM/RESOLVED": "Carrier found it at the depot; delivered on the second try.",
  "OVERSOLD/RESOLVED": "Two Embers turned up in the returns box.",
};

const PEOPLE = ["Nora Whitfield", "Ben Ashdown"];

export function flagRows(
  { shop, customers }: Catalogue,
  incidents: { incident: Incident; order: CatalogueOrder }[],
  storeId: string,
  thresholds: Thresholds,
): Rows["OrderFlag"][] {
  return incidents.flatMap(({ incident, order }) =>
    incident.flags.map(([rule, status]) => {
      const rng = random(`flag/${order.name}/${rule}`);
      const raisedAt = raisedAtOf(rule, order);
      const settled = status === "RESOLVED" || status === "ARCHIVED";
      const resolvedAt = settled
        ? latest(after(raisedAt, rng.int(40, 1500) * MINUTE), order.updatedAt)
        : null;
      const archivedAt = resolvedAt && status === "ARCHIVED" ? after(resolvedAt, 7 * DAY) : null;
      const customer = customers.find(({ gid }) => gid === order.customerGid);
      return {
        id: idFor("OrderFlag", shop.domain, order.name, rule),
        ...stamp(raisedAt, archivedAt ?? resolvedAt ?? raisedAt),
        storeId,
        orderGid: order.gid,
        orderName: order.name,
        rule,
        severity: SEVERITY[rule],
        status,
        orderTotalMinor: BigInt(totalOf(order)),
        currency: order.currency,
        customerName: customer ? `${customer.firstName} ${customer.lastName}` : null,
        orderPlacedAt: order.placedAt,
        orderUpdatedAt: order.updatedAt,
        note: NOTES[`${rule}/${status}`] ?? null,
        evidence: measure(rule, order, { incident, thresholds, customer, settled }),
        snoozedUntil: status === "SNOOZED" ? after(SEED_NOW, rng.int(1, 4) * DAY) : null,
        resolvedAt,
        resolvedBy: settled ? rng.pick(PEOPLE) : null,
      };
    }),
  );
}

function raisedAtOf(rule: FlagRule, order: CatalogueOrder): Date {
  const lastRefund = order.refunds.at(-1)?.createdAt;
  if (rule === "MANY_REFUNDS" && lastRefund) return after(lastRefund, 2 * MINUTE);
  return after(order.placedAt, (FIRES_AFTER[rule] ?? 0) * HOUR + 2 * MINUTE);
}
