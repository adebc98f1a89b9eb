/** refunds/create: the figures of the day of the refund are dropped. */
import { z } from "zod";
import { forgetDays } from "~/features/overview/forget-figures.server";
import type { TopicHandler } from "../handler";
import { parsePayload } from "../payload";
import { instant, shopifyId, toldAt } from "./fields";

const refundPayload = z.object({
  order_id: shopifyId,
  created_at: instant.nullish(),
  processed_at: instant.nullish(),
});

/** Shopify's sales report books a return on the day that it is made, and leaves the order's day as it was. */
export const refundCreated: TopicHandler = {
  of: "installed",
  async handle({ store, event, tx }) {
    const refund = parsePayload(refundPayload, event.payload);
    await forgetDays(tx, store, [toldAt(event, refund.created_at), refund.processed_at]);
    return "done";
  },
};
