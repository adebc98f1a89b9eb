/**
 * Each migration with big tables and a writer beside it, applied by the command of the runbook: how long the writer waits at
 * worst. The writer is an open loop: what is due during a stall feels it.
 */
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { connectDatabase } from "~/platform/db/client.server";
import { childEnvironment } from "~/platform/env.server";
import { administer, databaseUrl } from "../support/postgres";
import { insertSql, tablesOf, type MadeRows } from "../support/made-rows";
import { migrationNames } from "../support/migrations";
import type { BenchDatabases } from "./databases";
import { goal } from "./webhooks/goal";

const RATE = 200;
const DATABASE = "bench_migrations";

/**
 * @param aloneMs  how long the writer is alone before each migration: what this machine does to it without one
 * @param measured how many migrations, from the last one back; those before are applied at once
 */
export async function benchMigrations(
  databases: BenchDatabases,
  { rows, aloneMs, measured }: { rows: number; aloneMs: number; measured: number },
) {
  const { server, folder } = databases;
  await administer(server, `DROP DATABASE IF EXISTS ${DATABASE} WITH (FORCE)`, `CREATE DATABASE ${DATABASE}`);
  const url = databaseUrl(server, DATABASE);
  const names = migrationNames("postgres");
  const project = projectOf(folder);
  console.log(
    `\nMigrations beside a writer at ${RATE}/s, ${rows.toLocaleString("en-US")} rows per big table`,
  );
  const filled = new Set<string>();
  const worst = { ms: 0, lockMs: 0 };
  for (const [i, name] of names.entries()) {
    if (i >= names.length - measured) await fill(url, rows, filled);
    cpSync(join("prisma/migrations", name), join(project, "prisma/migrations", name), { recursive: true });
    if (i < names.length - measured) {
      if (i === names.length - measured - 1) await deploy(project, url);
      continue;
    }
    const writer = await startWriter(url, [...filled]);
    await sleep(aloneMs);
    const alone = writer.waits();
    await deploy(project, url);
    const beside = writer.waits();
    await writer.stop();
    worst.ms = Math.max(worst.ms, beside.worst.ms);
    worst.lockMs = Math.max(worst.lockMs, beside.worstLock.ms);
    // A write that fails waits for nothing: its figure would be the best of all.
    const failed = alone.failed + beside.failed;
    if (failed) throw new Error(`Beside ${name}, ${failed} writes failed: ${beside.error}`);
    console.log(
      `  ${name.padEnd(58)} worst ${ms(beside.worst)}, for a lock ${ms(beside.worstLock)}   alone ${ms(alone.worst)}`,
    );
  }
  goal("worst stall of the writer over all migrations", worst.ms, "≤", 50, " ms");
  goal("of which for a lock", worst.lockMs, "≤", 50, " ms");
  await administer(server, `DROP DATABASE ${DATABASE} WITH (FORCE)`);
}

const ms = (wait: Wait) => `${wait.ms.toFixed(1).padStart(7)} ms (${wait.table})`;

/** A folder from which `npm run prisma:migrate` sees only the migrations that are put there. */
function projectOf(folder: string): string {
  const project = mkdtempSync(join(folder, "project-"));
  for (const path of ["prisma.config.ts", "package.json", "tsconfig.json"]) cpSync(path, join(project, path));
  mkdirSync(join(project, "prisma/migrations"), { recursive: true });
  cpSync("prisma/migrations/migration_lock.toml", join(project, "prisma/migrations/migration_lock.toml"));
  for (const file of [
    "schema.prisma",
    "postgres-migrate-adapter.ts",
    "sqlite-migrate-adapter.ts",
    "cli-database.ts",
    "line-ends.ts",
    "sqlite-file.ts",
    "unref-timers.ts",
  ])
    cpSync(join("prisma", file), join(project, "prisma", file));
  for (const path of ["app", "node_modules"]) symlinkSync(resolve(path), join(project, path));
  return project;
}

