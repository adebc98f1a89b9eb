/** Opens the database that DATABASE_URL names. One build serves both engines; this file holds the one cast. */
import type { Pool, types as PgTypes } from "pg";
import type { PrismaClient as PostgresClient } from "#prisma/postgres";
import { parseDatabaseUrl, type Engine } from "./database-url";
import { describeDatabaseError } from "./errors.server";
import { releasingLost } from "./lost-transactions.server";
import { oneAtATime } from "./one-at-a-time.server";
import { postgresAddress } from "./postgres-address";
import { spellingClient } from "./postgres-driver.server";
import { queryRows, type RawQueryable } from "./raw.server";
import { assertSqliteDriverFits } from "./sqlite-driver.server";

/** The client that repositories use. Postgres' types stand for both: the SQLite schema is derived from that one. */
export type Db = Omit<PostgresClient, "$on" | "$extends"> & {
  readonly engine: Engine;
  /** Postgres: the schema of our tables; "" on SQLite, which has none */
  readonly schema: string;
  /** Postgres only: Prisma's own pool, for the few statements that cannot afford Prisma (raw.server.ts) */
  readonly pool?: Pool;
};

/** What a repository needs of it, inside a transaction or outside. */
export type Queryable = Omit<Db, "$transaction" | "$connect" | "$disconnect">;

export type ConnectOptions = {
  /** Postgres only; at most 80 % of what the plan allows, shared by all processes */
  maxConnections?: number;
  /** Milliseconds to wait for a free connection before giving up (Postgres), or for the file's lock (SQLite) */
  acquireTimeoutMs?: number;
  /** Postgres only: milliseconds after which an unanswered statement is given up, with its connection; never by default */
  statementTimeoutMs?: number;
  /** SQLite only: the file is opened so that nothing can be written; on Postgres the caller asks nothing that writes */
  readOnly?: boolean;
  /** Told about connections that break while nobody uses them */
  onConnectionError?: (error: Error) => void;
};

/**
 * Connects and proves it with one query.
 * @throws {DatabaseUnavailableError} with a sentence that says what to do
 */
export async function connectDatabase(databaseUrl: string, options: ConnectOptions = {}): Promise<Db> {
  const address = parseDatabaseUrl(databaseUrl);
  const client: object =
    address.engine === "sqlite"
      ? Object.assign(await sqliteClient(address.file, options), { schema: "" })
      : await postgresClient(address.url, options);
  const db = Object.assign(client, { engine: address.engine }) as Db;
  try {
    if (address.engine === "sqlite") await prepareSqlite(db, options);
    else {
      // Without it Prisma would not yet hear of idle connections that break, nor close the pool at its end.
      await db.$connect();
      // Past Prisma, which keeps little of what the driver says
      await queryRows(db, "SELECT 1", []);
    }
    return db;
  } catch (error) {
    await db.$disconnect();
    throw describeDatabaseError(error, databaseUrl);
  }
}

async function postgresClient(url: string, options: ConnectOptions): Promise<object> {
  const { schema } = postgresAddress(url);
  const [{ PrismaClient }, { PrismaPg }, pool] = await Promise.all([
    import("#prisma/postgres"),
    import("@prisma/adapter-pg"),
    postgresPool(url, options),
  ]);
  const adapter = new PrismaPg(pool, {
    schema,
    disposeExternalPool: true,
    onPoolError: options.onConnectionError,
    onConnectionError: options.onConnectionError,
  });
  return Object.assign(new PrismaClient({ adapter: releasingLost(adapter), errorFormat: "minimal" }), {
    ...{ pool, schema },
  });
}

async function postgresPool(url: string, options: ConnectOptions): Promise<Pool> {
  const { default: pg } = await import("pg");
  // No statement_timeout, no `options` and no search_path here: PgBouncer refuses them at connect. They belong to the role
  // (ops/RUNBOOK.md, "Connections, by provider").
  return new pg.Pool({
    connectionString: url,
    Client: await spellingClient(),
    max: options.maxConnections ?? 10,
    connectionTimeoutMillis: options.acquireTimeoutMs ?? 5_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    application_name: "backroom",
    // By our own clock: a server that vanished without a word answers no statement_timeout either.
    query_timeout: options.statementTimeoutMs,
    types: { getTypeParser: utcTypes(pg.types) },
  });
}

