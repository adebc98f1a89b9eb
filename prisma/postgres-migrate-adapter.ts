/**
 * PrismaPg, mended for Prisma's JavaScript schema engine (6.19; https://github.com/prisma/orm/issues/27403).
 * Used by prisma.config.ts only: the app's own client talks to PrismaPg as it is.
 */
import { PrismaPg } from "@prisma/adapter-pg";
import {
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
  type SqlQuery,
} from "@prisma/driver-adapter-utils";
import type pg from "pg";
import { parse } from "pg-connection-string";
import { postgresAddress, withHostPlace } from "../app/platform/db/postgres-address";
import { spellingClient, type ClientClass } from "../app/platform/db/postgres-driver.server";
import { quotedName } from "../app/platform/db/postgres-schema";

/** Type OIDs from Postgres' pg_type.dat that the adapter does not know, and what to present instead. */
const OID = { char: 18, name: 19, text: 25, nameArray: 1003, textArray: 1009 } as const;
const PRESENT_AS: Record<number, number> = {
  [OID.char]: OID.text,
  [OID.name]: OID.text,
  [OID.nameArray]: OID.textArray,
};

type Field = { dataTypeID: number };
type WithErrors = { onError(error: unknown): never };
type WithIO = { performIO(query: SqlQuery): Promise<{ fields: Field[] }> };

/**
 * @param url        where migrations run; a direct connection, never PgBouncer
 * @param shadowUrl  an empty database that may be wiped; without it a scratch database is created beside `url`
 */
export function postgresMigrateAdapter(
  url: string,
  shadowUrl?: string,
): SqlMigrationAwareDriverAdapterFactory {
  const { schema } = postgresAddress(url);
  const connect = async (config: pg.PoolConfig) => {
    const ready = { ...config, Client: await spellingClient() };
    const { isDirect } = await provideSchema(ready, schema);
    // The engine does not close the pool: without allowExitOnIdle a command that is done waits 10 s for its idle connection.
    const pool: pg.PoolConfig = { ...ready, max: 1, allowExitOnIdle: true };
    if (isDirect)
      pool.onConnect = async (client) => void (await client.query(`${LEAVE_ROOM}; ${findsIn(schema)}`));
    return mend(await new PrismaPg(pool, { schema }).connect());
  };

  return {
    provider: "postgres",
    adapterName: "@prisma/adapter-pg",
    connect: () => connect({ connectionString: withHostPlace(url) }),
    connectToShadowDb: async () => {
      if (shadowUrl) {
        const shadow = await connect({ connectionString: withHostPlace(shadowUrl) });
        const name = quotedName(schema);
        await shadow.executeScript(`DROP SCHEMA IF EXISTS ${name} CASCADE; CREATE SCHEMA ${name}`);
        return shadow;
      }
      const database = `prisma_migrate_shadow_db_${crypto.randomUUID()}`;
      const main = await connect({ connectionString: withHostPlace(url) });
      await main.executeScript(`CREATE DATABASE "${database}"`);
      // Not by connection string: pg lets the string's database win over `database`.
      const shadow = await connect({ ...(parse(withHostPlace(url)) as pg.PoolConfig), database });
      const closePool = shadow.dispose.bind(shadow);
      shadow.dispose = async () => {
        await closePool();
        await main.executeScript(`DROP DATABASE "${database}"`);
        await main.dispose();
      };
      return shadow;
    },
  };
}

/** An index is built by one process, and not by as many as there are cores: the app needs those, while it runs beside. */
const LEAVE_ROOM = "SET max_parallel_maintenance_workers = 0";

/** Migrations name tables without their schema, and so does the engine its log. */
const findsIn = (schema: string) => `SET search_path = ${quotedName(schema)}`;

type Connected = { pid: number; current: string | null; exists: boolean };

/**
 * Makes the schema where it is missing. Through a pooler no search_path would stay with us, and ours would stay with others:
 * there the connections must have the right one by themselves.
 */