function deploy(project: string, url: string): Promise<void> {
  const child = spawn("npm", ["run", "-s", "prisma:migrate"], {
    cwd: project,
    env: childEnvironment({ DATABASE_URL: url, DIRECT_URL: "", PRISMA_HIDE_UPDATE_MESSAGE: "1" }),
    stdio: ["ignore", "ignore", "inherit"],
  });
  return new Promise((done, failed) =>
    child.once("exit", (code) =>
      code === 0 ? done() : failed(new Error(`prisma:migrate ended with ${code}.`)),
    ),
  );
}

/** Tables that came with the last migration; a tenth as many stores, and what hangs on a store as a whole in proportion. */
async function fill(url: string, rows: number, filled: Set<string>) {
  const stores = rows / 10;
  const made: MadeRows = {
    ...{ mark: "old", stores },
    rows: (model) => (model === "StoreSettings" ? stores : model === "StoreSecret" ? 2 * stores : rows),
  };
  const db = await connectDatabase(url, { maxConnections: 1 });
  // Foreign keys hold by construction; looking each of millions up would take minutes.
  await db.$executeRawUnsafe("SET session_replication_role = replica");
  for (const table of await tablesOf(db)) {
    if (filled.has(table.model.name)) continue;
    await db.$executeRawUnsafe(insertSql("postgres", table, made));
    filled.add(table.model.name);
  }
  await db.$executeRawUnsafe("VACUUM ANALYZE");
  await db.$executeRawUnsafe("CHECKPOINT");
  await db.$disconnect();
}

type Wait = { ms: number; table: string };

/** Updates a row of each table in turn, as the app would, each at its due time and on a connection of its own. */
async function startWriter(url: string, tables: string[]) {
  const pool = new pg.Pool({ connectionString: url, max: 100 });
  pool.on("error", () => undefined);
  // Connected beforehand: a new connection's milliseconds are not the migration's.
  const ready = await Promise.all(Array.from({ length: 40 }, () => pool.connect()));
  for (const client of ready) client.release();

  let worst: Wait = { ms: 0, table: "-" };
  let worstLock: Wait = { ms: 0, table: "-" };
  let failed = 0;
  let error = "";
  let open = 0;
  const startAt = performance.now();
  let n = 0;
  const write = async (i: number, dueAt: number) => {
    const table = tables[i % tables.length]!;
    open += 1;
    try {
      await pool.query(`UPDATE "${table}" SET "updatedAt" = now() WHERE "id" = $1`, [
        `old${table}${1 + (i % 1_000)}`,
      ]);
    } catch (problem) {
      failed += 1;
      error = String(problem);
    }
    open -= 1;
    const waited = performance.now() - dueAt;
    if (waited > worst.ms) worst = { ms: waited, table };
  };
  const timer = setInterval(() => {
    for (; n < ((performance.now() - startAt) * RATE) / 1000; n++) void write(n, startAt + (n * 1000) / RATE);
  }, 1);

  // What is due to the migration alone, on a machine that is busy with other things too.
  let watching = true;
  const watcher = (async () => {
    while (watching) {
      const { rows } = await pool.query<Wait>(
        `SELECT extract(epoch FROM clock_timestamp() - query_start)::float * 1000 AS ms, split_part(query, '"', 2) AS table
         FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'UPDATE "%' AND datname = current_database()`,
      );
      for (const wait of rows) if (wait.ms > worstLock.ms) worstLock = wait;
      await sleep(4);
    }
  })();

  return {
    /** Since it was last asked */
    waits: () => {
      const result = { worst, worstLock, failed, error };
      [worst, worstLock, failed] = [{ ms: 0, table: "-" }, { ms: 0, table: "-" }, 0];
      return result;
    },
    stop: async () => {
      clearInterval(timer);
      watching = false;
      await watcher;
      while (open) await sleep(20);
      await pool.end();
    },
  };
}
