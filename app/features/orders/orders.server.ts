/** The desk's order flags: what waits, why it was flagged, and what a merchant decided about it. */
import type { Db } from "~/platform/db/client.server";
import type { Money } from "~/platform/money";
import type { FlagStatus, Severity } from "./order-flag";
import { OrderFlagRepository, type OrderFlag } from "./order-flag.repository.server";
import {
  parseEvidence,
  parseFlagAction,
  type FlagAction,
  type FlagEvidence,
  type FlagListQuery,
} from "./orders.schema";

const PAGE_SIZE = 25;
const DAY_MS = 24 * 60 * 60 * 1000;

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

export type Attention = { total: number; bySeverity: Record<Severity, number>; latest: FlagLine[] };

/** How many flags want attention, by severity, and the `limit` newest. */
export async function countAttention(db: Db, storeId: string, now: Date, limit = 5): Promise<Attention> {
  const repository = new OrderFlagRepository(db, storeId);
  await repository.wake(now);
  const [bySeverity, page] = await Promise.all([
    repository.countAttention(),
    repository.list({ status: "ATTENTION", limit }),
  ]);
  const total = Object.values(bySeverity).reduce((sum, count) => sum + count, 0);
  return { total, bySeverity, latest: page.items.map(toLine) };
}

/** Null when this store has no such flag. */
export async function findFlag(db: Db, storeId: string, id: string): Promise<FlagDetail | null> {
  const repository = new OrderFlagRepository(db, storeId);
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

export type FlagOutcome = { ok: boolean; message: string };
export type FlagActionAnswer = FlagOutcome & { fieldErrors?: Partial<Record<string, string>> };

/** Parses a form and does what it asks; 400 with a sentence per field when it cannot be read. */
export async function submitFlagForm(
  db: Db,
  storeId: string,
  form: FormData,
  context: { actor: string; now: Date },
): Promise<{ status: 200 | 400; answer: FlagActionAnswer }> {
  const parsed = parseFlagAction(form);
  if (parsed.success) return { status: 200, answer: await actOnFlags(db, storeId, parsed.data, context) };
  const fieldErrors = Object.fromEntries(
    parsed.error.issues.map(({ path, message }) => [path[0] ?? "", message]),
  );
  return { status: 400, answer: { ok: false, message: parsed.error.issues[0]?.message ?? "", fieldErrors } };
}

/** Does what the merchant asked, and says what came of it. Repeating it is harmless; other stores' flags stay untouched. */
export async function actOnFlags(
  db: Db,
  storeId: string,
  action: FlagAction,
  { actor, now }: { actor: string; now: Date },
): Promise<FlagOutcome> {
  const repository = new OrderFlagRepository(db, storeId);
  switch (action.intent) {
    case "resolve":
      return outcome(await repository.resolve(action.ids, actor, now), "resolved", action.ids);
    case "snooze": {
      const until = new Date(now.getTime() + action.days * DAY_MS);
      const done = `snoozed for ${action.days} ${action.days === 1 ? "day" : "days"}`;
      return outcome(await repository.snooze(action.ids, until), done, action.ids);
    }
    case "reopen":
      return outcome(await repository.reopen(action.ids), "reopened", action.ids);
    case "note": {
      const changed = await repository.writeNote(action.ids[0] ?? "", action.note || null);
      return changed ? { ok: true, message: "Note saved" } : outcome(0, "changed", action.ids);
    }
  }
}

function outcome(changed: number, done: string, ids: string[]): FlagOutcome {
  const flags = (count: number) => `${count} ${count === 1 ? "flag" : "flags"}`;
  if (!changed)
    return {
      ok: false,
      message: `No flag was ${done}: ${flags(ids.length)} could not be found in this store.`,
    };
  const missing = new Set(ids).size - changed;
  if (missing)
    return {
      ok: false,
      message: `${flags(changed)} ${done}; ${flags(missing)} could not be found in this store.`,
    };
  return { ok: true, message: `${flags(changed)} ${done}` };
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
