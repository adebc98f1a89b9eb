import { containsText, type Queryable } from "~/platform/db/client.server";
import { isUniqueViolation } from "~/platform/db/errors.server";
import { decodeCursor, encodeCursor, MAX_PAGE_SIZE, type Page } from "~/platform/db/page";
import { minorUnits, type Money } from "~/platform/money";
import type { FlagStatus, Severity } from "./order-flag";

export type { FlagStatus as OrderFlagStatus, Severity };

type Row = NonNullable<Awaited<ReturnType<Queryable["orderFlag"]["findFirst"]>>>;
export type OrderFlag = Omit<Row, "storeId" | "orderTotalMinor" | "currency"> & { orderTotal: Money };
export type NewOrderFlag = Omit<
  OrderFlag,
  "id" | "createdAt" | "updatedAt" | "note" | "snoozedUntil" | "resolvedAt" | "resolvedBy" | "evidence"
> & { evidence: object; flaggedAt: Date };

/** What every flag of an order shows of it. */
export type OrderSnapshot = Pick<
  OrderFlag,
  "orderGid" | "orderName" | "orderTotal" | "customerName" | "orderPlacedAt" | "orderUpdatedAt"
>;

export type OrderFlagFilter = {
  status?: FlagStatus;
  severity?: Severity;
  rule?: string;
  /** Part of an order's name or of the customer's */
  search?: string;
  /** Flags older than this position */
  cursor?: string;
  /** Flags newer than this position: the page before */
  before?: string;
  limit?: number;
};

export type FlagPage = Page<OrderFlag> & { previousCursor: string | null };

export class OrderFlagRepository {
  constructor(
    private readonly db: Queryable,
    private readonly storeId: string,
  ) {}

