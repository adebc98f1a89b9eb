import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import { DueRepository } from "~/features/connections/due.repository.server";
import { WebhookInboxRepository } from "~/features/webhooks/webhook-inbox.repository.server";
import { connectDatabase, type Db } from "~/platform/db/client.server";
import { migrationState } from "~/platform/db/migration-state.server";
import { childEnvironment } from "~/platform/env.server";
import { isConcurrent, splitScript } from "../../prisma/postgres-migrate-adapter";
import { markRolledBack } from "../../prisma/resolve";
import { catalogueOf } from "../support/catalogue";
import { createTestDatabase } from "../support/databases";
import { administer, databaseUrl } from "../support/global-setup";
import { insertSql, tablesOf, type MadeRows, type Table } from "../support/made-rows";
import { applyMigration, migrationNames, migrationSql, statementsOf } from "../support/migrations";

vi.setConfig({ testTimeout: 120_000 });

const MIGRATIONS = migrationNames("postgres");
const run = `drill_${randomBytes(4).toString("hex")}`;
/** The database at which the first `n` migrations have been applied, with rows in every table */
const stateAfter = (n: number) => `${run}_state_${n}`;
const server = () => inject("postgresUrl");
const created: string[] = [];

const MADE: MadeRows = { mark: "old", stores: 4, rows: (model) => (model === "StoreSettings" ? 4 : 8) };
/** What a migration fills in where it was empty; nothing else that was there may change. */
const BACKFILLED = ["WebhookEvent.nextAttemptAt"];

