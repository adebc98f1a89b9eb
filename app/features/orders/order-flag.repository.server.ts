import { containsText, type Queryable } from "~/platform/db/client.server";
import { decodeCursor, encodeCursor, MAX_PAGE_SIZE, type Page } from "~/platform/db/page";
import { minorUnits, type Money } from "~/platform/money";

export type OrderFlagStatus = "ATTENTION" | "SNOOZED" | "RESOLVED" | "ARCHIVED";
export type Severity = "INFO" | "WARNING" | "CRITICAL";

type Row = NonNullable<Awaited<ReturnType<Queryable["orderFlag"]["findFirst"]>>>;
export type OrderFlag = Omit<Row, "storeId" | "orderTotalMinor" | "currency"> & { orderTotal: Money };
export type NewOrderFlag = Omit<
  OrderFlag,
  "id" | "createdAt" | "updatedAt" | "note" | "snoozedUntil" | "resolvedAt" | "resolvedBy" | "evidence"
> & { evidence: object; flaggedAt: Date };

export type OrderFlagFilter = {
  status?: OrderFlagStatus;
  severity?: Severity;
  rule?: string;
  /** Part of an order's name or of the customer's */
  search?: string;
  cursor?: string;
  limit?: number;
};

export class OrderFlagRepository {
  constructor(
    private readonly db: Queryable,
    private readonly storeId: string,
  ) {}

  /** Newest first. */
  async list(filter: OrderFlagFilter = {}): Promise<Page<OrderFlag>> {
    const limit = Math.min(filter.limit ?? 25, MAX_PAGE_SIZE);
    const after = filter.cursor ? decodeCursor(filter.cursor) : null;
    const rows = await this.db.orderFlag.findMany({
      where: {
        storeId: this.storeId,
        status: filter.status,
        severity: filter.severity,
        rule: filter.rule,
        AND: [
          after
            ? { OR: [{ createdAt: { lt: after.at } }, { createdAt: after.at, id: { lt: after.id } }] }
            : {},
          filter.search
            ? {
                OR: [
                  { orderName: containsText(this.db, filter.search) },
                  { customerName: containsText(this.db, filter.search) },
                ],
              }
            : {},
        ],
      },
      orderBy: [{ createdAt: "desc" }, { id: "desc" }],
      take: limit + 1,
    });
    const items = rows.slice(0, limit).map(toOrderFlag);
    const last = items.at(-1);
    return { items, nextCursor: rows.length > limit && last ? encodeCursor(last.createdAt, last.id) : null };
  }

  async countByStatus(): Promise<Record<OrderFlagStatus, number>> {
    const groups = await this.db.orderFlag.groupBy({
      by: ["status"],
      where: { storeId: this.storeId },
      _count: { _all: true },
    });
    const counts = { ATTENTION: 0, SNOOZED: 0, RESOLVED: 0, ARCHIVED: 0 };
    for (const group of groups) counts[group.status] = group._count._all;
    return counts;
  }

  async find(id: string): Promise<OrderFlag | null> {
    const row = await this.db.orderFlag.findFirst({ where: { storeId: this.storeId, id } });
    return row && toOrderFlag(row);
  }

  /** Raises a flag, or brings the snapshot of one that is already there up to date; an older snapshot changes nothing. */
  async upsert(flag: NewOrderFlag): Promise<"raised" | "updated" | "older"> {
    const { orderTotal, flaggedAt, ...fields } = flag;
    const data = { ...fields, orderTotalMinor: BigInt(orderTotal.minor), currency: orderTotal.currency };
    const key = { storeId: this.storeId, orderGid: flag.orderGid, rule: flag.rule };
    const existing = await this.db.orderFlag.findFirst({ where: key, select: { id: true } });
    if (!existing) {
      await this.db.orderFlag.create({ data: { ...data, storeId: this.storeId, createdAt: flaggedAt } });
      return "raised";
    }
    const { status: _keptAsDecided, ...snapshot } = data;
    const { count } = await this.db.orderFlag.updateMany({
      where: { ...key, orderUpdatedAt: { lte: flag.orderUpdatedAt } },
      data: snapshot,
    });
    return count ? "updated" : "older";
  }

  resolve(ids: string[], by: string, now: Date): Promise<number> {
    return this.update(ids, { status: "RESOLVED", resolvedAt: now, resolvedBy: by, snoozedUntil: null });
  }

  snooze(ids: string[], until: Date): Promise<number> {
    return this.update(ids, { status: "SNOOZED", snoozedUntil: until });
  }

  reopen(ids: string[]): Promise<number> {
    return this.update(ids, { status: "ATTENTION", resolvedAt: null, resolvedBy: null, snoozedUntil: null });
  }

  writeNote(id: string, note: string | null): Promise<number> {
    return this.update([id], { note });
  }

  /** How many of `ids` are flags of this store, and are now changed. */
  private async update(ids: string[], data: Partial<Row>): Promise<number> {
    const { evidence: _unused, ...changes } = data;
    const { count } = await this.db.orderFlag.updateMany({
      where: { storeId: this.storeId, id: { in: ids } },
      data: changes,
    });
    return count;
  }
}

function toOrderFlag(row: Row): OrderFlag {
  const { storeId: _storeId, orderTotalMinor, currency, ...flag } = row;
  return { ...flag, orderTotal: { minor: minorUnits(orderTotalMinor), currency } };
}
