/** SQL that both engines take, where Prisma's own calls cannot say it (SKIP LOCKED, ON CONFLICT over many rows). */
import type { Pool } from "pg";
import type { Queryable } from "./client.server";

/** Bytes are the binary form of a type (binary-array.server.ts), and go past Prisma only: not in a transaction. */
type Value = string | number | boolean | Date | Buffer | null;

/**
 * Rows of `text`, which has one `?` for each value and no other question mark. On Postgres and outside of a transaction
 * it goes past Prisma, which takes a statement's text and every value through WebAssembly and back; there `timeoutMs` ends
 * the wait for an answer.
 */
export async function queryRows<T>(
  db: Queryable,
  text: string,
  values: Value[],
  { timeoutMs }: { timeoutMs?: number } = {},
): Promise<T[]> {
  const pool = poolOf(db);
  if (!pool) return db.$queryRawUnsafe<T[]>(spelled(db, text), ...values);
  const query = { ...statement(text, values), query_timeout: timeoutMs };
  return (await pool.query(query)).rows as T[];
}

/** As `queryRows`, for a statement that changes rows; returns how many. */
export async function changeRows(db: Queryable, text: string, values: Value[]): Promise<number> {
  const pool = poolOf(db);
  if (!pool) return db.$executeRawUnsafe(spelled(db, text), ...values);
  return (await pool.query(statement(text, values))).rowCount ?? 0;
}

/** Not in a transaction: Prisma's client of one shows the pool too, which knows nothing of it. */
function poolOf(db: Queryable): Pool | undefined {
  return "$transaction" in db && db.$transaction ? db.pool : undefined;
}

/** Unnamed, as PgBouncer in transaction mode wants it. */
function statement(text: string, values: Value[]) {
  return { text: numbered(text), values: values.map(toPostgres) };
}

function spelled(db: Queryable, text: string): string {
  return db.engine === "postgres" ? numbered(text) : text;
}

/** Postgres counts its placeholders: $1, $2, … */
function numbered(text: string): string {
  let n = 0;
  return text.replace(/\?/g, () => `$${++n}`);
}

/** The driver would write an instant in the process's time zone; our columns hold UTC. */
function toPostgres(value: Value): Exclude<Value, Date> {
  return value instanceof Date ? value.toISOString() : value;
}