const TIMESTAMP = 1114;

/** For statements that go past Prisma: our instants are UTC, which the driver would take for the process's time zone. */
function utcTypes({ getTypeParser }: typeof PgTypes): typeof getTypeParser {
  const parse = (oid: number, format?: "text"): ((text: string) => unknown) =>
    oid === TIMESTAMP
      ? (text) => new Date(`${text.replace(" ", "T")}Z`)
      : (getTypeParser(oid, format) as (text: string) => unknown);
  return parse as typeof getTypeParser;
}

/** A database for raw statements only. On Postgres it is opened without Prisma, which takes 30 MB that a backup can do without. */
export type RawDatabase = RawQueryable & { close: () => Promise<void> };

/** @throws {DatabaseUnavailableError} as connectDatabase */
export async function connectRaw(databaseUrl: string, options: ConnectOptions = {}): Promise<RawDatabase> {
  const address = parseDatabaseUrl(databaseUrl);
  if (address.engine === "sqlite") {
    const db = await connectDatabase(databaseUrl, options);
    return Object.assign(db, { close: () => db.$disconnect() });
  }
  const client = await postgresPool(address.url, options);
  client.on("error", (error) => options.onConnectionError?.(error));
  try {
    await client.query("SELECT 1");
  } catch (error) {
    await client.end();
    throw describeDatabaseError(error, databaseUrl);
  }
  const { schema } = postgresAddress(address.url);
  return { engine: "postgres", schema, client, close: () => client.end() };
}

async function sqliteClient(file: string, options: ConnectOptions): Promise<object> {
  assertSqliteDriverFits();
  const [{ PrismaClient }, { PrismaBetterSQLite3 }] = await Promise.all([
    import("#prisma/sqlite"),
    import("@prisma/adapter-better-sqlite3"),
  ]);
  const adapter = new PrismaBetterSQLite3({
    url: `file:${file}`,
    timeout: options.acquireTimeoutMs ?? 5_000,
    // Only migrations create a file: a mistyped path is an error, not an empty shop.
    fileMustExist: file !== ":memory:",
    readonly: Boolean(options.readOnly) && file !== ":memory:",
  });
  return new PrismaClient({ adapter: oneAtATime(adapter), errorFormat: "minimal" });
}

/**
 * Runs `work` in one transaction; repositories built on what it is given take part in it. Nothing else may be
 * asked of `db` meanwhile: on SQLite it would wait for the end of this very transaction.
 */
export function inTransaction<T>(db: Db, work: (tx: Queryable) => Promise<T>): Promise<T> {
  return db.$transaction((tx) =>
    work(Object.assign(tx, { engine: db.engine, schema: db.schema }) as unknown as Queryable),
  );
}

/**
 * A filter for text that contains `text`, whatever its case. SQLite compares ASCII that way by itself and knows no
 * `mode`; Postgres needs to be told.
 */
export function containsText(db: Queryable, text: string): { contains: string } {
  return db.engine === "postgres"
    ? ({ contains: text, mode: "insensitive" } as { contains: string })
    : { contains: text };
}

/** Readers beside one writer (WAL), and a commit that survives a power cut (FULL), as on Postgres. */
async function prepareSqlite(db: Db, { readOnly }: ConnectOptions) {
  // Reads the file's head, as the first of the statements below does.
  if (readOnly) return void (await db.$queryRawUnsafe("PRAGMA schema_version"));
  await db.$queryRawUnsafe("PRAGMA journal_mode = WAL");
  await db.$queryRawUnsafe("PRAGMA synchronous = FULL");
  await db.$queryRawUnsafe("PRAGMA foreign_keys = ON");
}
