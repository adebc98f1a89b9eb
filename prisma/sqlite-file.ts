/** An SQLite file as migrations see it: its structure, and the log of what was applied. */
import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import type { SqlDriverAdapter } from "@prisma/driver-adapter-utils";
import { sqliteMigrateAdapter } from "./sqlite-migrate-adapter";

/** Opens the file, which is made if it is not there, as the Prisma CLI does. */
export async function withSqlite<T>(file: string, work: (db: SqlDriverAdapter) => Promise<T>): Promise<T> {
  const db = await sqliteMigrateAdapter(file).connect();
  try {
    return await work(db);
  } finally {
    await db.dispose();
  }
}

/** Whether the file has tables that no migration has made: it was pushed, and `migrate deploy` would fail half-way. */
export async function isPushed(file: string): Promise<boolean> {
  if (!existsSync(file)) return false;
  return withSqlite(
    file,
    async (db) => !(await readLog(db))?.applied.length && (await structureOf(db)).length > 0,
  );
}

/** Columns, indexes, foreign keys, views and triggers, a line each; equal lines are equal structures. */
export async function structureOf(db: SqlDriverAdapter): Promise<string[]> {
  return texts(
    db,
    `WITH t AS (SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*' AND name <> '_prisma_migrations')
     SELECT concat_ws(' ', 'column', t.name, c.name, c.type, c."notnull", c.dflt_value, c.pk) AS line FROM t, pragma_table_info(t.name) c
     UNION ALL
     SELECT concat_ws(' ', 'index', t.name, i.name, i."unique", i.partial,
       (SELECT group_concat(x.name || iif(x."desc", ' DESC', ''), ', ') FROM pragma_index_xinfo(i.name) x WHERE x.key)) FROM t, pragma_index_list(t.name) i
     UNION ALL
     SELECT concat_ws(' ', 'foreign key', t.name, f."table", f.on_update, f.on_delete, group_concat(f."from" || ' ' || f."to", ', '))
       FROM t, pragma_foreign_key_list(t.name) f GROUP BY t.name, f.id
     UNION ALL
     SELECT sql FROM sqlite_schema WHERE type IN ('view', 'trigger')
     ORDER BY line`,
  );
}

/** Undefined where there is no log: a new file, or one that was pushed. */
export async function readLog(db: SqlDriverAdapter): Promise<{ applied: string[] } | undefined> {
  const tables = await texts(db, "SELECT name FROM sqlite_schema WHERE name = '_prisma_migrations'");
  if (!tables.length) return undefined;
  const applied =
    "SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL";
  return { applied: await texts(db, applied) };
}

/**
 * Says of migrations that the file has what they make, as `prisma migrate resolve --applied` does. What failed before has left
 * nothing, since a migration is one transaction.
 */
export async function recordApplied(
  db: SqlDriverAdapter,
  migrations: { name: string; sql: string }[],
): Promise<void> {
  const rows = migrations.map(({ name, sql }) => {
    const checksum = createHash("sha256").update(sql).digest("hex");
    return `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('${randomUUID()}', '${checksum}', '${name}', current_timestamp);`;
  });
  const failed =
    "UPDATE _prisma_migrations SET rolled_back_at = current_timestamp WHERE finished_at IS NULL AND rolled_back_at IS NULL;";
  await db.executeScript([SQLITE_LOG, failed, ...rows].join("\n"));
}

async function texts(db: SqlDriverAdapter, sql: string): Promise<string[]> {
  const { rows } = await db.queryRaw({ sql, args: [], argTypes: [] });
  return rows.map(([text]) => String(text));
}

/** The log as Prisma's engine (6.19) makes it */
const SQLITE_LOG = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" ("id" TEXT PRIMARY KEY NOT NULL, "checksum" TEXT NOT NULL, "finished_at" DATETIME, "migration_name" TEXT NOT NULL, "logs" TEXT, "rolled_back_at" DATETIME, "started_at" DATETIME NOT NULL DEFAULT current_timestamp, "applied_steps_count" INTEGER UNSIGNED NOT NULL DEFAULT 0);`;
