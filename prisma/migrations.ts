/** The folders of migrations, and what the next one would hold. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UsageError, type Io } from "~/platform/command.server";
import type { Engine } from "~/platform/db/database-url";
import type { Source } from "~/platform/env.server";
import { runPrisma } from "./prisma-cli";

const PATHS: Record<Engine, { migrations: string; schema: string }> = {
  postgres: { migrations: "prisma/migrations", schema: "prisma/schema.prisma" },
  sqlite: { migrations: "prisma/migrations-sqlite", schema: "prisma/schema.sqlite.prisma" },
};

/** Migrations could not be compared or applied; `message` says what Prisma said. */
export class MigrationError extends Error {
  readonly name = "MigrationError";
  readonly code = "MIGRATION_FAILED";
}

export type Migration = { name: string; sql: string };

/** In the order in which they are applied. */
export function listMigrations(engine: Engine): Migration[] {
  const { migrations } = PATHS[engine];
  return readdirSync(migrations, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({ name, sql: readFileSync(join(migrations, name, "migration.sql"), "utf8") }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * What the schema has and the migrations have not, as SQL; undefined when that is nothing.
 * @param url where scratch databases may be created; for SQLite any file, which is not opened
 * @throws {MigrationError}
 */
export async function difference(
  engine: Engine,
  url: string,
  given: { env: Source; io: Io },
): Promise<string | undefined> {
  const { migrations, schema } = PATHS[engine];
  const args = ["--from-migrations", migrations, "--to-schema-datamodel", schema, "--script"];
  const { code, stdout, stderr } = await runPrisma(url, ["migrate", "diff", ...args], {
    ...given,
    quiet: true,
  });
  if (code !== 0) throw new MigrationError(`The difference could not be computed:\n${stderr.trim()}`);
  return /^\s*-- This is an empty migration\.\s*$/.test(stdout) ? undefined : stdout;
}

/** @throws {UsageError} */
export function parseName(name: string | undefined): string {
  if (!name || !/^[a-z][a-z0-9_]*$/.test(name)) throw new UsageError("--name must be words_in_snake_case.");
  return name;
}

/** Writes a migration that is dated now. */
export function writeMigration(engine: Engine, name: string, sql: string): Migration & { file: string } {
  const stamp = new Date().toISOString().replace(/\D/g, "").slice(0, 14);
  const dated = `${stamp}_${name}`;
  const file = join(PATHS[engine].migrations, dated, "migration.sql");
  mkdirSync(join(PATHS[engine].migrations, dated));
  writeFileSync(file, sql);
  return { name: dated, sql, file };
}
