/** Where a backup of Postgres is restored to be verified: a database of its own, or the one of VERIFY_DATABASE_URL. */
import { randomBytes } from "node:crypto";
import type pg from "pg";
import { isDatabaseUnavailable } from "~/platform/db/errors.server";
import type { Source } from "~/platform/env.server";
import { schemasOf } from "./archive-list";
import { BackupError } from "./backup-error";
import type { CheckedBackup } from "./check-backup";
import { few } from "./few";
import type { Fingerprints } from "./fingerprint";
import { describeAddress, withDatabase } from "./postgres-address";
import { withClient } from "./postgres-client";
import { emptySchemas } from "./postgres-empty";
import { inSnapshot } from "./postgres-fingerprint";
import { fingerprintOf, restoreInto } from "./postgres-restore";
import { lockQuery, withLock } from "./postgres-same";
import { listRelations } from "./postgres-scope";

type Options = { variables: Source; signal: AbortSignal };

/** Restores it without privileges, because the roles that were granted something need not exist there. */
export async function verifyPostgres(
  databaseUrl: string,
  verifyUrl: string | undefined,
  backup: CheckedBackup,
  options: Options,
): Promise<Fingerprints> {
  const restored = async (url: string) => {
    await restoreInto(url, backup, { ...options, noPrivileges: true });
    return fingerprintOf(url, schemasOf(backup.manifest));
  };
  return verifyUrl
    ? withVerifyDatabase(databaseUrl, verifyUrl, backup, restored)
    : withCreatedDatabase(databaseUrl, restored);
}

/** On the server of the database, dropped when `work` ends. */
async function withCreatedDatabase<T>(databaseUrl: string, work: (url: string) => Promise<T>): Promise<T> {
  const name = `backroom_verify_${randomBytes(6).toString("hex")}`;
  await administer(databaseUrl, `CREATE DATABASE ${name} TEMPLATE template0`);
  try {
    return await work(withDatabase(databaseUrl, name));
  } finally {
    await administer(databaseUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  }
}

/** A schema that says in its comment whose tables are there: those of a verification */
const MARK = "backroom_verify";
type Left = { schemas: string[]; tables: string[] };

/**
 * The database of `verifyUrl`, emptied before and after `work`.
 * @throws {BackupError} TARGET when it is the database itself, another verification is at it, or it holds anything else than a
 * killed verification left
 */
async function withVerifyDatabase<T>(
  databaseUrl: string,
  verifyUrl: string,
  { manifest }: CheckedBackup,
  work: (url: string) => Promise<T>,
): Promise<T> {
  const refuse = (why: string) =>
    new BackupError("TARGET", `The database ${describeAddress(verifyUrl)} of VERIFY_DATABASE_URL ${why}`);
  if (await isSame(databaseUrl, verifyUrl))
    throw refuse("is that of DATABASE_URL or DIRECT_URL; name another one, which may be emptied.");
  return withClient(verifyUrl, (locked) =>
    inSnapshot(locked, async () => {
      // Held until `work` has ended
      const { rows } = await locked.query<{ free: boolean }>(
        `SELECT pg_try_advisory_xact_lock(hashtext('${MARK}')) AS free`,
      );
      if (!rows[0]!.free)
        throw refuse("is in use by another verification; run this again when it has ended.");
      return withClient(verifyUrl, async (client) => {
        const left = await findLeft(client);
        const content = await listContent(client, left);
        const foreign = content.filter((name) => !left?.tables.includes(name));
        if (foreign.length)
          throw refuse(`is not empty (${few(foreign)}); name one that holds nothing, because it is emptied.`);
        if (left) await clear(client, left);
        const ours: Left = { schemas: schemasOf(manifest), tables: Object.keys(manifest.tables) };
        await mark(client, ours);
        try {
          return await work(verifyUrl);
        } finally {
          await clear(client, ours);
        }
      });
    }),
  );
}

/** By a lock that the one shows and the other sees; by their addresses where the database cannot be reached from here. */
async function isSame(databaseUrl: string, verifyUrl: string): Promise<boolean> {
  if (describeAddress(databaseUrl) === describeAddress(verifyUrl)) return true;
  try {
    return await withLock(databaseUrl, (key) =>
      withClient(verifyUrl, async (client) => {
        const { rows } = await client.query<{ held: boolean }>(lockQuery(key));
        return rows[0]!.held;
      }),
    );
  } catch (error) {
    if (isDatabaseUnavailable(error)) return false;
    throw error;
  }
}

async function findLeft(client: pg.Client): Promise<Left | undefined> {
  const { rows } = await client.query<{ comment: string | null }>(
    "SELECT obj_description(oid, 'pg_namespace') AS comment FROM pg_namespace WHERE nspname = $1",
    [MARK],
  );
  return rows[0]?.comment ? (JSON.parse(rows[0].comment) as Left) : undefined;
}

async function mark(client: pg.Client, left: Left) {
  await client.query("BEGIN");
  await client.query(`CREATE SCHEMA ${MARK}`);
  await client.query(`COMMENT ON SCHEMA ${MARK} IS ${client.escapeLiteral(JSON.stringify(left))}`);
  await client.query("COMMIT");
}

async function clear(client: pg.Client, { schemas }: Left) {
  await emptySchemas(client, schemas);
  await client.query(`DROP SCHEMA IF EXISTS ${MARK}`);
}

/** Tables, by their names in a manifest; of a database without a mark also those that are not ours. */
async function listContent(client: pg.Client, left: Left | undefined): Promise<string[]> {
  const { rows } = await client.query<{ schema: string }>(
    "SELECT nspname AS schema FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'",
  );
  const relations = await listRelations(
    client,
    rows.map(({ schema }) => schema),
  );
  return relations.filter(({ kind }) => !left || /TABLE$/.test(kind)).map(({ name }) => name);
}

async function administer(databaseUrl: string, statement: string) {
  await withClient(databaseUrl, async (client) => {
    try {
      await client.query(statement);
    } catch (error) {
      if ((error as { code?: string }).code !== "42501") throw error;
      throw new BackupError(
        "TARGET",
        `The user of ${describeAddress(databaseUrl)} may not create a database to verify in. Give it the right (ALTER ROLE … CREATEDB), or name an empty database in VERIFY_DATABASE_URL.`,
      );
    }
  });
}
