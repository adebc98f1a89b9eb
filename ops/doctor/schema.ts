/** Whether the database has the schema of this build, and the migrations are those that were applied. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Db } from "~/platform/db/client.server";
import { migrationState, readLog } from "~/platform/db/migration-state.server";
import { queryRows } from "~/platform/db/raw.server";
import type { DatabaseCheck } from "./context";
import { few, found, type Found, verb } from "./finding";

const STATES = {
  pending: ["mend", "MIGRATIONS_PENDING"],
  failed: ["mend", "MIGRATION_FAILED"],
  ahead: ["note", "MIGRATIONS_AHEAD"],
} as const;

export const schema: DatabaseCheck = async (db, { host }) => {
  const state = await migrationState(db, host.folder);
  const findings: Found[] = [];
  if (state.state !== "current") {
    const [level, code] = STATES[state.state];
    findings.push(found(level, code, state.message));
  }
  findings.push(...(await changedMigrations(db, host.folder)));
  // What is missing because a migration is, was told above.
  if (db.engine === "postgres" && (state.state === "current" || state.state === "ahead"))
    findings.push(...(await drift(db)), ...(await invalidIndexes(db)));
  return findings;
};

async function changedMigrations(db: Db, folder: string): Promise<Found[]> {
  if (!(await readLog(db)).length) return [];
  const applied = await queryRows<{ name: string; checksum: string }>(
    db,
    `SELECT "migration_name" AS "name", "checksum" FROM "_prisma_migrations"
     WHERE "finished_at" IS NOT NULL AND "rolled_back_at" IS NULL ORDER BY 1`,
    [],
  );
  const place = db.engine === "sqlite" ? "prisma/migrations-sqlite" : "prisma/migrations";
  const changed: string[] = [];
  const lineEnds: string[] = [];
  for (const { name, checksum } of applied) {
    const text = await readFile(join(folder, place, name, "migration.sql"), "utf8").catch(() => undefined);
    if (text === undefined || checksum === sha256(text)) continue;
    const unix = text.replaceAll("\r\n", "\n");
    const isSame = [unix, unix.replaceAll("\n", "\r\n")].some((other) => sha256(other) === checksum);
    (isSame ? lineEnds : changed).push(name);
  }
  return [
    ...(changed.length
      ? [
          found(
            "warning",
            "MIGRATION_CHANGED",
            `${few(changed)} ${verb(changed.length, "was", "were")} edited after being applied: other databases get another schema than this one.`,
            "Take the edit back, and put what it should do into a new migration.",
          ),
        ]
      : []),
    ...(lineEnds.length
      ? [
          found(
            "warning",
            "MIGRATION_LINE_ENDS",
            `${few(lineEnds)} ${verb(lineEnds.length, "has", "have")} other line ends here than when applied, which Prisma takes for an edit.`,
            "Check out with LF: git config core.autocrlf input, and check the files out again.",
          ),
        ]
      : []),
  ];
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Columns that the migrations made and something else took away. SQLite's are what its migration state is told by. */
async function drift(db: Db): Promise<Found[]> {
  const { Prisma } = await import("#prisma/postgres");
  const rows = await queryRows<{ column: string }>(
    db,
    `SELECT c.relname || '.' || a.attname AS "column" FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
       JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = ? AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped`,
    [db.schema],
  );
  const actual = new Set(rows.map(({ column }) => column));
  const missing = Prisma.dmmf.datamodel.models.flatMap((model) =>
    model.fields
      .filter(({ kind }) => kind !== "object")
      .map(({ name }) => `${model.name}.${name}`)
      .filter((column) => !actual.has(column)),
  );
  if (!missing.length) return [];
  return [
    found(
      "mend",
      "SCHEMA_DRIFT",
      `The database lacks ${few(missing)}, though every migration is recorded as applied.`,
      "Restore the newest backup (npm run restore), or add what is missing as the migrations have it.",
    ),
  ];
}

/** CREATE INDEX CONCURRENTLY that failed leaves one that costs writes and serves no query. */
async function invalidIndexes(db: Db): Promise<Found[]> {
  const rows = await queryRows<{ name: string }>(
    db,
    `SELECT c.relname::text AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
       JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ? AND NOT i.indisvalid ORDER BY 1`,
    [db.schema],
  );
  if (!rows.length) return [];
  const names = rows.map(({ name }) => name);
  return [
    found(
      "warning",
      "INDEX_INVALID",
      `${few(names)} ${verb(names.length, "is", "are")} not valid: still being built, or the building failed.`,
      `If it failed: REINDEX INDEX CONCURRENTLY "${names[0]}"`,
    ),
  ];
}