  /** Newest first, whichever way the pages are turned. */
  async list(filter: OrderFlagFilter = {}): Promise<FlagPage> {
    const limit = Math.min(filter.limit ?? 25, MAX_PAGE_SIZE);
    const newerThan = filter.before ? decodeCursor(filter.before) : null;
    const olderThan = !newerThan && filter.cursor ? decodeCursor(filter.cursor) : null;
    const direction = newerThan ? "asc" : "desc";
    const rows = await this.db.orderFlag.findMany({
      where: {
        storeId: this.storeId,
        status: filter.status,
        severity: filter.severity,
        rule: filter.rule,
        AND: [
          newerThan ? beyond("gt", newerThan) : olderThan ? beyond("lt", olderThan) : {},
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
      orderBy: [{ createdAt: direction }, { id: direction }],
      take: limit + 1,
    });
    const more = rows.length > limit;
    const items = rows.slice(0, limit).map(toOrderFlag);
    if (newerThan) items.reverse();
    const [first, last] = [items.at(0), items.at(-1)];
    return {
      items,
      // Coming from one side, that side has rows; the other has some if one more than a page was found.
      nextCursor: last && (newerThan || more) ? encodeCursor(last.createdAt, last.id) : null,
      previousCursor:
        first && (olderThan || (newerThan && more)) ? encodeCursor(first.createdAt, first.id) : null,
    };
  }

  /** How many flags wait for attention, by severity. */
  async countAttention(): Promise<Record<Severity, number>> {
    const groups = await this.db.orderFlag.groupBy({
      by: ["severity"],
      where: { storeId: this.storeId, status: "ATTENTION" },
      _count: { _all: true },
    });
    const counts = { CRITICAL: 0, WARNING: 0, INFO: 0 };
    for (const group of groups) counts[group.severity] = group._count._all;
    return counts;
  }

  /** Flags of one order, newest first: all of them, or the others beside one. */
  async listOfOrder(orderGid: string, exceptId?: string): Promise<OrderFlag[]> {
    const rows = await this.db.orderFlag.findMany({
      where: { storeId: this.storeId, orderGid, id: { not: exceptId } },
      orderBy: [{ createdAt: "desc" }, { id: "desc" }],
      take: 25,
    });
    return rows.map(toOrderFlag);
  }

  async countByStatus(): Promise<Record<FlagStatus, number>> {
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

  /**
   * Raises a flag, or brings the snapshot of one that is already there up to date; an older snapshot changes nothing.
   * Not for use in a transaction on Postgres: losing the race to raise the same flag would abort it.
   */
  async upsert(flag: NewOrderFlag): Promise<"raised" | "updated" | "older"> {
    const { orderTotal, flaggedAt, ...fields } = flag;
    const data = { ...fields, orderTotalMinor: BigInt(orderTotal.minor), currency: orderTotal.currency };
    const key = { storeId: this.storeId, orderGid: flag.orderGid, rule: flag.rule };
    const existing = await this.db.orderFlag.findFirst({ where: key, select: { id: true } });
    if (!existing) {
      try {
        await this.db.orderFlag.create({ data: { ...data, storeId: this.storeId, createdAt: flaggedAt } });
        return "raised";
      } catch (error) {
        // Another delivery about the same order raised it in between.
        if (!isUniqueViolation(error)) throw error;
      }
    }
    const { status: _keptAsDecided, ...snapshot } = data;
    const { count } = await this.db.orderFlag.updateMany({
      where: { ...key, orderUpdatedAt: { lte: flag.orderUpdatedAt } },
      data: snapshot,
    });
    return count ? "updated" : "older";
  }

  /** The order as it was at `orderUpdatedAt`, on those of its flags that know nothing newer; returns how many. */
  async updateSnapshot(ids: string[], snapshot: OrderSnapshot): Promise<number> {
    const { orderGid, orderTotal, customerName, ...fields } = snapshot;
    const { count } = await this.db.orderFlag.updateMany({
      where: { ...this.#those(ids), orderGid, orderUpdatedAt: { lte: snapshot.orderUpdatedAt } },
      data: {
        ...fields,
        orderTotalMinor: BigInt(orderTotal.minor),
        currency: orderTotal.currency,
        // A payload without a name says that it was not told, not that there is none.
        customerName: customerName ?? undefined,
      },
    });
    return count;
  }

  /** Each of these returns how many of `ids` are flags of this store that now are so; doing it twice changes nothing. */
  resolve(ids: string[], by: string, now: Date): Promise<number> {
    const changes = { resolvedAt: now, resolvedBy: by, snoozedUntil: null };
    return this.#move(ids, "RESOLVED", changes);
  }

  /** Snoozed again means snoozed for as long as was said last. */
  async snooze(ids: string[], until: Date): Promise<number> {
    const { count } = await this.db.orderFlag.updateMany({
      where: this.#those(ids),
      data: { status: "SNOOZED", snoozedUntil: until, resolvedAt: null, resolvedBy: null },
    });
    return count;
  }

  reopen(ids: string[]): Promise<number> {
    return this.#move(ids, "ATTENTION", { resolvedAt: null, resolvedBy: null, snoozedUntil: null });
  }

  /** Flags whose snooze is over want attention again; returns how many did. */
  async wake(now: Date): Promise<number> {
    const { count } = await this.db.orderFlag.updateMany({
      where: { storeId: this.storeId, status: "SNOOZED", snoozedUntil: { lte: now } },
      data: { status: "ATTENTION", snoozedUntil: null },
    });
    return count;
  }

  async writeNote(id: string, note: string | null): Promise<number> {
    const { count } = await this.db.orderFlag.updateMany({ where: this.#those([id]), data: { note } });
    return count;
  }

  async #move(
    ids: string[],
    status: FlagStatus,
    changes: Partial<Pick<Row, "resolvedAt" | "resolvedBy" | "snoozedUntil">>,
  ): Promise<number> {
    await this.db.orderFlag.updateMany({
      where: { ...this.#those(ids), status: { not: status } },
      data: { status, ...changes },
    });
    return this.db.orderFlag.count({ where: { ...this.#those(ids), status } });
  }

  #those(ids: string[]) {
    return { storeId: this.storeId, id: { in: ids } };
  }
}

type Position = { at: Date; id: string };

function beyond(side: "lt" | "gt", { at, id }: Position) {
  return { OR: [{ createdAt: { [side]: at } }, { createdAt: at, id: { [side]: id } }] };
}

function toOrderFlag(row: Row): OrderFlag {
  const { storeId: _storeId, orderTotalMinor, currency, ...flag } = row;
  return { ...flag, orderTotal: { minor: minorUnits(orderTotalMinor), currency } };
}
