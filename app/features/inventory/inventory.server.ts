import type { Db } from "~/platform/db/client.server";
import { addDays, type ShopDay } from "~/platform/shop-day";
import { ProductVelocityRepository, type ProductVelocity } from "./product-velocity.repository.server";

export type StockLine = Pick<
  ProductVelocity,
  | "id"
  | "sku"
  | "productTitle"
  | "variantTitle"
  | "vendor"
  | "available"
  | "incoming"
  | "unitsPerDay"
  | "daysOfCover"
  | "stockoutDay"
  | "reorderPoint"
  | "reorderQuantity"
>;

export type RunningOut = {
  count: number;
  items: StockLine[];
  lowCoverDays: number;
  /** SKUs with a forecast; 0 where none was computed */
  known: number;
};

/** SKUs that sell out within the merchant's `lowCoverDays`, the most urgent first. */
export async function listRunningOut(
  db: Db,
  storeId: string,
  { today, lowCoverDays, limit = 5 }: { today: ShopDay; lowCoverDays: number; limit?: number },
): Promise<RunningOut> {
  const velocities = new ProductVelocityRepository(db, storeId);
  const by = addDays(today, lowCoverDays);
  const [count, items, known] = await Promise.all([
    velocities.countRunningOut(by),
    velocities.listRunningOut(by, limit),
    velocities.count(),
  ]);
  return { count, items: items.map(toLine), lowCoverDays, known };
}

export type Stockouts = {
  items: StockLine[];
  /** SKUs with a forecast */
  known: number;
  /** ISO instant: every forecast in `items` was computed then or later, and the stock may have changed since; null without items */
  asOf: string | null;
};

/** Every SKU that will sell out at its present pace, the next one first; at most 50. */
export async function listByStockout(db: Db, storeId: string): Promise<Stockouts> {
  const velocities = new ProductVelocityRepository(db, storeId);
  const [items, known] = await Promise.all([velocities.listRunningOut(NO_END, 50), velocities.count()]);
  const oldest = Math.min(...items.map(({ computedAt }) => computedAt.getTime()));
  return { items: items.map(toLine), known, asOf: items.length ? new Date(oldest).toISOString() : null };
}

const NO_END: ShopDay = "9999-12-31";

function toLine(velocity: ProductVelocity): StockLine {
  const { id, sku, productTitle, variantTitle, vendor, available, incoming } = velocity;
  const { unitsPerDay, daysOfCover, stockoutDay, reorderPoint, reorderQuantity } = velocity;
  return {
    ...{ id, sku, productTitle, variantTitle, vendor, available, incoming },
    ...{ unitsPerDay, daysOfCover, stockoutDay, reorderPoint, reorderQuantity },
  };
}
