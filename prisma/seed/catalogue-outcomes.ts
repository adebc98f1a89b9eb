/** What became of an order: payment, parcels, refunds, cancellation. Everything up to SEED_NOW and nothing after it. */
import type { Incident } from "./catalogue-incidents";
import type { CatalogueOrder, CatalogueRefund } from "./catalogue-types";
import { gid } from "./ids";
import { after, DAY, HOUR, latest, MINUTE, SEED_NOW } from "./instant";
import { goodsOf, totalOf } from "./order-math";
import type { Random } from "./random";

/** Changes `order` in place; `n` is its number, from which the numbers of its parts follow. */
export function settle(order: CatalogueOrder, n: number, rng: Random, incident?: Incident) {
  const age = SEED_NOW.getTime() - order.placedAt.getTime();
  const cancelled = incident
    ? incident.cancelledAfterHours !== undefined
    : age > 2 * DAY && rng.chance(0.015);
  if (cancelled)
    cancel(order, n, after(order.placedAt, (incident?.cancelledAfterHours ?? rng.int(1, 12)) * HOUR));
  else {
    ship(order, n, rng, incident);
    refund(order, n, rng, incident);
  }
  order.financialStatus = incident?.financial ?? financialStatusOf(order);
  order.updatedAt = latest(
    after(order.placedAt, MINUTE),
    ...order.fulfillments.map((fulfillment) => fulfillment.createdAt),
    ...order.refunds.map((one) => one.createdAt),
  );
}

function cancel(order: CatalogueOrder, n: number, at: Date) {
  order.cancelledAt = at;
  order.refunds = [
    refundOf(
      order,
      n,
      0,
      at,
      order.lines.map((line) => line.quantity),
      order.shippingMinor,
    ),
  ];
}

/** The workshop packs once a day: what came in more than 44 hours ago is on its way, unless an incident says otherwise. */
function ship(order: CatalogueOrder, n: number, rng: Random, incident?: Incident) {
  order.fulfillmentStatus = incident?.fulfillment ?? "FULFILLED";
  const age = SEED_NOW.getTime() - order.placedAt.getTime();
  const ordinaryHours = rng.int(9, 42);
  if (!incident?.shipped && order.fulfillmentStatus !== "FULFILLED") return;
  if (!incident?.shipped && ordinaryHours * HOUR > age) {
    order.fulfillmentStatus = "UNFULFILLED";
    return;
  }
  const shipped = incident?.shipped ?? [[ordinaryHours, null] as const];
  order.fulfillments = shipped.map(([hours, displayStatus], i) => {
    const createdAt = after(order.placedAt, hours * HOUR + rng.int(0, 59) * MINUTE);
    const travelling = SEED_NOW.getTime() - createdAt.getTime();
    return {
      gid: gid("Fulfillment", n * 4 + i),
      createdAt: createdAt < SEED_NOW ? createdAt : after(SEED_NOW, -20 * MINUTE),
      status: "SUCCESS",
      displayStatus:
        displayStatus ??
        (travelling > 5 * DAY ? "DELIVERED" : travelling > 12 * HOUR ? "IN_TRANSIT" : "CONFIRMED"),
      trackingNumber: `9400${String(110_000_000_000 + n * 7919 + i)}`,
    };
  });
}

function refund(order: CatalogueOrder, n: number, rng: Random, incident?: Incident) {
  const one = order.lines.map((_, i) => (i === 0 ? 1 : 0));
  if (incident) {
    order.refunds = (incident.refundedAfterHours ?? []).map((hours, i) =>
      refundOf(order, n, i, after(order.placedAt, hours * HOUR), one, 0),
    );
    return;
  }
  const at = after(order.placedAt, rng.int(4, 16) * DAY + rng.int(0, 600) * MINUTE);
  if (order.test || at >= SEED_NOW || !rng.chance(0.055)) return;
  const everything = rng.chance(0.4);
  order.refunds = [refundOf(order, n, 0, at, everything ? order.lines.map((line) => line.quantity) : one, 0)];
}

/** Goods at what was paid for them, with their share of the tax. */
function refundOf(
  order: CatalogueOrder,
  n: number,
  i: number,
  createdAt: Date,
  quantities: number[],
  shippingMinor: number,
): CatalogueRefund {
  const lines = order.lines.flatMap((line, at) => {
    const quantity = quantities[at]!;
    const paid = line.unitPriceMinor * line.quantity - line.discountMinor;
    return quantity
      ? [{ lineGid: line.gid, quantity, amountMinor: Math.round((paid * quantity) / line.quantity) }]
      : [];
  });
  const goods = goodsOf(order);
  const returned = lines.reduce((sum, line) => sum + line.amountMinor, 0);
  const taxMinor = goods ? Math.round((order.taxMinor * returned) / goods) : 0;
  return {
    gid: gid("Refund", n * 4 + i),
    createdAt,
    amountMinor: returned + taxMinor + shippingMinor,
    taxMinor,
    shippingMinor,
    lines,
  };
}

function financialStatusOf(order: CatalogueOrder): CatalogueOrder["financialStatus"] {
  if (!order.refunds.length) return "PAID";
  const refunded = order.refunds.reduce((sum, one) => sum + one.amountMinor, 0);
  return refunded >= totalOf(order) ? "REFUNDED" : "PARTIALLY_REFUNDED";
}
