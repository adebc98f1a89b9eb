/** products/update: titles, vendor, SKUs and inventory items follow the product, variants that are gone go. */
import { z } from "zod";
import { followProduct, type ToldVariant } from "~/features/inventory/follow-product.server";
import type { TopicHandler } from "../handler";
import { parsePayload } from "../payload";
import { gidFrom, gidOf, identity, instant, OLDER, shopifyId, toldAt } from "./fields";

const variantPayload = z.object({
  ...identity("ProductVariant"),
  title: z.string().nullish(),
  /** Shopify's own limit; an index takes no text of some kilobytes */
  sku: z.string().max(255).nullish(),
  inventory_item_id: shopifyId.nullish(),
});

const productPayload = z.object({
  ...identity("Product"),
  title: z.string().min(1),
  vendor: z.string().nullish(),
  updated_at: instant.nullish(),
  variants: z.array(variantPayload).nullish(),
  variant_gids: z.array(z.object({ admin_graphql_api_id: z.string() })).nullish(),
});

type ProductPayload = z.infer<typeof productPayload>;

export const productUpdated: TopicHandler = {
  of: "installed",
  async handle({ store, event, tx }) {
    const product = parsePayload(productPayload, event.payload);
    const variants = (product.variants ?? []).map(toldVariant);
    const outcome = await followProduct(tx, store.id, {
      productGid: gidFrom("Product", product),
      title: product.title,
      vendor: product.vendor ?? undefined,
      variants,
      allVariantGids: allVariantGids(product, variants),
      at: toldAt(event, product.updated_at),
    });
    if (outcome === "older") return OLDER;
    if (outcome === "unknown") return { skipped: "Backroom keeps no figures of this product." };
    return "done";
  },
};

/** What Shopify calls the only variant of a product without options. */
const NO_TITLE = "Default Title";

function toldVariant(variant: z.infer<typeof variantPayload>): ToldVariant {
  const { title, sku, inventory_item_id: item } = variant;
  return {
    variantGid: gidFrom("ProductVariant", variant),
    title: title === NO_TITLE ? null : (title ?? undefined),
    sku: sku === null ? "" : sku,
    inventoryItemGid: item ? gidOf("InventoryItem", item) : undefined,
  };
}

/** Shopify sends the first hundred variants in full; beyond that only `variant_gids` names every one. */
const FULL_VARIANTS = 100;

function allVariantGids({ variant_gids: every }: ProductPayload, shown: ToldVariant[]): string[] | null {
  const gids = shown.map(({ variantGid }) => variantGid);
  if (every?.length) return [...gids, ...every.map((variant) => variant.admin_graphql_api_id)];
  return gids.length > 0 && gids.length < FULL_VARIANTS ? gids : null;
}
