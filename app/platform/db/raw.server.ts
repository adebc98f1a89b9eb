/** SQL that both engines take, where Prisma's own calls cannot say it (SKIP LOCKED, ON CONFLICT over many rows). */
import type { Queryable } from "./client.server";

type Value = string | number | boolean | Date | null;

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
  if (db.engine === "sqlite") return db.$queryRawUnsafe<T[]>(text, ...values);
  // Prisma's client of a transaction shows the pool too, which knows nothing of the transaction.
  const inTransaction = !("$transaction" in db && db.$transaction);
  if (!db.pool || inTransaction) return db.$queryRawUnsafe<T[]>(numbered(text), ...values);
  // Unnamed, as PgBouncer in transaction mode wants it.
  const query = { text: numbered(text), values: values.map(toPostgres), query_timeout: timeoutMs };
  return (await db.pool.query(query)).rows as T[];
}

/** As `queryRows`, for a statement that changes rows; returns how many. */
export async function changeRows(db: Queryable, text: string, values: Value[]): Promise<number> {
  if (db.engine === "sqlite") return db.$executeRawUnsafe(text, ...values);
  if (!db.pool) return db.$executeRawUnsafe(numbered(text), ...values);
  const query = { text: numbered(text), values: values.map(toPostgres) };
  return (await db.pool.query(query)).rowCount ?? 0;
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
