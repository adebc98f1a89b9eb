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

  async upsert(velocity: ComputedVelocity): Promise<void> {
    const { unitCost, ...fields } = velocity;
    const data = { ...fields, unitCostMinor: BigInt(unitCost.minor), currency: unitCost.currency };
    await this.db.productVelocity.upsert({
      where: { storeId_variantGid: { storeId: this.storeId, variantGid: velocity.variantGid } },
      create: { ...data, storeId: this.storeId },
      update: data,
    });
  }

  /** Sets the stock unless a newer level is already known; returns how many rows changed. */
  async updateStock(inventoryItemGid: string, available: number, stockUpdatedAt: Date): Promise<number> {
    const { count } = await this.db.productVelocity.updateMany({
      where: { storeId: this.storeId, inventoryItemGid, stockUpdatedAt: { lt: stockUpdatedAt } },
      data: { available, stockUpdatedAt },
    });
    return count;
  }
}

function toVelocity(row: Row): ProductVelocity {
  const { storeId: _storeId, stockLevels: _levels, unitCostMinor, currency, ...velocity } = row;
  return { ...velocity, unitCost: { minor: minorUnits(unitCostMinor), currency } };
}
