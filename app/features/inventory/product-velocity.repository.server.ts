import { z } from "zod";
import type { Queryable } from "~/platform/db/client.server";
import { minorUnits, type Money } from "~/platform/money";
import type { ShopDay } from "~/platform/shop-day";

type Row = NonNullable<Awaited<ReturnType<Queryable["productVelocity"]["findFirst"]>>>;
export type ProductVelocity = Omit<Row, "storeId" | "unitCostMinor" | "currency" | "stockLevels"> & {
  unitCost: Money;
};
/** By location GID; instants as ISO text. */
export type StockLevels = Record<string, { available: number; updatedAt: string }>;
export type ComputedVelocity = Omit<ProductVelocity, "id" | "createdAt" | "updatedAt"> & {
  stockLevels: StockLevels;
};

/** What follows the product and its variants as the merchant edits them; what is missing stays. */
export type ProductFacts = Partial<
  Pick<ProductVelocity, "productTitle" | "vendor" | "variantTitle" | "sku" | "inventoryItemGid">
>;
export type Stock = Pick<ProductVelocity, "variantGid" | "stockUpdatedAt" | "updatedAt"> & {
  stockLevels: StockLevels | null;
};

export class ProductVelocityRepository {
  constructor(
    private readonly db: Queryable,
    private readonly storeId: string,
  ) {}

  /** SKUs that run out by `day`, the most urgent first. */
  async listRunningOut(day: ShopDay, limit = 25): Promise<ProductVelocity[]> {
    const rows = await this.db.productVelocity.findMany({
      where: { storeId: this.storeId, stockoutDay: { not: null, lte: day } },
      orderBy: [{ stockoutDay: "asc" }, { unitsPerDay: "desc" }, { id: "asc" }],
      take: limit,
    });
    return rows.map(toVelocity);
  }

  countRunningOut(day: ShopDay): Promise<number> {
    return this.db.productVelocity.count({
      where: { storeId: this.storeId, stockoutDay: { not: null, lte: day } },
    });
  }

  /** Every SKU with a forecast, also those that do not sell. */
  count(): Promise<number> {
    return this.db.productVelocity.count({ where: { storeId: this.storeId } });
  }

  async upsert(velocity: ComputedVelocity): Promise<void> {
    const { unitCost, ...fields } = velocity;
    const data = { ...fields, unitCostMinor: BigInt(unitCost.minor), currency: unitCost.currency };
    await this.db.productVelocity.upsert({
      where: { storeId_variantGid: { storeId: this.storeId, variantGid: velocity.variantGid } },
      create: { ...data, storeId: this.storeId },
      update: data,
    });
  }

  /** The variants of one product, at most as many as Shopify lets it have. */
  async listOfProduct(productGid: string): Promise<ProductVelocity[]> {
    const rows = await this.db.productVelocity.findMany({
      where: { storeId: this.storeId, productGid },
      orderBy: { variantGid: "asc" },
      take: 2048,
    });
    return rows.map(toVelocity);
  }

  /** What Shopify said of these variants at `at`, where nothing newer is known; returns how many that were. */
  async updateProductFacts(variantGids: string[], facts: ProductFacts, at: Date): Promise<number> {
    const { count } = await this.db.productVelocity.updateMany({
      where: this.#knownBefore(variantGids, at),
      data: { ...facts, productUpdatedAt: at },
    });
    return count;
  }

  /** Variants that were gone at `at`, unless something newer is known of them. */
  async deleteVariants(variantGids: string[], at: Date): Promise<number> {
    const { count } = await this.db.productVelocity.deleteMany({ where: this.#knownBefore(variantGids, at) });
    return count;
  }

  /** The stock of an inventory item, by location where that is known. Variants may share an item. */
  async listStock(inventoryItemGid: string): Promise<Stock[]> {
    const rows = await this.db.productVelocity.findMany({
      where: { storeId: this.storeId, inventoryItemGid },
      select: { variantGid: true, stockLevels: true, stockUpdatedAt: true, updatedAt: true },
      orderBy: { variantGid: "asc" },
      take: 100,
    });
    return rows.map((row) => ({ ...row, stockLevels: stockLevels.parse(row.stockLevels) }));
  }

  /** False when somebody else wrote the row since it was read: locations are told one by one, and none may be lost. */
  async updateStock(
    read: Stock,
    stock: { available: number; stockLevels: StockLevels; stockUpdatedAt: Date },
    now: Date,
  ): Promise<boolean> {
    const { count } = await this.db.productVelocity.updateMany({
      where: { storeId: this.storeId, variantGid: read.variantGid, updatedAt: read.updatedAt },
      // Later than what was read even within its millisecond, so that whoever read the same is turned away.
      data: { ...stock, updatedAt: new Date(Math.max(now.getTime(), read.updatedAt.getTime() + 1)) },
    });
    return count > 0;
  }

  /** Before a product was ever told of, what is known of it is as old as the computation that wrote the row. */
  #knownBefore(variantGids: string[], at: Date) {
    return {
      storeId: this.storeId,
      variantGid: { in: variantGids },
      OR: [{ productUpdatedAt: { lte: at } }, { productUpdatedAt: null, computedAt: { lte: at } }],
    };
  }
}

/** Null where only the sum is known, and where an older version wrote something else. */
const stockLevels = z
  .record(z.string(), z.object({ available: z.number().int(), updatedAt: z.string() }))
  .nullable()
  .catch(null);

function toVelocity(row: Row): ProductVelocity {
  const { storeId: _storeId, stockLevels: _levels, unitCostMinor, currency, ...velocity } = row;
  return { ...velocity, unitCost: { minor: minorUnits(unitCostMinor), currency } };
}
