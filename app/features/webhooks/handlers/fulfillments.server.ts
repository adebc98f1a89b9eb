/** fulfillments/create, fulfillments/update: flags that waited for the parcel are resolved. No figure counts parcels. */
import { z } from "zod";
import { followFulfilment } from "~/features/orders/follow-order.server";
import type { TopicHandler } from "../handler";
import { parsePayload } from "../payload";
import { gidOf, instant, OLDER, shopifyId, toldAt } from "./fields";

const fulfillmentPayload = z.object({
  order_id: shopifyId,
  /** pending, open, success, cancelled, error, failure */
  status: z.string().nullish(),
  /** The carrier's word: in_transit, out_for_delivery, delivered, failure, … */
  shipment_status: z.string().nullish(),
  created_at: instant.nullish(),
  updated_at: instant.nullish(),
});

export const fulfillmentChanged: TopicHandler = {
  of: "installed",
  async handle({ store, event, tx }) {
    const fulfillment = parsePayload(fulfillmentPayload, event.payload);
    const at = toldAt(event, fulfillment.updated_at);
    const succeeded = fulfillment.status === "success";
    // An update may be about a parcel that was sent long before the flag was raised, so it has to say when that was.
    const madeAt = fulfillment.created_at ?? (event.topic === "fulfillments/create" ? at : null);
    const outcome = await followFulfilment(tx, store.id, {
      orderGid: gidOf("Order", fulfillment.order_id),
      sentAt: succeeded ? madeAt : null,
      deliveredAt: succeeded && fulfillment.shipment_status === "delivered" ? at : null,
      at,
    });
    if (outcome === "older") return OLDER;
    if (outcome === "nothing-waits") return { skipped: "No flag of the order was waiting for this." };
    return "done";
  },
};
