import type { Queryable } from "~/platform/db/client.server";
import { minorUnits, type Money } from "~/platform/money";
import type { ShopDay } from "~/platform/shop-day";

export type PurchaseOrderStatus = "DRAFT" | "ORDERED" | "PARTIALLY_RECEIVED" | "RECEIVED" | "CANCELLED";
export type PurchaseOrderLine = {
  variantGid: string;
  sku: string;
  title: string;
  quantity: number;
  receivedQuantity: number;
  unitCost: Money;
};

type Row = NonNullable<Awaited<ReturnType<Queryable["purchaseOrder"]["findFirst"]>>>;
type LineRow = NonNullable<Awaited<ReturnType<Queryable["purchaseOrderLine"]["findFirst"]>>>;
export type PurchaseOrder = Omit<Row, "storeId" | "totalMinor" | "currency"> & { total: Money };
export type NewPurchaseOrder = {
  number: string;
  vendor: string;
  currency: string;
  note: string | null;
  expectedDay: ShopDay | null;
  lines: Omit<PurchaseOrderLine, "receivedQuantity">[];
};

export class PurchaseOrderRepository {
  constructor(
    private readonly db: Queryable,
    private readonly storeId: string,
  ) {}

  /** Newest first. */
  async list(filter: { status?: PurchaseOrderStatus; limit?: number } = {}): Promise<PurchaseOrder[]> {
    const rows = await this.db.purchaseOrder.findMany({
      where: { storeId: this.storeId, status: filter.status },
      orderBy: [{ createdAt: "desc" }, { id: "desc" }],
      take: filter.limit ?? 50,
    });
    return rows.map(toPurchaseOrder);
  }

  async findWithLines(id: string): Promise<(PurchaseOrder & { lines: PurchaseOrderLine[] }) | null> {
    const row = await this.db.purchaseOrder.findFirst({
      where: { storeId: this.storeId, id },
      include: { lines: { orderBy: { sku: "asc" } } },
    });
    if (!row) return null;
    const { lines, ...order } = row;
    return { ...toPurchaseOrder(order), lines: lines.map((line) => toLine(line, order.currency)) };
  }

  /** A draft with its lines; the total is theirs. One statement, so there is no order without lines. */
  async insertDraft(order: NewPurchaseOrder, now: Date): Promise<PurchaseOrder> {
    const { lines, ...fields } = order;
    const totalMinor = lines.reduce(
      (sum, line) => sum + BigInt(line.quantity) * BigInt(line.unitCost.minor),
      0n,
    );
    const row = await this.db.purchaseOrder.create({
      data: {
        ...fields,
        storeId: this.storeId,
        totalMinor,
        createdAt: now,
        lines: {
          create: lines.map(({ unitCost, ...line }) => ({
            ...line,
            unitCostMinor: BigInt(unitCost.minor),
            store: { connect: { id: this.storeId } },
          })),
        },
      },
    });
    return toPurchaseOrder(row);
  }

  async updateStatus(id: string, status: PurchaseOrderStatus, now: Date): Promise<number> {
    const { count } = await this.db.purchaseOrder.updateMany({
      where: { storeId: this.storeId, id },
      data: {
        status,
        ...(status === "ORDERED" && { orderedAt: now }),
        ...(status === "RECEIVED" && { receivedAt: now }),
      },
    });
    return count;
  }
}

function toPurchaseOrder(row: Row): PurchaseOrder {
  const { storeId: _storeId, totalMinor, currency, ...order } = row;
  return { ...order, total: { minor: minorUnits(totalMinor), currency } };
}

function toLine(row: LineRow, currency: string): PurchaseOrderLine {
  const { variantGid, sku, title, quantity, receivedQuantity, unitCostMinor } = row;
  return {
    variantGid,
    sku,
    title,
    quantity,
    receivedQuantity,
    unitCost: { minor: minorUnits(unitCostMinor), currency },
  };
}
