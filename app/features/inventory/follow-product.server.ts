/** What webhooks tell about a product, followed on its variants' rows. Takes part in the caller's transaction. */
import type { Queryable } from "~/platform/db/client.server";
import {
  ProductVelocityRepository,
  type ProductFacts,
  type ProductVelocity,
} from "./product-velocity.repository.server";

/** What is undefined was not told, and stays. */
export type ToldProduct = {
  productGid: string;
  title: string;
  vendor?: string;
  variants: ToldVariant[];
  /** Every variant that the product has; null when it may have more than were told */
  allVariantGids: string[] | null;
  /** As of when */
  at: Date;
};

export type ToldVariant = {
  variantGid: string;
  /** Null for the only variant of a product without options */
  title?: string | null;
  sku?: string;
  inventoryItemGid?: string;
};

/** Titles, vendor, SKUs and inventory items follow the product; the rows of variants that are gone go. */
export async function followProduct(
  db: Queryable,
  storeId: string,
  product: ToldProduct,
): Promise<"followed" | "older" | "unknown"> {
  const velocities = new ProductVelocityRepository(db, storeId);
  const known = await velocities.listOfProduct(product.productGid);
  if (!known.length) return "unknown";
  const behind = known.filter((row) => (row.productUpdatedAt ?? row.computedAt) <= product.at);
  if (!behind.length) return "older";

  const gone = behind.filter(({ variantGid }) => product.allVariantGids?.includes(variantGid) === false);
  if (gone.length) await velocities.deleteVariants(gidsOf(gone), product.at);

  const there = behind.filter((row) => !gone.includes(row));
  const shared: ProductFacts = { productTitle: product.title, vendor: product.vendor };
  const alike = there.filter((row) => !holds(row, shared) || !isAsOf(row, product.at));
  if (alike.length) await velocities.updateProductFacts(gidsOf(alike), shared, product.at);
  for (const row of there) {
    const own = factsOf(product.variants.find(({ variantGid }) => variantGid === row.variantGid));
    if (!holds(row, own)) await velocities.updateProductFacts([row.variantGid], own, product.at);
  }
  return "followed";
}

function gidsOf(rows: ProductVelocity[]): string[] {
  return rows.map(({ variantGid }) => variantGid);
}

function factsOf(variant: ToldVariant | undefined): ProductFacts {
  return { variantTitle: variant?.title, sku: variant?.sku, inventoryItemGid: variant?.inventoryItemGid };
}

function holds(row: ProductVelocity, facts: ProductFacts): boolean {
  const told = Object.entries(facts).filter(([, value]) => value !== undefined);
  return told.every(([field, value]) => row[field as keyof ProductFacts] === value);
}

function isAsOf(row: ProductVelocity, at: Date): boolean {
  return row.productUpdatedAt?.getTime() === at.getTime();
}