async function provideSchema(
  { Client, ...config }: pg.PoolConfig & { Client: ClientClass },
  schema: string,
): Promise<{ isDirect: boolean }> {
  const client = new Client(config);
  client.on("error", () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<Connected>(
      `SELECT pg_backend_pid() AS pid, current_schema()::text AS current,
         EXISTS (SELECT FROM pg_namespace WHERE nspname = $1) AS "exists"`,
      [schema],
    );
    const { pid, current, exists } = rows[0]!;
    const isDirect = pid === (client as pg.Client & { processID: number | null }).processID;
    if (!isDirect && current !== schema)
      throw new SchemaError(
        `The address leads through a pooler, whose connections find tables in the schema "${current ?? ""}" and not in "${schema}". Set DIRECT_URL to the address of the server itself.`,
      );
    // Asked first: IF NOT EXISTS wants the right to make one even where there is one.
    if (!exists) await client.query(`CREATE SCHEMA IF NOT EXISTS ${quotedName(schema)}`);
    return { isDirect };
  } finally {
    await client.end();
  }
}

/** `message` says what to do. */
export class SchemaError extends Error {
  readonly name = "SchemaError";
  readonly code = "SCHEMA_UNREACHABLE";
}

function mend(adapter: SqlDriverAdapter): SqlDriverAdapter {
  const client = (adapter as unknown as { underlyingDriver(): pg.Pool }).underlyingDriver();
  presentCatalogueTypes(adapter);
  const startTransaction = adapter.startTransaction.bind(adapter);
  adapter.startTransaction = async (isolationLevel) => {
    const transaction = await startTransaction(isolationLevel);
    presentCatalogueTypes(transaction);
    return transaction;
  };
  const withErrors = adapter as unknown as WithErrors;
  adapter.executeScript = async (script) => {
    for (const statement of splitScript(script))
      // In the engine's own form: any other one reaches the migration log as "external error", without a word of its cause.
      await client.query(statement).catch((error: unknown) => withErrors.onError(error));
  };
  // On a shadow database the engine sends whole migration files this way instead.
  const executeRaw = adapter.executeRaw.bind(adapter);
  adapter.executeRaw = async (query) => {
    if (splitScript(query.sql).length === 1) return executeRaw(query);
    await adapter.executeScript(query.sql);
    return 0;
  };
  return adapter;
}

/** Rows of pg_catalog carry `name` and `"char"` columns; without this the engine panics on any non-empty database. */
function presentCatalogueTypes(queryable: Pick<SqlDriverAdapter, "queryRaw">) {
  const io = queryable as unknown as WithIO;
  const performIO = io.performIO.bind(io);
  const queryRaw = queryable.queryRaw.bind(queryable);
  const characterColumns = new WeakMap<SqlQuery, number[]>();

  io.performIO = async (query) => {
    const result = await performIO(query);
    const fields = result.fields ?? [];
    characterColumns.set(
      query,
      fields.flatMap((field, i) => (field.dataTypeID === OID.char ? [i] : [])),
    );
    for (const field of fields) field.dataTypeID = PRESENT_AS[field.dataTypeID] ?? field.dataTypeID;
    return result;
  };
  queryable.queryRaw = async (query) => {
    const result = await queryRaw(query);
    for (const i of characterColumns.get(query) ?? []) result.columnTypes[i] = ColumnTypeEnum.Character;
    return result;
  };
}

/**
 * A script is one query, and so one transaction: it applies whole or not at all. One that goes in steps cannot run in a
 * transaction, so it is sent statement by statement; such migrations write each statement so that it may run twice. (The
 * adapter's own way splits every script at every semicolon, comments and literals included.)
 */
export function splitScript(script: string): string[] {
  if (!goesInSteps(script)) return [script];
  return withoutComments(script)
    .split(AFTER_STATEMENT)
    .map((statement) => statement.trim().replace(/;$/, ""))
    .filter(Boolean);
}

/**
 * Where a semicolon ends a line, and a statement: with no `$$` or pairs of them behind it, since one inside of a DO's body ends
 * none.
 */
export const AFTER_STATEMENT = /(?<=;)[ \t]*(?:\n|$)(?=(?:[^$]*\$\$[^$]*\$\$)*[^$]*$)/;

/** Whether a script builds an index CONCURRENTLY, or writes rows in batches with a COMMIT each; comments do not count. */
export function goesInSteps(script: string): boolean {
  return /\b(CONCURRENTLY|COMMIT)\b/i.test(withoutComments(script));
}

function withoutComments(script: string): string {
  return script.replace(/^\s*--.*$/gm, "");
}
