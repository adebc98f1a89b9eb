import type pg from "pg";
import type { Fingerprints } from "./fingerprint";
import type { Relation } from "./postgres-scope";

/** How rows are written as text, independent of the defaults of role and database. */
const SPELLING = [
  "SET LOCAL DateStyle = 'ISO, YMD'",
  "SET LOCAL IntervalStyle = 'postgres'",
  "SET LOCAL TimeZone = 'UTC'",
  "SET LOCAL extra_float_digits = 1",
  "SET LOCAL bytea_output = 'hex'",
  // A role's timeouts are for requests.
  "SET LOCAL statement_timeout = 0",
  "SET LOCAL idle_in_transaction_session_timeout = 0",
];

/** A transaction that sees one instant of the database, whatever is written meanwhile. */
export async function inSnapshot<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
  for (const statement of SPELLING) await client.query(statement);
  const result = await work();
  await client.query("COMMIT");
  return result;
}

/** Of these tables, in the transaction's snapshot. The hash does not depend on the order of rows. */
export async function fingerprintPostgres(client: pg.Client, listed: Relation[]): Promise<Fingerprints> {
  const tables: Fingerprints = {};
  for (const { name, quoted } of listed) {
    const { rows } = await client.query<{ rows: string; hash: string | null }>(
      `SELECT count(*)::text AS rows, sum(('x' || left(md5(whole_row::text), 16))::bit(64)::bigint)::text AS hash FROM ${quoted} whole_row`,
    );
    tables[name] = { rows: Number(rows[0]!.rows), hash: rows[0]!.hash ?? "" };
  }
  return tables;
}

/** Names of the migrations that are applied, the newest last; none when the database has no log. */
export async function appliedMigrations(client: pg.Client): Promise<string[]> {
  const { rows: found } = await client.query<{ log: string | null }>(
    `SELECT to_regclass('"_prisma_migrations"')::text AS log`,
  );
  if (!found[0]?.log) return [];
  const { rows } = await client.query<{ name: string }>(
    `SELECT "migration_name" AS name FROM "_prisma_migrations"
     WHERE "finished_at" IS NOT NULL AND "rolled_back_at" IS NULL ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}
