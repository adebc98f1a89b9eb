// prisma/dev.sqlite: made when it is missing, brought up to date when it is older, put aside when it is not the demo's.
import { readdirSync, renameSync } from "node:fs";
import { createRequire } from "node:module";
import { removeFile, statOf } from "./state.mjs";
import { DemoError } from "./terminal.mjs";

export const DATABASE = "prisma/dev.sqlite";
const BESIDE = ["", "-wal", "-shm", "-journal"];

/** What the file is to us: "missing", "foreign" (other tables, or sealed by a key that we have not), "old" or "current". */
export function databaseState(keyIds) {
  if (!statOf(DATABASE)?.size) return "missing";
  return withDatabase((db) => {
    const tables = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").pluck().all();
    if (!tables.includes("_prisma_migrations")) return tables.length ? "foreign" : "old";
    const applied = db
      .prepare("SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL")
      .pluck()
      .all();
    if (sealingKeys(db, tables).some((id) => !keyIds.includes(id))) return "foreign";
    return migrations().every((name) => applied.includes(name)) ? "current" : "old";
  });
}

/** Whether the demo's store is in the database, which the seed put there. */
export function isSeeded() {
  return withDatabase((db) => db.prepare("SELECT count(*) FROM Store").pluck().get() > 0);
}

/** MCP servers at the local providers' port of the run before are at `port` now. */
export function pointToProviders(before, port) {
  const Database = createRequire(import.meta.url)("better-sqlite3");
  const db = new Database(DATABASE, { timeout: 5_000 });
  const move = `UPDATE StoreSettings SET connectionMetadata = replace(connectionMetadata, ?, ?)`;
  try {
    for (const old of new Set([before, 4003]))
      if (old !== port) db.prepare(move).run(`"http://localhost:${old}/mcp`, `"http://localhost:${port}/mcp`);
  } finally {
    db.close();
  }
}

/** @throws {DemoError} when another process has the database open */
export function assertNotOpen() {
  if (!statOf(DATABASE)?.size) return;
  const Database = createRequire(import.meta.url)("better-sqlite3");
  const db = new Database(DATABASE, { timeout: 200 });
  try {
    db.pragma("locking_mode = EXCLUSIVE");
    db.exec("BEGIN EXCLUSIVE; ROLLBACK");
  } catch (error) {
    if (error.code !== "SQLITE_BUSY") return;
    throw new DemoError(`${DATABASE} is open in another process. Stop that process, then run this again.`);
  } finally {
    db.close();
  }
}

export function deleteDatabase() {
  assertNotOpen();
  for (const suffix of BESIDE) removeFile(DATABASE + suffix);
}

/** Keeps what somebody else made, under another name. @returns that name */
export function putAside() {
  const stamp = new Date().toISOString().replace(/\D/g, "").slice(0, 14);
  const aside = `prisma/dev.before-demo-${stamp}.sqlite`;
  for (const suffix of BESIDE) if (statOf(DATABASE + suffix)) renameSync(DATABASE + suffix, aside + suffix);
  return aside;
}

function migrations() {
  const entries = readdirSync("prisma/migrations-sqlite", { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

/** The ids in the envelopes (`bk1.<key id>.…`) of every column that holds one. */
function sealingKeys(db, tables) {
  const columns = [
    ["StoreSecret", "cipherText"],
    ["Session", "accessToken"],
    ["Store", "accessToken"],
  ].filter(([table]) => tables.includes(table));
  const envelopes = columns.flatMap(([table, column]) =>
    db.prepare(`SELECT "${column}" FROM "${table}" WHERE "${column}" LIKE 'bk1.%'`).pluck().all(),
  );
  return [...new Set(envelopes.map((envelope) => envelope.split(".")[1]))];
}

/** better-sqlite3 is there only after the installation, hence no import at the top. */
function withDatabase(read) {
  const Database = createRequire(import.meta.url)("better-sqlite3");
  const db = new Database(DATABASE, { readonly: true });
  try {
    return read(db);
  } finally {
    db.close();
  }
}
