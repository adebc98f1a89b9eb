/**
 * Inserts what is missing and touches nothing that is there. A chunk travels as one JSON parameter and the database
 * takes it apart: one statement per thousand rows, no limit on variables, and the same code for both engines
 * (`createMany({ skipDuplicates })` does not exist on SQLite, and is slower on both).
 */
import type { Db, Queryable } from "~/platform/db/client.server";
import type { Engine } from "~/platform/db/database-url";
import { changeRows } from "~/platform/db/raw.server";
import { TABLES, type SeedRows, type Table } from "./rows";

const CHUNK = 1000;

/** Returns how many rows were inserted; the rest were there already. */
export async function insertMissing(db: Db, rows: SeedRows): Promise<number> {
  // One transaction: a seed that is interrupted leaves nothing half-done, and SQLite syncs its file once.
  return db.$transaction(
    async (tx) => {
      const within = Object.assign(tx, { engine: db.engine, schema: db.schema }) as unknown as Queryable;
      let inserted = 0;
      for (const table of TABLES) {
        const list: Record<string, unknown>[] = rows[table] ?? [];
        for (let from = 0; from < list.length; from += CHUNK) {
          const chunk = list.slice(from, from + CHUNK);
          const columns = Object.keys(chunk[0]!);
          const sql = insertSql(db.engine, table, columns);
          inserted += await changeRows(within, sql, [encode(db.engine, columns, chunk)]);
        }
      }
      return inserted;
    },
    { timeout: 120_000, maxWait: 20_000 },
  );
}

/** Table and column names come from our own types, never from outside. */
function insertSql(engine: Engine, table: Table, columns: string[]): string {
  const names = columns.map((column) => `"${column}"`).join(", ");
  if (engine === "postgres")
    return `INSERT INTO "${table}" (${names}) SELECT ${names} FROM json_populate_recordset(NULL::"${table}", CAST(? AS json)) ON CONFLICT DO NOTHING`;
  const values = columns.map((_, i) => `json_extract(value, '$[${i}]')`).join(", ");
  // "WHERE true": without it SQLite reads ON as the beginning of a join.
  return `INSERT INTO "${table}" (${names}) SELECT ${values} FROM json_each(?) WHERE true ON CONFLICT DO NOTHING`;
}

/** Postgres matches columns by name; SQLite is given them by position, which is half the text. */
function encode(engine: Engine, columns: string[], rows: Record<string, unknown>[]): string {
  if (engine === "sqlite")
    return JSON.stringify(rows.map((row) => columns.map((column) => sqliteValue(row[column]))));
  return JSON.stringify(rows, (_, value: unknown) => (typeof value === "bigint" ? Number(value) : value));
}

/** As Prisma's adapter writes them: instants as text with an offset, booleans as 0 and 1, Json as its text. */
function sqliteValue(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "boolean") return value ? 1 : 0;
  if (value instanceof Date) return value.toISOString().replace("Z", "+00:00");
  return value !== null && typeof value === "object" ? JSON.stringify(value) : value;
}
