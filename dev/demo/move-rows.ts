/**
 * The demo's database runs on the real clock, as everything else does. The seed's rows stand at an instant of their own, so
 * they are moved to now before each start; and while the demo is stopped, its stores' time stands still.
 */
import Database from "better-sqlite3";
import { shopDayOf } from "~/platform/shop-day";
import { DEMO_DOMAINS } from "../../prisma/seed/demo";
import { timeShift, type TimeShift } from "./time-shift";

/** Prisma's own log, and leases, which end by themselves. */
const LEFT_ALONE = ["_prisma_migrations", "JobLease"];
const WORTH_MOVING_MS = 60_000;

type Row = Record<string, unknown> & { rowid: number };
type Table = { name: string; columns: { name: string; type: string }[]; rows: Row[] };
type Store = { id: string; shopDomain: string; ianaTimezone: string; lastDay: string | null };

/** Moves every row of the seed's stores so that the newest is of now. Other stores are left as they are. @returns how many */
export function moveRows(file: string, now: Date): number {
  const db = new Database(file, { timeout: 5_000 });
  try {
    return db.transaction(() => move(db, now)).immediate();
  } finally {
    db.close();
  }
}

function move(db: Database.Database, now: Date): number {
  const stores = db
    .prepare<[], Store>(
      `SELECT id, shopDomain, ianaTimezone, (SELECT max(toDay) FROM KpiCache WHERE storeId = Store.id) AS lastDay FROM Store`,
    )
    .all()
    .filter(({ shopDomain }) => DEMO_DOMAINS.includes(shopDomain));
  if (!stores.length) return 0;
  const tables = tablesOf(db, stores);
  const at = new Date(Math.max(...tables.flatMap(({ rows }) => rows.map(newestOf)).filter(Number.isFinite)));
  if (Number.isNaN(at.getTime())) return 0;
  const standing = stores.map(({ ianaTimezone, lastDay, ...store }) => {
    const day = lastDay ?? shopDayOf(at, ianaTimezone);
    return { ...store, ianaTimezone, day, isToday: day === shopDayOf(now, ianaTimezone) };
  });
  if (standing.every(({ isToday }) => isToday) && Math.abs(now.getTime() - at.getTime()) < WORTH_MOVING_MS)
    return 0;

  const shifts = new Map<string, TimeShift>();
  for (const { id, shopDomain, ianaTimezone, day } of standing)
    for (const key of [id, shopDomain]) shifts.set(key, timeShift({ ianaTimezone, day, at }, now));
  const ofNoStore = timeShift({ ianaTimezone: "UTC", day: shopDayOf(at, "UTC"), at }, now);
  let moved = 0;
  for (const table of tables)
    for (const row of table.rows) {
      moved += update(db, table, row, shifts.get(ownerOf(table, row) ?? "") ?? ofNoStore);
    }
  // A day of a unique key is written with a mark first: the next day's row may still have it.
  for (const { name, columns } of tables)
    for (const column of columns.filter(({ type }) => type === "TEXT"))
      db.exec(
        `UPDATE "${name}" SET "${column.name}" = substr("${column.name}", 2) WHERE "${column.name}" GLOB '~[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'`,
      );
  return moved;
}

function tablesOf(db: Database.Database, stores: Store[]): Table[] {
  const names = db
    .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*'")
    .pluck()
    .all();
  const owners = new Set<unknown>(stores.flatMap(({ id, shopDomain }) => [id, shopDomain]));
  return names
    .filter((name) => !LEFT_ALONE.includes(name))
    .map((name) => {
      const columns = db.pragma(`table_info("${name}")`) as Table["columns"];
      const table: Table = { name, columns, rows: [] };
      const rows = db.prepare<[], Row>(`SELECT rowid, * FROM "${name}"`).all();
      return { ...table, rows: rows.filter((row) => isOfNoStore(table) || owners.has(ownerOf(table, row))) };
    });
}

function isOfNoStore({ name, columns }: Table): boolean {
  return (
    name !== "Store" && !columns.some((column) => ["storeId", "shopDomain", "shop"].includes(column.name))
  );
}

function ownerOf({ name }: Table, row: Row): string | undefined {
  const owner = name === "Store" ? row.id : (row.storeId ?? row.shopDomain ?? row.shop);
  return owner as string | undefined;
}

function newestOf({ createdAt, updatedAt }: Row): number {
  return Math.max(...[createdAt, updatedAt].map((text) => Date.parse(String(text))));
}

function update(db: Database.Database, { name, columns }: Table, row: Row, shift: TimeShift): number {
  const changes = columns.flatMap(({ name: column, type }) => {
    const value = row[column];
    if (typeof value !== "string") return [];
    const moved = shift.text(value);
    if (moved === value) return [];
    return [[column, type === "TEXT" && /^\d{4}-\d\d-\d\d$/.test(moved) ? `~${moved}` : moved] as const];
  });
  if (!changes.length) return 0;
  const sets = changes.map(([column]) => `"${column}" = ?`).join(", ");
  db.prepare(`UPDATE "${name}" SET ${sets} WHERE rowid = ?`).run(...changes.map(([, to]) => to), row.rowid);
  return 1;
}
