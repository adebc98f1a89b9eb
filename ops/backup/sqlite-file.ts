import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import type DatabaseType from "better-sqlite3";
import type { Fingerprints } from "./fingerprint";

export type SqliteDatabase = DatabaseType.Database;

/** The driver that Prisma's adapter brings along; a production install has no other. */
const DRIVER = createRequire(
  createRequire(import.meta.url).resolve("@prisma/adapter-better-sqlite3"),
).resolve("better-sqlite3");
const Database = createRequire(import.meta.url)(DRIVER) as typeof DatabaseType;

export async function withSqlite<T>(file: string, work: (db: SqliteDatabase) => T | Promise<T>): Promise<T> {
  // Not read-only, although it only reads: such a connection leaves the files of a write-ahead log behind.
  const db = new Database(file, { fileMustExist: true, timeout: 10_000 });
  try {
    return await work(db);
  } finally {
    db.close();
  }
}

/**
 * Copies one instant of `from` over `to` with SQLite's online backup: readers and writers of `from` go on, and those of `to`
 * see either what was there or all of the copy. Returns the number of pages; 0 when another process held `to`.
 */
export function copySqlite(from: string, to: string): Promise<number> {
  return new Promise((resolve, reject) => {
    // Without our loaders: it is plain JavaScript, and starts sooner.
    const worker = new Worker(new URL("./sqlite-copy.mjs", import.meta.url), {
      workerData: { driver: DRIVER, from, to },
      execArgv: [],
    });
    worker.once("message", ({ totalPages }: { totalPages: number }) => resolve(totalPages));
    worker.once("error", reject);
    worker.once("exit", () => reject(new Error(`The copy of ${from} ended early.`)));
  });
}

/** Rows at a time between which others get a turn: the lease has to be renewed. */
const TURN_ROWS = 5_000;

/** Of every table, row by row in the order of their ids. */
export async function fingerprintSqlite(db: SqliteDatabase): Promise<Fingerprints> {
  const { createHash } = await import("node:crypto");
  const tables: Fingerprints = {};
  for (const table of listTables(db)) {
    const hash = createHash("sha256");
    const rows = db
      .prepare(`SELECT * FROM ${quoted(table)} ORDER BY rowid`)
      .raw()
      .safeIntegers()
      .iterate();
    let count = 0;
    for (const row of rows) {
      hash.update(`${(row as unknown[]).map(spelled).join(",")}\n`);
      if (++count % TURN_ROWS === 0) await new Promise(setImmediate);
    }
    tables[table] = { rows: count, hash: hash.digest("hex") };
  }
  return tables;
}

export function listTables(db: SqliteDatabase): string[] {
  const names = db
    .prepare(`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*' ORDER BY name`)
    .pluck()
    .all();
  return names as string[];
}

export function hasRows(db: SqliteDatabase, table: string): boolean {
  return db.prepare(`SELECT 1 FROM ${quoted(table)} LIMIT 1`).get() !== undefined;
}

/** The newest migration that is applied; null for a file that was only ever pushed. */
export function newestMigration(db: SqliteDatabase): string | null {
  if (!listTables(db).includes("_prisma_migrations")) return null;
  const newest = db
    .prepare(
      `SELECT max("migration_name") FROM "_prisma_migrations" WHERE "finished_at" IS NOT NULL AND "rolled_back_at" IS NULL`,
    )
    .pluck()
    .get();
  return (newest as string | null) ?? null;
}

export function sqliteVersion(db: SqliteDatabase): string {
  return `SQLite ${db.prepare("SELECT sqlite_version()").pluck().get() as string}`;
}

/** Types apart: 1, "1", x'31' and null are four values. */
function spelled(value: unknown): string {
  if (typeof value === "bigint") return value.toString();
  if (Buffer.isBuffer(value)) return `x'${value.toString("hex")}'`;
  // A float is told from an integer, which is a bigint here.
  return typeof value === "number" ? `${value}f` : JSON.stringify(value);
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
