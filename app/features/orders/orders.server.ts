/** The desk's order flags: what waits, and why it was flagged. What is done about it is in flag-actions.server.ts. */
import type { Db } from "~/platform/db/client.server";
import type { Money } from "~/platform/money";
import type { FlagStatus, Severity } from "./order-flag";
import { OrderFlagRepository, type OrderFlag } from "./order-flag.repository.server";
import { parseEvidence, type FlagEvidence, type FlagListQuery } from "./orders.schema";

const PAGE_SIZE = 25;

/** One flag as a list shows it; instants are ISO. */
export type FlagLine = {
  id: string;
  orderName: string;
  orderGid: string;
  rule: string;
  severity: Severity;
  status: FlagStatus;
  customerName: string | null;
  orderTotal: Money;
  orderPlacedAt: string;
  flaggedAt: string;
  snoozedUntil: string | null;
  hasNote: boolean;
};

export type FlagDetail = FlagLine & {
  note: string;
  evidence: FlagEvidence;
  resolvedAt: string | null;
  resolvedBy: string | null;
  others: FlagLine[];
};

export type FlagList = {
  flags: FlagLine[];
  counts: Record<FlagStatus, number>;
  newer: string | null;
  older: string | null;
};

/** One page of flags. A cursor that is none of ours shows the first page. */
export async function listFlags(db: Db, storeId: string, query: FlagListQuery, now: Date): Promise<FlagList> {
  const repository = new OrderFlagRepository(db, storeId);
  await repository.wake(now);
  const { status, severity, rule, q: search, after: cursor, before } = query;
  const filter = { status, severity, rule, search, limit: PAGE_SIZE };
  const [asked, counts] = await Promise.all([
    repository.list({ ...filter, cursor, before }),
    repository.countByStatus(),
  ]);
  // Turning back ends at the first page, which is full even when fewer rows than that lay before the cursor.
  const page = before && !asked.previousCursor ? await repository.list(filter) : asked;
  return { flags: page.items.map(toLine), counts, newer: page.previousCursor, older: page.nextCursor };
}

export type Attention = {
  total: number;
  bySeverity: Record<Severity, number>;
  latest: FlagLine[];
  /** False where no order was ever flagged */
  anyFlags: boolean;
};

/** How many flags want attention, by severity, and the `limit` newest. */
export async function countAttention(db: Db, storeId: string, now: Date, limit = 5): Promise<Attention> {
  const repository = new OrderFlagRepository(db, storeId);
  await repository.wake(now);
  const [bySeverity, page, counts] = await Promise.all([
    repository.countAttention(),
    repository.list({ status: "ATTENTION", limit }),
    repository.countByStatus(),
  ]);
  const total = Object.values(bySeverity).reduce((sum, count) => sum + count, 0);
  const anyFlags = Object.values(counts).some((count) => count > 0);
  return { total, bySeverity, latest: page.items.map(toLine), anyFlags };
}

/** Null when this store has no such flag. A snooze that is over has ended here as it has in the list. */
export async function findFlag(db: Db, storeId: string, id: string, now: Date): Promise<FlagDetail | null> {
  const repository = new OrderFlagRepository(db, storeId);
  await repository.wake(now);
  const flag = await repository.find(id);
  if (!flag) return null;
  const others = await repository.listOfOrder(flag.orderGid, flag.id);
  return {
    ...toLine(flag),
    note: flag.note ?? "",
    evidence: parseEvidence(flag.evidence),
    resolvedAt: flag.resolvedAt?.toISOString() ?? null,
    resolvedBy: flag.resolvedBy,
    others: others.map(toLine),
  };
}

function toLine(flag: OrderFlag): FlagLine {
  const { id, orderName, orderGid, rule, severity, status, customerName, orderTotal } = flag;
  return {
    ...{ id, orderName, orderGid, rule, severity, status, customerName, orderTotal },
    orderPlacedAt: flag.orderPlacedAt.toISOString(),
    flaggedAt: flag.createdAt.toISOString(),
    snoozedUntil: flag.snoozedUntil?.toISOString() ?? null,
    hasNote: Boolean(flag.note),
  };
}
