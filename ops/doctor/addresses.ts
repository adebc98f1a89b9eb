/** DIRECT_URL and SHADOW_DATABASE_URL against DATABASE_URL: where they really lead. */
import { randomInt } from "node:crypto";
import pg from "pg";
import { describeDatabaseError } from "~/platform/db/errors.server";
import { withHostPlace } from "~/platform/db/postgres-address";
import type { Context } from "./context";
import { found, type Found } from "./finding";

const CONNECT_MS = 5_000;

export async function directAddress({ addresses, variables, engine }: Context): Promise<Found[]> {
  if (!addresses) return [];
  const { databaseUrl, directUrl } = addresses;
  if (engine === "sqlite")
    return variables.DIRECT_URL
      ? [found("note", "DIRECT_URL_UNUSED", "DIRECT_URL is set and not used: DATABASE_URL names SQLite.")]
      : [];
  if (!directUrl) {
    const isPooled = await withClient(databaseUrl, isBehindPooler).catch(() => false);
    return isPooled
      ? [
          found(
            "mend",
            "DIRECT_URL_MISSING",
            "DATABASE_URL leads through a pooler, and there is no DIRECT_URL: migrations and backups cannot run.",
            "Set DIRECT_URL to the address of the server itself.",
          ),
        ]
      : [];
  }
  try {
    return await withClient(directUrl, async (direct) => {
      if (await isBehindPooler(direct))
        return [
          found(
            "mend",
            "DIRECT_URL_POOLED",
            "DIRECT_URL leads through a pooler, and migrations and backups need the server itself.",
            "Write the server's own host and port into DIRECT_URL.",
          ),
        ];
      return (await isSameDatabase(databaseUrl, direct)) === false
        ? [
            found(
              "mend",
              "DIRECT_URL_ELSEWHERE",
              "DIRECT_URL reaches another database than DATABASE_URL: migrations and backups would be of the wrong one.",
              "Let both name the same server and database.",
            ),
          ]
        : [];
    });
  } catch (error) {
    return [found("mend", "DIRECT_URL_UNAVAILABLE", named("DIRECT_URL", error, directUrl))];
  }
}

export async function shadowAddress({ addresses, engine }: Context): Promise<Found[]> {
  if (!addresses?.shadowDatabaseUrl || engine !== "postgres") return [];
  const { databaseUrl, shadowDatabaseUrl } = addresses;
  try {
    return await withClient(shadowDatabaseUrl, async (shadow) =>
      (await isSameDatabase(databaseUrl, shadow))
        ? [
            found(
              "mend",
              "SHADOW_IS_DATABASE",
              "SHADOW_DATABASE_URL is the database of DATABASE_URL, and Prisma empties a shadow database.",
              "Name a database of its own, or unset it.",
            ),
          ]
        : [],
    );
  } catch (error) {
    return [found("warning", "SHADOW_UNAVAILABLE", named("SHADOW_DATABASE_URL", error, shadowDatabaseUrl))];
  }
}

/**
 * The other connection must see an advisory lock of a random key that one to `databaseUrl` holds. Nothing waits for such a lock.
 * Undefined where `databaseUrl` cannot be reached.
 */
function isSameDatabase(databaseUrl: string, other: pg.Client): Promise<boolean | undefined> {
  const key = [randomInt(2 ** 31), randomInt(2 ** 31)];
  return withClient(databaseUrl, async (client) => {
    await client.query("BEGIN READ ONLY");
    await client.query("SELECT pg_advisory_xact_lock($1, $2)", key);
    const { rows } = await other.query<{ seen: boolean }>(
      `SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
         WHERE d.datname = current_database() AND l.locktype = 'advisory' AND l.objsubid = 2 AND l.granted
           AND l.classid = $1::text::oid AND l.objid = $2::text::oid) AS seen`,
      key.map(String),
    );
    await client.query("ROLLBACK");
    return rows[0]!.seen;
  }).catch((error: unknown) => {
    if ((error as { code?: string }).code === "42501") throw error;
    return undefined;
  });
}

/** A pooler tells a number of its own for the process that serves us. */
async function isBehindPooler(client: pg.Client): Promise<boolean> {
  const { processID } = client as pg.Client & { processID: number | null };
  const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  return rows[0]!.pid !== processID;
}

async function withClient<T>(databaseUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: withHostPlace(databaseUrl),
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: CONNECT_MS,
    application_name: "backroom doctor",
  });
  // A connection that breaks between two queries; the next one says so too.
  client.on("error", () => {});
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}

/** The driver's sentence is about DATABASE_URL, for which it is mostly asked. */
function named(name: string, error: unknown, url: string): string {
  return `${name}: ${describeDatabaseError(error, url).message.replaceAll("DATABASE_URL", name).replaceAll("SHADOW_SHADOW_", "SHADOW_")}`;
}
