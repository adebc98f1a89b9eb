import { defineConfig } from "prisma/config";
import { parseDatabaseUrl } from "./app/platform/db/database-url";
import { databaseEnvironment, provideDatabaseUrl } from "./app/platform/env.server";
import { postgresMigrateAdapter } from "./prisma/postgres-migrate-adapter";
import { sqliteMigrateAdapter } from "./prisma/sqlite-migrate-adapter";

// Which schema, which migrations and which driver: DATABASE_URL alone decides. A fresh clone has none, and
// `prisma generate` needs no database, only a value to read.
const { databaseUrl, directUrl, shadowDatabaseUrl } = databaseEnvironment("file:./prisma/dev.sqlite");
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
