/** orders/create, orders/updated, orders/cancelled: one payload, the whole order as it is now. */
import { z } from "zod";
import { followOrder, type OrderSnapshot } from "~/features/orders/follow-order.server";
import { forgetDays } from "~/features/overview/forget-figures.server";
import { minorOfDecimal } from "~/platform/money";
import { PayloadError, type InboxEvent, type TopicHandler } from "../handler";
import { parsePayload } from "../payload";
import { currencyCode, gidFrom, identity, instant, OLDER, toldAt } from "./fields";

/** A customer's fields are missing where Shopify has not approved their use (protected customer data). */
const orderPayload = z.object({
  ...identity("Order"),
  name: z.string().min(1),
  created_at: instant,
  processed_at: instant.nullish(),
  cancelled_at: instant.nullish(),
  updated_at: instant.nullish(),
  currency: currencyCode,
  total_price: z.string(),
  test: z.boolean().nullish(),
  customer: z.object({ first_name: z.string().nullish(), last_name: z.string().nullish() }).nullish(),
});

type OrderPayload = z.infer<typeof orderPayload>;

/**
 * The order's flags show it as it is now; the figures of the days that it counts on are dropped: an order on the day it
 * was placed, a cancellation on its own. Test orders are in no figure (Shopify's sales report leaves them out).
 */
export const orderChanged: TopicHandler = {
  of: "installed",
  async handle({ store, event, tx }) {
    const order = parsePayload(orderPayload, event.payload);
    const outcome = await followOrder(tx, store.id, snapshotOf(order, event));
    if (outcome === "older") return OLDER;
    if (!order.test) await forgetDays(tx, store, [order.created_at, order.processed_at, order.cancelled_at]);
    return "done";
  },
};

function snapshotOf(order: OrderPayload, event: InboxEvent): OrderSnapshot {
  const minor = minorOfDecimal(order.total_price, order.currency);
  if (minor === null) throw new PayloadError("total_price: expected an amount in the order's currency");
  const name = [order.customer?.first_name, order.customer?.last_name].filter(Boolean).join(" ");
  return {
    orderGid: gidFrom("Order", order),
    orderName: order.name,
    orderTotal: { minor, currency: order.currency },
    customerName: name || null,
    orderPlacedAt: order.created_at,
    orderUpdatedAt: toldAt(event, order.updated_at),
  };
}
