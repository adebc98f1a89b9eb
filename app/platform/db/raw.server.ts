/** SQL that both engines take, where Prisma's own calls cannot say it (SKIP LOCKED, ON CONFLICT over many rows). */
import type { Pool, PoolClient } from "pg";
import { inTransaction, type Db, type Queryable } from "./client.server";
import { inSchema, quotedName } from "./postgres-schema";

type ByPrisma = Pick<Queryable, "engine" | "schema" | "$queryRawUnsafe" | "$executeRawUnsafe">;
type PastPrisma = {
  readonly engine: "postgres";
  readonly schema: string;
  readonly client: Pool | PoolClient;
};

/** What takes raw statements: a database, with Prisma or without, or a transaction of either kind. */
export type RawQueryable = ByPrisma | PastPrisma;

/** Bytes are the binary form of a type (binary-array.server.ts), and go past Prisma only: not in a transaction of its. */
type Value = string | number | boolean | Date | Buffer | null;

/**
 * Rows of `text`, which has one `?` for each value and no other question mark; its tables and enum types are those of the
 * database's schema (postgres-schema.ts). On Postgres and outside of a transaction of
 * Prisma's it goes past Prisma, which takes a statement's text and every value through WebAssembly and back; there
 * `timeoutMs` ends the wait for an answer.
 */
export async function queryRows<T>(
  db: RawQueryable,
  text: string,
  values: Value[],
  { timeoutMs }: { timeoutMs?: number } = {},
): Promise<T[]> {
  if (goesByPrisma(db)) return db.$queryRawUnsafe<T[]>(spelled(db, text), ...values);
  const query = { ...statement(db, text, values), query_timeout: timeoutMs };
  return (await driverOf(db)!.query(query)).rows as T[];
}

/** As `queryRows`, for a statement that changes rows; returns how many. */
export async function changeRows(db: RawQueryable, text: string, values: Value[]): Promise<number> {
  if (goesByPrisma(db)) return db.$executeRawUnsafe(spelled(db, text), ...values);
  return (await driverOf(db)!.query(statement(db, text, values))).rowCount ?? 0;
}

/**
 * As inTransaction, for work that asks raw statements only: on Postgres it goes past Prisma from BEGIN to COMMIT. A sweep's
 * batch takes a quarter of the CPU so, and the door is in the same process.
 */
export async function inRawTransaction<T>(db: Db, work: (tx: RawQueryable) => Promise<T>): Promise<T> {
  if (!db.pool) return inTransaction(db, work);
  const client = await db.pool.connect();
  // A connection that breaks says so in its statement's error too, and would end the process if nobody heard it here.
  const heard = () => undefined;
  client.on("error", heard);
  let unusable = false;
  try {
    await client.query("BEGIN");
    const result = await work({ engine: "postgres", schema: db.schema, client });
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch(() => (unusable = true));
    throw error;
  } finally {
    client.off("error", heard);
    client.release(unusable);
  }
}

function goesByPrisma(db: RawQueryable): db is ByPrisma {
  return !driverOf(db);
}

/** Prisma's client of a transaction shows the pool too, which knows nothing of that transaction. */
function driverOf(db: RawQueryable): Pool | PoolClient | undefined {
  if ("client" in db) return db.client;
  return "$transaction" in db && db.$transaction ? (db as Db).pool : undefined;
}

/** A table whose name is not known before, as a statement writes it: other programs' tables may be in our schema. */
export function tableName(db: Pick<RawQueryable, "engine" | "schema">, table: string): string {
  return db.engine === "postgres" ? `${quotedName(db.schema)}.${quotedName(table)}` : quotedName(table);
}

/** Unnamed, as PgBouncer in transaction mode wants it. */
function statement(db: RawQueryable, text: string, values: Value[]) {
  return { text: spelled(db, text), values: values.map(toPostgres) };
}

function spelled(db: RawQueryable, text: string): string {
  return db.engine === "postgres" ? numbered(inSchema(db.schema, text)) : text;
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
