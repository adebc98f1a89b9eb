/** The migrations one at a time, as `prisma migrate deploy` applies them, without the seconds that starting it takes. */
import { createHash, randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { parseDatabaseUrl, type Engine } from "~/platform/db/database-url";
import { AFTER_STATEMENT, postgresMigrateAdapter } from "../../prisma/postgres-migrate-adapter";
import { sqliteMigrateAdapter } from "../../prisma/sqlite-migrate-adapter";

const FOLDERS = { postgres: "prisma/migrations", sqlite: "prisma/migrations-sqlite" };

export function migrationNames(engine: Engine): string[] {
  return readdirSync(FOLDERS[engine])
    .filter((name) => /^\d{14}_/.test(name))
    .sort();
}

export function migrationSql(engine: Engine, name: string): string {
  return readFileSync(`${FOLDERS[engine]}/${name}/migration.sql`, "utf8");
}

/** A script's statements, each with the comments before it; no literal of ours has a semicolon at the end of a line. */
export function statementsOf(script: string): string[] {
  return script.split(AFTER_STATEMENT).filter((part) => part.replace(/^\s*--.*$/gm, "").trim());
}

/** Every migration, in order, on an empty database; an SQLite file is made. */
export async function applyMigrations(url: string): Promise<void> {
  for (const name of migrationNames(parseDatabaseUrl(url).engine)) await applyMigration(url, name);
}

/**
 * Runs the script through the adapter that the Prisma CLI is given (prisma.config.ts), between the two entries that the CLI
 * makes in its log. Rejects as the script does, and then leaves the first entry: a migration that failed.
 */
export async function applyMigration(url: string, name: string, script?: string): Promise<void> {
  const address = parseDatabaseUrl(url);
  const { engine } = address;
  const factory =
    address.engine === "sqlite" ? sqliteMigrateAdapter(address.file) : postgresMigrateAdapter(address.url);
  const adapter = await factory.connect();
  const sql = script ?? migrationSql(engine, name);
  const checksum = createHash("sha256").update(sql).digest("hex");
  try {
    await adapter.executeScript(LOG[engine]);
    await adapter.executeScript(
      `INSERT INTO "_prisma_migrations" ("id", "checksum", "migration_name") VALUES ('${randomUUID()}', '${checksum}', '${name}')`,
    );
    await adapter.executeScript(sql);
    await adapter.executeScript(
      `UPDATE "_prisma_migrations" SET "finished_at" = CURRENT_TIMESTAMP, "applied_steps_count" = 1
       WHERE "migration_name" = '${name}' AND "finished_at" IS NULL AND "rolled_back_at" IS NULL`,
    );
  } finally {
    await adapter.dispose();
  }
}

/** The CLI's own table, as its engine (6.19) makes it. */
const LOG: Record<Engine, string> = {
  postgres: `CREATE TABLE IF NOT EXISTS "_prisma_migrations" ("id" VARCHAR(36) PRIMARY KEY NOT NULL, "checksum" VARCHAR(64) NOT NULL, "finished_at" TIMESTAMPTZ, "migration_name" VARCHAR(255) NOT NULL, "logs" TEXT, "rolled_back_at" TIMESTAMPTZ, "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(), "applied_steps_count" INTEGER NOT NULL DEFAULT 0)`,
  sqlite: `CREATE TABLE IF NOT EXISTS "_prisma_migrations" ("id" TEXT PRIMARY KEY NOT NULL, "checksum" TEXT NOT NULL, "finished_at" DATETIME, "migration_name" TEXT NOT NULL, "logs" TEXT, "rolled_back_at" DATETIME, "started_at" DATETIME NOT NULL DEFAULT current_timestamp, "applied_steps_count" INTEGER UNSIGNED NOT NULL DEFAULT 0)`,
};
