/** DIRECT_URL and SHADOW_DATABASE_URL against DATABASE_URL: where they really lead. */
import { randomInt } from "node:crypto";
import pg from "pg";
import { describeDatabaseError } from "~/platform/db/errors.server";
import { postgresAddress, withHostPlace } from "~/platform/db/postgres-address";
import { BackupError } from "../backup/backup-error";
import { withClient } from "../backup/postgres-client";
import type { Context } from "./context";
import { found, type Found } from "./finding";

const CONNECT_MS = 5_000;

type Name = "DATABASE_URL" | "DIRECT_URL" | "SHADOW_DATABASE_URL";

export async function directAddress({ addresses, variables, engine, db }: Context): Promise<Found[]> {
  if (!addresses) return [];
  const { databaseUrl, directUrl } = addresses;
  if (engine === "sqlite")
    return variables.DIRECT_URL
      ? [found("note", "DIRECT_URL_UNUSED", "DIRECT_URL is set and not used: DATABASE_URL names SQLite.")]
      : [];
  try {
    // The connection that backups make, which refuses a pooler.
    if (directUrl) return await withClient(directUrl, (direct) => compare(databaseUrl, direct));
    return db ? await withClient(databaseUrl, async () => []) : [];
  } catch (error) {
    if (error instanceof BackupError)
      return [found("mend", directUrl ? "DIRECT_URL_POOLED" : "DIRECT_URL_MISSING", error.message)];
    // Of DATABASE_URL it was told already.
    return directUrl ? [found("mend", "DIRECT_URL_UNAVAILABLE", about("DIRECT_URL", error, directUrl))] : [];
  }
}

async function compare(databaseUrl: string, direct: pg.Client): Promise<Found[]> {
  if ((await isSameDatabase(databaseUrl, direct)) !== false) return [];
  return [
    found(
      "mend",
      "DIRECT_URL_ELSEWHERE",
      "DIRECT_URL reaches another database than DATABASE_URL: migrations and backups would be of the wrong one.",
      "Let both name the same server and database.",
    ),
  ];
}

export async function shadowAddress({ addresses, engine }: Context): Promise<Found[]> {
  if (!addresses?.shadowDatabaseUrl || engine !== "postgres") return [];
  const { databaseUrl, shadowDatabaseUrl } = addresses;
  try {
    const isSame = await connected(shadowDatabaseUrl, (shadow) => isSameDatabase(databaseUrl, shadow));
    if (!isSame) return [];
    return [
      found(
        "mend",
        "SHADOW_IS_DATABASE",
        "SHADOW_DATABASE_URL is the database of DATABASE_URL, and Prisma empties a shadow database.",
        "Name a database of its own, or unset it.",
      ),
    ];
  } catch (error) {
    return [found("warning", "SHADOW_UNAVAILABLE", about("SHADOW_DATABASE_URL", error, shadowDatabaseUrl))];
  }
}

/** Host or port that stand in two places of an address: the query's are used, and a reader may believe the others. */
export function ambiguousAddresses({ variables }: Context): Found[] {
  return (["DATABASE_URL", "DIRECT_URL", "SHADOW_DATABASE_URL"] as const).flatMap((name) => {
    const ambiguity = ambiguityOf(variables[name]);
    return ambiguity
      ? [
          found(
            "warning",
            "ADDRESS_AMBIGUOUS",
            `${name} ${ambiguity}, which counts.`,
            "Write each once, before the name of the database.",
          ),
        ]
      : [];
  });
}

function ambiguityOf(value: string | undefined): string | undefined {
  if (!value || !/^postgres(ql)?:/.test(value)) return undefined;
  try {
    const { hostname, port } = new URL(withHostPlace(value));
    const used = postgresAddress(value);
    if (hostname && hostname.replace(/^\[|\]$/g, "") !== used.host)
      return `names the host ${hostname}, and in its query ${used.host}`;
    return port && port !== used.port ? `names the port ${port}, and in its query ${used.port}` : undefined;
  } catch {
    // A malformed one is told of by the area of the configuration.
    return undefined;
  }
}

/**
 * The other connection must see an advisory lock of a random key that one to `databaseUrl` holds. Nothing waits for such a lock.
 * Undefined where `databaseUrl` cannot be reached.
 */
async function isSameDatabase(databaseUrl: string, other: pg.Client): Promise<boolean | undefined> {
  const key = [randomInt(2 ** 31), randomInt(2 ** 31)];
  const look = async (client: pg.Client) => {
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
  };
  try {
    return await connected(databaseUrl, look);
  } catch {
    return undefined;
  }
}

/** One connection, through a pooler as well. */
async function connected<T>(databaseUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
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

/** The sentence of an address that is another variable's. */
function about(name: Name, error: unknown, url: string): string {
  return `${name}: ${describeDatabaseError(error, url).message.replaceAll("DATABASE_URL", name)}`;
}