beforeAll(async () => {
  const bare = await create(`${run}_bare`);
  for (const [i, name] of MIGRATIONS.entries()) {
    await applyMigration(bare, name);
    if (i === MIGRATIONS.length - 1) continue;
    await using(await create(stateAfter(i + 1), `${run}_bare`), fill);
  }
});
afterAll(() =>
  administer(server(), ...created.map((name) => `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)),
);

async function create(name: string, template = "template1"): Promise<string> {
  await administer(server(), `CREATE DATABASE ${name} TEMPLATE ${template}`);
  created.push(name);
  return databaseUrl(server(), name);
}

let copies = 0;
const copyOf = (state: number) => create(`${run}_copy_${copies++}`, stateAfter(state));

async function using<T>(url: string, work: (db: Db) => Promise<T>): Promise<T> {
  const db = await connectDatabase(url, { maxConnections: 2 });
  try {
    return await work(db);
  } finally {
    await db.$disconnect();
  }
}

async function fill(db: Db) {
  for (const table of await tablesOf(db)) await db.$executeRawUnsafe(insertSql(db.engine, table, MADE));
}

/** Every value of these columns as text, what is filled in later aside. */
async function contents(db: Db, tables: Table[]): Promise<Record<string, object[]>> {
  const all: Record<string, object[]> = {};
  for (const { model, columns } of tables) {
    const kept = columns.filter((column) => !BACKFILLED.includes(`${model.name}.${column}`));
    const list = kept.map((column) => `CAST("${column}" AS TEXT) AS "${column}"`).join(", ");
    all[model.name] = await db.$queryRawUnsafe<object[]>(
      `SELECT ${list} FROM "${model.name}" WHERE "id" LIKE 'old%' ORDER BY "id"`,
    );
  }
  return all;
}

/** Through today's client, which knows every column's type, and fails at a value that it cannot take. */
async function readByToday(db: Db, tables: Table[], mark: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { model } of tables) {
    const delegate = (db as unknown as Record<string, { findMany: (query: object) => Promise<object[]> }>)[
      model.name[0]!.toLowerCase() + model.name.slice(1)
    ]!;
    const rows = await delegate.findMany({ where: { id: { startsWith: mark } } });
    counts[model.name] = rows.length;
  }
  return counts;
}

const expectedCounts = (tables: Table[]) =>
  Object.fromEntries(
    tables.map(({ model }) => [model.name, model.name === "Store" ? MADE.stores : MADE.rows(model.name)]),
  );

describe("from every state of the past", () => {
  const states = MIGRATIONS.slice(0, -1).map((name, i) => [i + 1, name] as const);

  it.each(states)("rows after %i migrations (%s) come to the last one unharmed", async (state) => {
    const url = await copyOf(state);
    const tables = await using(url, tablesOf);
    const before = await using(url, (db) => contents(db, tables));
    for (const name of MIGRATIONS.slice(state)) await applyMigration(url, name);
    await using(url, async (db) => {
      expect(await contents(db, tables)).toEqual(before);
      expect(await readByToday(db, tables, "old")).toEqual(expectedCounts(tables));
      expect(await migrationState(db)).toEqual({ state: "current" });
      expect(await catalogueOf(db)).toEqual(await headCatalogue());

      // The release of that time may still run beside the new schema: its inserts work, and today's code reads them.
      for (const table of tables)
        await db.$executeRawUnsafe(insertSql("postgres", table, { ...MADE, mark: "late" }));
      expect(await readByToday(db, tables, "late")).toEqual(expectedCounts(tables));
    });
  });

  it("what waited then is worked on now: connections are due for a test, deliveries have their turn", async () => {
    const url = await copyOf(5);
    for (const name of MIGRATIONS.slice(5)) await applyMigration(url, name);
    await using(url, async (db) => {
      const now = new Date(Date.now() + 60_000);
      const waiting = await db.webhookEvent.count({ where: { status: "RECEIVED" } });
      const lease = { leaseToken: "drill", leaseMs: 10_000, now };
      expect(await new WebhookInboxRepository(db).claim(50, lease)).toHaveLength(waiting);
      expect(waiting).toBeGreaterThan(0);
      expect(await new DueRepository(db).listTests(now, 100)).toHaveLength(await db.storeSecret.count());
    });
  });

  it.each(migrationNames("sqlite").map((name, i) => [i + 1, name] as const))(
    "on SQLite too: rows after %i migrations (%s)",
    async (state) => {
      const folder = mkdtempSync(join(tmpdir(), "backroom-drill-"));
      const url = `file:${join(folder, "drill.sqlite")}`;
      const names = migrationNames("sqlite");
      for (const name of names.slice(0, state)) await applyMigration(url, name);
      const tables = await using(url, tablesOf);
      await using(url, fill);
      const before = await using(url, (db) => contents(db, tables));
      for (const name of names.slice(state)) await applyMigration(url, name);
      await using(url, async (db) => {
        expect(await contents(db, tables)).toEqual(before);
        expect(await readByToday(db, tables, "old")).toEqual(expectedCounts(tables));
        expect(await migrationState(db)).toEqual({ state: "current" });
        for (const table of tables)
          await db.$executeRawUnsafe(insertSql("sqlite", table, { ...MADE, mark: "late" }));
        expect(await readByToday(db, tables, "late")).toEqual(expectedCounts(tables));
      });
      rmSync(folder, { recursive: true, force: true });
    },
  );
});

let head: Promise<string[]> | undefined;
/** Of a database that the Prisma CLI has migrated in one go (the template of the test run). */
function headCatalogue(): Promise<string[]> {
  head ??= createTestDatabase("postgres").then(async ({ url, drop }) => {
    const catalogue = await using(url, catalogueOf);
    await drop();
    return catalogue;
  });
  return head;
}

/** As an error of the statement, or as a connection that is cut while the statement runs. */
const FAULTS = ["SELECT 1/0;", "SELECT pg_terminate_backend(pg_backend_pid());"];

/** The script with a fault in front of statement `at`, or behind the last. */
function withFault(script: string, at: number): string {
  const statements = statementsOf(script);
  return statements.toSpliced(at, 0, FAULTS[at % FAULTS.length]!).join("\n");
}

async function startBefore(migration: string): Promise<string> {
  const i = MIGRATIONS.indexOf(migration);
  return i === 0 ? create(`${run}_empty`) : copyOf(i);
}

/** What the runbook says, without the seconds that its two commands take to start; the last test here runs them. */
async function recover(url: string, migration: string) {
  await using(url, (db) => markRolledBack(db, migration));
  await toHead(url, migration);
}

async function toHead(url: string, from: string) {
  for (const name of MIGRATIONS.slice(MIGRATIONS.indexOf(from))) await applyMigration(url, name);
}

describe("a migration that fails at any of its statements", () => {
  const scripts = MIGRATIONS.map((name) => [name, migrationSql("postgres", name)] as const);
  const whole = scripts.filter(([, script]) => !isConcurrent(script));
  const concurrent = scripts.filter(([, script]) => isConcurrent(script));

  it.each(whole)("%s leaves nothing of itself behind, and runs once it is resolved", async (name, script) => {
    const url = await startBefore(name);
    await using(url, async (db) => {
      const tables = await tablesOf(db);
      const before = { catalogue: await catalogueOf(db), contents: await contents(db, tables) };
      for (let at = 0; at <= statementsOf(script).length; at++) {
        await expect(applyMigration(url, name, withFault(script, at)), `statement ${at}`).rejects.toThrow();
        expect(await migrationState(db)).toMatchObject({ state: "failed", names: [name] });
        expect(await catalogueOf(db), `statement ${at}`).toEqual(before.catalogue);
        await markRolledBack(db, name);
      }
      expect(await contents(db, tables)).toEqual(before.contents);
      await toHead(url, name);
      expect(await contents(db, tables)).toEqual(before.contents);
      expect(await catalogueOf(db)).toEqual(await headCatalogue());
    });
  });

  it.each(concurrent)("%s, which has no transaction, is finished by the next run", async (name, script) => {
    for (let at = 0; at <= statementsOf(script).length; at++) {
      const url = await startBefore(name);
      await expect(applyMigration(url, name, withFault(script, at)), `statement ${at}`).rejects.toThrow();
      await recover(url, name);
      expect(await using(url, catalogueOf), `statement ${at}`).toEqual(await headCatalogue());
    }
  });

  it.each(concurrent)(
    "%s, held up by a lock in each build, leaves an INVALID index for the next run",
    async (name, script) => {
      const statements = splitScript(script);
      const settings = statements.filter((statement) => statement.startsWith("SET "));
      for (const [at, statement] of statements.entries()) {
        const [, index] = /INDEX CONCURRENTLY IF (?:NOT )?EXISTS "(\w+)"/.exec(statement) ?? [];
        if (!index) continue;
        const url = await startBefore(name);
        const tables = await using(url, tablesOf);
        const before = await using(url, (db) => contents(db, tables));
        await applyMigration(url, name, statements.slice(0, at).join(";\n"));
        const found = (await using(url, catalogueOf)).find((line) => line.includes(` "${index}" `));
        // Dropped before it is built: there is nothing that could be waited for.
        if (statement.startsWith("DROP") && !found) continue;

        const table = (/ ON "(\w+)"/.exec(statement) ?? / ON public\."(\w+)"/.exec(found ?? ""))![1]!;
        const holding = await hold(url, table);
        await using(
          url,
          (db) => db.$executeRaw`DELETE FROM "_prisma_migrations" WHERE "migration_name" = ${name}`,
        );
        const hurried = [...settings, "SET lock_timeout = '100ms'", statement].join(";\n");
        await expect(applyMigration(url, name, hurried), statement).rejects.toThrow(/lock timeout/);
        await holding.release();
        const broken = (await using(url, catalogueOf)).filter((line) => line.endsWith("INVALID"));
        expect(broken, statement).toEqual([expect.stringContaining(` "${index}" `)]);

        await recover(url, name);
        await using(url, async (db) => {
          expect(await catalogueOf(db), statement).toEqual(await headCatalogue());
          expect(await contents(db, tables)).toEqual(before);
        });
      }
    },
  );

  it("is recovered by the commands of the runbook: a lock that was held, and an object that was there", async () => {
    const [locked, conflicting] = ["20251006121500_add_retention_indexes", "20261123140000_add_inbox_leases"];
    const url = await copyOf(MIGRATIONS.indexOf(locked));
    const tables = await using(url, tablesOf);
    const before = await using(url, (db) => contents(db, tables));
    const holding = await hold(url, "ConnectionEvent");
    expect(shell(url, "npm run -s prisma:migrate").output).toContain(locked);
    await holding.release();
    await administer(url, `ALTER TABLE "Store" ADD COLUMN "shopUpdatedAt" TIMESTAMP(3)`);

    const again = shell(url, commands(locked));
    expect(again.status).not.toBe(0);
    expect(again.output).toContain(conflicting);
    // How the runbook finds the cause
    expect(shell(url, "npx prisma migrate status").output).toMatch(new RegExp(`failed[^]*${conflicting}`));
    const [entry] = await using(
      url,
      (db) => db.$queryRaw<{ logs: string }[]>`
        SELECT "migration_name", "started_at", "logs" FROM "_prisma_migrations" WHERE "finished_at" IS NULL AND "rolled_back_at" IS NULL`,
    );
    expect(entry?.logs).toMatch(/column "shopUpdatedAt" of relation "Store" already exists/);
    await administer(url, `ALTER TABLE "Store" DROP COLUMN "shopUpdatedAt"`);

    expect(shell(url, commands(conflicting))).toMatchObject({ status: 0 });
    await using(url, async (db) => {
      expect(await migrationState(db)).toEqual({ state: "current" });
      expect(await catalogueOf(db)).toEqual(await headCatalogue());
      expect(await contents(db, tables)).toEqual(before);
    });
  });
});

const commands = (migration: string) =>
  `npm run prisma:resolve -- --rolled-back ${migration} && npm run prisma:migrate`;

function shell(url: string, command: string) {
  const { status, stdout, stderr } = spawnSync(command, {
    env: childEnvironment({ DATABASE_URL: url, DIRECT_URL: "", PRISMA_HIDE_UPDATE_MESSAGE: "1" }),
    shell: true,
    encoding: "utf8",
  });
  return { status, output: stdout + stderr };
}

/** A transaction of somebody else that has written to the table, and does not end. */
async function hold(url: string, table: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`BEGIN; UPDATE "${table}" SET "updatedAt" = "updatedAt"`);
  return { release: () => client.end() };
}
