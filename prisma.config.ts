import { defineConfig } from "prisma/config";
import { parseDatabaseUrl } from "./app/platform/db/database-url";
import { describeDatabaseError } from "./app/platform/db/errors.server";
import { ConfigurationError, processEnvironment, providePrismaEnvironment } from "./app/platform/env.server";
import { assertDeployable, chooseDatabase, seedCommand } from "./prisma/cli-database";
import { postgresMigrateAdapter, SchemaError } from "./prisma/postgres-migrate-adapter";
import { sqliteMigrateAdapter } from "./prisma/sqlite-migrate-adapter";
import { unrefEngineTimers } from "./prisma/unref-timers";

const argv = process.argv.slice(2);
const { databaseUrl, directUrl, shadowDatabaseUrl } = await orSay(() =>
  chooseDatabase(argv, processEnvironment()),
);
const address = parseDatabaseUrl(databaseUrl);
providePrismaEnvironment(databaseUrl);
unrefEngineTimers();

const adapter = async () => {
  if (address.engine === "postgres") {
    const url = directUrl ?? address.url;
    const factory = postgresMigrateAdapter(url, shadowDatabaseUrl);
    return { ...factory, connect: () => orSayWhy(() => factory.connect(), url) };
  }
  await orSay(() => assertDeployable(argv, address.file));
  return sqliteMigrateAdapter(address.file);
};

export default defineConfig({
  experimental: { adapter: true, studio: true },
  engine: "js",
  schema: address.engine === "sqlite" ? "prisma/schema.sqlite.prisma" : "prisma/schema.prisma",
  migrations: {
    path: address.engine === "sqlite" ? "prisma/migrations-sqlite" : "prisma/migrations",
    seed: seedCommand("."),
  },
  adapter,
  studio: { adapter },
});

/** What Prisma would report as a config file that cannot be loaded is one sentence, and the exit code of our own commands. */
async function orSay<T>(work: () => T): Promise<Awaited<T>> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    console.error(error.message);
    process.exit(2);
  }
}

/** As orSay, for a database that cannot be used: Prisma would show a code where the driver knew the cause. */
async function orSayWhy<T>(work: () => Promise<T>, url: string): Promise<T> {
  try {
    return await work();
  } catch (error) {
    console.error(error instanceof SchemaError ? error.message : describeDatabaseError(error, url).message);
    process.exit(1);
  }
}
