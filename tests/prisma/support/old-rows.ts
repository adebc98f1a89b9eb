/** Rows in every table, made at an earlier state of the schema, and what they must be after the migrations since. */
import { expect } from "vitest";
import { connectDatabase, type Db } from "~/platform/db/client.server";
import { migrationState } from "~/platform/db/migration-state.server";
import { catalogueOf } from "../../support/catalogue";
import { insertSql, tablesOf, type MadeRows, type Table } from "../../support/made-rows";

const MADE: MadeRows = { mark: "old", stores: 4, rows: (model) => (model === "StoreSettings" ? 4 : 8) };
/** What a migration fills in where it was empty; nothing else that was there may change. */
const BACKFILLED = ["WebhookEvent.nextAttemptAt"];

export async function using<T>(url: string, work: (db: Db) => Promise<T>): Promise<T> {
  const db = await connectDatabase(url, { maxConnections: 2 });
  try {
    return await work(db);
  } finally {
    await db.$disconnect();
  }
}

export async function fill(db: Db) {
  for (const table of await tablesOf(db)) await db.$executeRawUnsafe(insertSql(db.engine, table, MADE));
}

/** Takes away what `fill` and `expectUnharmed` have made: no code path has written it, and a sweep does not understand it. */
export async function clear(db: Db, tables: Table[]) {
  for (const { model } of tables.toReversed())
    await db.$executeRawUnsafe(`DELETE FROM "${model.name}" WHERE "id" LIKE 'old%' OR "id" LIKE 'late%'`);
}

/** Every value of these columns as text, what is filled in later aside. */
export async function contents(db: Db, tables: Table[]): Promise<Record<string, object[]>> {
  const all: Record<string, object[]> = {};
  for (const { model, columns } of tables) {
    const kept = columns.filter((column) => !BACKFILLED.includes(`${model.name}.${column}`));
    const list = kept.map((column) => `CAST("${column}" AS TEXT) AS "${column}"`).join(", ");
    all[model.name] = await db.$queryRawUnsafe<object[]>(
      `SELECT ${list} FROM "${model.name}" WHERE "id" LIKE 'old%' ORDER BY "id"`,
    );
  }
  return all;
}

/**
 * At head, with what was there before; and the release of that time may still run beside the new schema.
 * @param head the catalogue of a migrated Postgres
 */
export async function expectUnharmed(
  db: Db,
  head: string[],
  tables: Table[],
  before: Record<string, object[]>,
) {
  expect(await migrationState(db)).toEqual({ state: "current" });
  if (db.engine === "postgres") expect(await catalogueOf(db)).toEqual(head);
  expect(await contents(db, tables)).toEqual(before);
  expect(await readByToday(db, tables, "old")).toEqual(expectedCounts(tables));
  for (const table of tables)
    await db.$executeRawUnsafe(insertSql(db.engine, table, { ...MADE, mark: "late" }));
  expect(await readByToday(db, tables, "late")).toEqual(expectedCounts(tables));
}

/** Through today's client, which knows every column's type, and fails at a value that it cannot take. */
async function readByToday(db: Db, tables: Table[], mark: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { model } of tables) {
    const delegate = (db as unknown as Record<string, { findMany: (query: object) => Promise<object[]> }>)[
      model.name[0]!.toLowerCase() + model.name.slice(1)
    ]!;
    const rows = await delegate.findMany({ where: { id: { startsWith: mark } } });
    counts[model.name] = rows.length;
  }
  return counts;
}

const expectedCounts = (tables: Table[]) =>
  Object.fromEntries(
    tables.map(({ model }) => [model.name, model.name === "Store" ? MADE.stores : MADE.rows(model.name)]),
  );
