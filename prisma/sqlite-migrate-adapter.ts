/**
 * PrismaBetterSQLite3, mended for Prisma's JavaScript schema engine (6.19). Used by prisma.config.ts only.
 * 1. A migration file is one transaction: the adapter runs its statements one by one, and a kill would leave some.
 * 2. The engine sends whole files to a shadow database as one statement; the driver prepares only single ones.
 * 3. The engine reports most errors of SQLite as "External error", without their cause.
 */
import { PrismaBetterSQLite3 } from "@prisma/adapter-better-sqlite3";
import {
  DriverAdapterError,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from "@prisma/driver-adapter-utils";
import { assertSqliteDriverFits } from "../app/platform/db/sqlite-driver.server";
import { withLineFeeds } from "./line-ends";

export function sqliteMigrateAdapter(file: string): SqlMigrationAwareDriverAdapterFactory {
  assertSqliteDriverFits();
  const factory = new PrismaBetterSQLite3({ url: `file:${file}` });
  return {
    provider: "sqlite",
    adapterName: factory.adapterName,
    connect: async () => mend(await factory.connect()),
    connectToShadowDb: async () => mend(await factory.connectToShadowDb()),
  };
}

function mend(adapter: SqlDriverAdapter): SqlDriverAdapter {
  const execute = adapter.executeScript.bind(adapter);
  adapter.executeScript = async (file) => {
    const script = withLineFeeds(file);
    // SQLite ignores this pragma inside a transaction, so what a table's rebuild says of it is said outside.
    const rebuilds = /PRAGMA foreign_keys\s*=\s*OFF/i.test(script);
    if (rebuilds) await execute("PRAGMA foreign_keys = OFF");
    try {
      await execute(`BEGIN;\n${script}\n;COMMIT`);
    } catch (error) {
      await execute("ROLLBACK").catch(() => undefined);
      throw inEngineForm(error);
    } finally {
      if (rebuilds) await execute("PRAGMA foreign_keys = ON");
    }
  };
  const executeRaw = adapter.executeRaw.bind(adapter);
  adapter.executeRaw = async (query) => {
    if (query.args.length || !/;\s*\S/.test(query.sql)) return executeRaw(query);
    await adapter.executeScript(query.sql);
    return 0;
  };
  return adapter;
}

type DriverError = Error & { code: string };

/** Errors that the adapter knows are in the engine's form already. */
function inEngineForm(error: unknown): unknown {
  if (!(error instanceof Error && error.name === "SqliteError")) return error;
  const { code, message } = error as DriverError;
  return new DriverAdapterError({
    kind: "sqlite",
    extendedCode: 1,
    message,
    originalCode: code,
    originalMessage: message,
  });
}
