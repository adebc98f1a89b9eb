/** Whether a database is at the schema of this build, and the sentence to say when it is not. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Db } from "./client.server";

export type MigrationState =
  | { state: "current" }
  /** Tables or migrations are missing; `names` are the first few of them */
  | { state: "pending" | "failed" | "ahead"; names: string[]; message: string };

type LogRow = { name: string; finished: unknown; rolledBack: unknown };

/**
 * Postgres is judged by its migration log, SQLite by its structure: a laptop's file may have been pushed
 * (`prisma:db-push:sqlite`) and have no log.
 * "ahead" is no fault: migrations are additive, and during a rolling deploy the database moves first.
 */
export async function migrationState(db: Db, projectFolder = "."): Promise<MigrationState> {
  const log = await readLog(db);
  const failed = log.filter((row) => !row.finished && !row.rolledBack).map((row) => row.name);
  if (failed.length) {
    const fix = `npm run prisma:resolve -- --rolled-back ${failed[0]} && npm run prisma:migrate`;
    const message = `The migration ${failed[0]} stopped half-way. Mend its cause, then: ${fix}`;
    return { state: "failed", names: failed, message };
  }
  return db.engine === "sqlite" ? sqliteState(db) : postgresState(log, projectFolder);
}

function postgresState(log: LogRow[], projectFolder: string): MigrationState {
  const known = readdirSync(join(projectFolder, "prisma/migrations"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  const applied = new Set(log.filter((row) => row.finished && !row.rolledBack).map((row) => row.name));
  return compare(
    known.filter((name) => !applied.has(name)),
    [...applied].filter((name) => !known.includes(name)),
    "npm run prisma:migrate",
  );
}

async function sqliteState(db: Db): Promise<MigrationState> {
  const { Prisma } = await import("#prisma/sqlite");
  const expected = Prisma.dmmf.datamodel.models.flatMap((model) =>
    model.fields.filter((field) => field.kind !== "object").map((field) => `${model.name}.${field.name}`),
  );
  const rows = await db.$queryRaw<{ column: string }[]>`
    SELECT m.name || '.' || c.name AS "column" FROM sqlite_master m, pragma_table_info(m.name) c
    WHERE m.type = 'table' AND m.name NOT GLOB 'sqlite_*' AND m.name NOT GLOB '_*'`;
  const actual = new Set(rows.map((row) => row.column));
  return compare(
    expected.filter((column) => !actual.has(column)),
    [...actual].filter((column) => !expected.includes(column)),
    "npm run prisma:migrate (or npm run prisma:db-push:sqlite)",
  );
}

function compare(missing: string[], unknown: string[], fix: string): MigrationState {
  if (missing.length) {
    const message = `The database lacks ${list(missing)}. Bring it up to date with: ${fix}`;
    return { state: "pending", names: missing, message };
  }
  if (unknown.length) {
    const message = `The database is from a newer version of Backroom (it has ${list(unknown)}). It is left as it is; deploy that version to use it fully.`;
    return { state: "ahead", names: unknown, message };
  }
  return { state: "current" };
}

function list(names: string[]): string {
  return names.length > 3 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");
}

/** Prisma's own log; empty when the database has none. */
async function readLog(db: Db): Promise<LogRow[]> {
  const [found] =
    db.engine === "sqlite"
      ? await db.$queryRaw<
          { name: string }[]
        >`SELECT name FROM sqlite_master WHERE name = '_prisma_migrations'`
      : await db.$queryRaw<
          { name: string | null }[]
        >`SELECT to_regclass('"_prisma_migrations"')::text AS "name"`;
  if (!found?.name) return [];
  return db.$queryRaw<LogRow[]>`
    SELECT "migration_name" AS "name", "finished_at" AS "finished", "rolled_back_at" AS "rolledBack"
    FROM "_prisma_migrations" ORDER BY "started_at"`;
}
