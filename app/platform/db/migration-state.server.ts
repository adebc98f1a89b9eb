/** Whether a database is at the schema of this build, and the sentence to say when it is not. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Db } from "./client.server";
import { queryRows, tableName } from "./raw.server";

export type MigrationState =
  | { state: "current" }
  /** Tables or migrations are missing; `names` are the first few of them */
  | { state: "pending" | "failed" | "ahead"; names: string[]; message: string };

export type LogRow = { name: string; finished: unknown; rolledBack: unknown };

/**
 * Postgres is judged by its migration log, SQLite by its structure: a laptop's file may have been pushed
 * (`prisma:db-push:sqlite`) and have no log.
 * "ahead" is no fault: migrations are additive, and during a rolling deploy the database moves first. So is what a later
 * build's migration does at this moment, or failed to do: this build misses nothing of it.
 */
export async function migrationState(db: Db, projectFolder = "."): Promise<MigrationState> {
  const log = (await readLog(db)).filter((row) => !row.rolledBack);
  const known = knownMigrations(db, projectFolder);
  const unfinished = log.filter((row) => !row.finished).map((row) => row.name);
  const failed = unfinished.filter((name) => known.includes(name));
  if (failed.length) {
    const fix = `npm run prisma:resolve -- --rolled-back ${failed[0]} && npm run prisma:migrate`;
    const message = `The migration ${failed[0]} is running, or it stopped half-way. Wait for the command that applies it; if that has ended, mend the cause, then: ${fix}`;
    return { state: "failed", names: failed, message };
  }
  return db.engine === "sqlite" ? sqliteState(db, unfinished) : postgresState(log, known);
}

function knownMigrations(db: Db, projectFolder: string): string[] {
  const folder = db.engine === "sqlite" ? "prisma/migrations-sqlite" : "prisma/migrations";
  return readdirSync(join(projectFolder, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

function postgresState(log: LogRow[], known: string[]): MigrationState {
  const applied = new Set(log.filter((row) => row.finished).map((row) => row.name));
  return compare(
    known.filter((name) => !applied.has(name)),
    [...new Set(log.map((row) => row.name))].filter((name) => !known.includes(name)),
    "npm run prisma:migrate",
  );
}

async function sqliteState(db: Db, unfinished: string[]): Promise<MigrationState> {
  const { Prisma } = await import("#prisma/sqlite");
  const expected = Prisma.dmmf.datamodel.models.flatMap((model) =>
    model.fields.filter((field) => field.kind !== "object").map((field) => `${model.name}.${field.name}`),
  );
  const rows = await queryRows<{ column: string }>(
    db,
    `SELECT m.name || '.' || c.name AS "column" FROM sqlite_master m, pragma_table_info(m.name) c
     WHERE m.type = 'table' AND m.name NOT GLOB 'sqlite_*' AND m.name NOT GLOB '_*'`,
    [],
  );
  const actual = new Set(rows.map((row) => row.column));
  return compare(
    expected.filter((column) => !actual.has(column)),
    [...unfinished, ...[...actual].filter((column) => !expected.includes(column))],
    "npm run prisma:migrate (or npm run prisma:db-push:sqlite)",
  );
}

function compare(missing: string[], unknown: string[], fix: string): MigrationState {
  if (missing.length) {
    const message = `The database lacks ${list(missing)}. Bring it up to date with: ${fix}`;
    return { state: "pending", names: missing, message };
  }
  if (unknown.length) {
    const message = `The database is from a newer version of Backroom (it has, or is being given, ${list(unknown)}). It is left as it is; deploy that version to use it fully.`;
    return { state: "ahead", names: unknown, message };
  }
  return { state: "current" };
}

function list(names: string[]): string {
  return names.length > 3 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");
}

/** Prisma's own log; empty when the database has none. */
export async function readLog(db: Db): Promise<LogRow[]> {
  const [found] = await queryRows<{ name: string | null }>(
    db,
    db.engine === "sqlite"
      ? `SELECT name FROM sqlite_master WHERE name = '_prisma_migrations'`
      : `SELECT to_regclass(?)::text AS "name"`,
    db.engine === "sqlite" ? [] : [tableName(db, "_prisma_migrations")],
  );
  if (!found?.name) return [];
  return queryRows<LogRow>(
    db,
    `SELECT "migration_name" AS "name", "finished_at" AS "finished", "rolled_back_at" AS "rolledBack"
     FROM "_prisma_migrations" ORDER BY "started_at"`,
    [],
  );
}
