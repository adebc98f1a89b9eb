import { defineConfig } from "prisma/config";
import { parseDatabaseUrl } from "./app/platform/db/database-url";
import { databaseEnvironment, processEnvironment, provideDatabaseUrl } from "./app/platform/env.server";
import { postgresMigrateAdapter } from "./prisma/postgres-migrate-adapter";
import { sqliteMigrateAdapter } from "./prisma/sqlite-migrate-adapter";
import "./prisma/unref-timers.mjs";

// Which schema, which migrations and which driver: DATABASE_URL alone decides. Commands that open no database do without
// one; every other says that it is missing, rather than migrating a file that nobody asked for.
const needsNoDatabase = ["generate", "validate", "format"].some((command) => process.argv.includes(command));
const { databaseUrl, directUrl, shadowDatabaseUrl } = databaseEnvironment(
  processEnvironment(),
  needsNoDatabase ? "file:./prisma/dev.sqlite" : undefined,
);
const address = parseDatabaseUrl(databaseUrl);
provideDatabaseUrl(databaseUrl);

const adapter = async () =>
  address.engine === "sqlite"
    ? sqliteMigrateAdapter(address.file)
    : postgresMigrateAdapter(directUrl ?? address.url, shadowDatabaseUrl);

export default defineConfig({
  experimental: { adapter: true, studio: true },
  engine: "js",
  schema: address.engine === "sqlite" ? "prisma/schema.sqlite.prisma" : "prisma/schema.prisma",
  migrations: {
    path: address.engine === "sqlite" ? "prisma/migrations-sqlite" : "prisma/migrations",
    seed: "node --import ./prisma/register-ts-loader.mjs prisma/seed.ts",
  },
  adapter,
  studio: { adapter },
});
