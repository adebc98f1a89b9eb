/** shop/update: name, currency and time zone follow the shop's. */
import { z } from "zod";
import { forgetAllDays } from "~/features/overview/forget-figures.server";
import { followShop } from "~/features/stores/follow-shopify.server";
import type { TopicHandler } from "../handler";
import { parsePayload } from "../payload";
import { currencyCode, foreignShop, instant, OLDER, toldAt } from "./fields";

/** Shopify's documented sample has neither a zone nor an instant: null is not an error. */
const shopPayload = z.object({
  name: z.string().min(1),
  currency: currencyCode,
  iana_timezone: z.string().nullish(),
  myshopify_domain: z.string().nullish(),
  updated_at: instant.nullish(),
});

export const shopUpdate: TopicHandler = {
  of: "installed",
  async handle({ store, event, tx }) {
    const shop = parsePayload(shopPayload, event.payload);
    const foreign = foreignShop(shop.myshopify_domain, event);
    if (foreign) return foreign;
    const facts = { name: shop.name, currency: shop.currency, ianaTimezone: shop.iana_timezone ?? null };
    const outcome = await followShop(tx, store.id, facts, toldAt(event, shop.updated_at));
    if (outcome === "older") return OLDER;
    if (outcome === "recalculate") await forgetAllDays(tx, store.id);
    return "done";
  },
};
