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
import { goesInSteps, splitScript } from "../../prisma/postgres-migrate-adapter";
import { markRolledBack } from "../../prisma/resolve";
import { catalogueOf } from "../support/catalogue";
import { createTestDatabase } from "../support/databases";
import { administer, databaseUrl } from "../support/postgres";
import { insertSql, tablesOf, type MadeRows, type Table } from "../support/made-rows";
import { applyMigration, migrationNames, migrationSql, statementsOf } from "../support/migrations";

vi.setConfig({ testTimeout: 120_000 });

const MIGRATIONS = migrationNames("postgres");
const run = `drill_${randomBytes(4).toString("hex")}`;
/** The database at which the first `n` migrations have been applied, with rows in every table; 0 is empty */
const stateAfter = (n: number) => databaseUrl(inject("postgresUrl"), `${run}_state_${n}`);
const LOCKED = "20251006121500_add_retention_indexes";
const created: string[] = [];

const MADE: MadeRows = { mark: "old", stores: 4, rows: (model) => (model === "StoreSettings" ? 4 : 8) };
/** What a migration fills in where it was empty; nothing else that was there may change. */
const BACKFILLED = ["WebhookEvent.nextAttemptAt"];

let head: string[];
let waiting: string;
let byCommand: string;

beforeAll(async () => {
  // Migrated by the Prisma CLI, in one go
  const template = await createTestDatabase("postgres");
  head = await using(template.url, catalogueOf);
  await template.drop();

  const bare = await create("bare");
  for (const [i, name] of MIGRATIONS.entries()) {
    const state = await create(`state_${i}`, "bare");
    await using(state, fill);
    if (i === 5) waiting = await create("waiting", `state_${i}`);
    if (name === LOCKED) byCommand = await create("by_command", `state_${i}`);
    await applyMigration(bare, name);
  }
});
afterAll(async () => {
  for (const name of created)
    await administer(inject("postgresUrl"), `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
});

async function create(name: string, template?: string): Promise<string> {
  const copied = template ? `${run}_${template}` : "template1";
  await administer(inject("postgresUrl"), `CREATE DATABASE ${run}_${name} TEMPLATE ${copied}`);
  created.push(`${run}_${name}`);
  return databaseUrl(inject("postgresUrl"), `${run}_${name}`);
}

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

/** At head, with what was there before; and the release of that time may still run beside the new schema. */
async function expectUnharmed(db: Db, tables: Table[], before: Record<string, object[]>) {
  expect(await migrationState(db)).toEqual({ state: "current" });
  if (db.engine === "postgres") expect(await catalogueOf(db)).toEqual(head);
  expect(await contents(db, tables)).toEqual(before);
  expect(await readByToday(db, tables, "old")).toEqual(expectedCounts(tables));
  for (const table of tables)
    await db.$executeRawUnsafe(insertSql(db.engine, table, { ...MADE, mark: "late" }));
  expect(await readByToday(db, tables, "late")).toEqual(expectedCounts(tables));
}

/** As an error of the statement, or as a connection that is cut while the statement runs. */
const FAULTS = ["SELECT 1/0;", "SELECT pg_terminate_backend(pg_backend_pid());"];

/** The script with a fault in front of statement `at`, or behind the last. */
function withFault(script: string, at: number): string {
  return statementsOf(script)
    .toSpliced(at, 0, FAULTS[at % FAULTS.length]!)
    .join("\n");
}

async function toHead(url: string, from: string) {
  for (const name of MIGRATIONS.slice(MIGRATIONS.indexOf(from))) await applyMigration(url, name);
}

// What the runbook says, without the seconds that its commands take to start: markRolledBack is what prisma:resolve does. The
// last test of this file runs the commands.
describe("a migration of a database with rows in every table", () => {
  const scripts = MIGRATIONS.map((name) => [name, migrationSql("postgres", name)] as const);
  const whole = scripts.filter(([, script]) => !goesInSteps(script));
  const inSteps = scripts.filter(([, script]) => goesInSteps(script));

  it.each(whole)(
    "%s, failed at each of its statements, leaves nothing of itself behind and runs once resolved",
    async (name, script) => {
      const url = stateAfter(MIGRATIONS.indexOf(name));
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
        await expectUnharmed(db, tables, before.contents);
      });
    },
  );

  it.each(inSteps)(
    "%s, failed at each of its statements, is finished by the next run",
    async (name, script) => {
      const url = stateAfter(MIGRATIONS.indexOf(name));
      await using(url, async (db) => {
        const tables = await tablesOf(db);
        const before = { catalogue: await catalogueOf(db), contents: await contents(db, tables) };
        await applyMigration(url, name);
        const after = await catalogueOf(db);
        await undo(db, name, before.catalogue);

        for (let at = 0; at <= statementsOf(script).length; at++) {
          await expect(applyMigration(url, name, withFault(script, at)), `statement ${at}`).rejects.toThrow();
          await markRolledBack(db, name);
          await applyMigration(url, name);
          expect(await catalogueOf(db), `statement ${at}`).toEqual(after);
          await undo(db, name, before.catalogue);
        }

        const statements = splitScript(script);
        for (const [at, statement] of statements.entries()) {
          await applyMigration(url, name, statements.slice(0, at).join(";\n"));
          await db.$executeRaw`DELETE FROM "_prisma_migrations" WHERE "migration_name" = ${name}`;
          const table = tableThatItWaitsFor(statement, await catalogueOf(db));
          if (!table) continue;
          const holding = await hold(url, table);
          const hurried = [...statements.slice(0, 2), "SET lock_timeout = '100ms'", statement].join(";\n");
          await expect(applyMigration(url, name, hurried), statement).rejects.toThrow(/lock timeout/);
          await holding.release();
          expect((await catalogueOf(db)).filter((line) => line.endsWith("INVALID"))).toHaveLength(1);
          await markRolledBack(db, name);
          await applyMigration(url, name);
          expect(await catalogueOf(db), statement).toEqual(after);
          await undo(db, name, before.catalogue);
        }

        await toHead(url, name);
        await expectUnharmed(db, tables, before.contents);
      });
    },
  );

  it("works on what waited then: connections are due for a test, deliveries have their turn", async () => {
    await toHead(waiting, MIGRATIONS[5]!);
    await using(waiting, async (db) => {
      const now = new Date(Date.now() + 60_000);
      const received = await db.webhookEvent.count({ where: { status: "RECEIVED" } });
      const lease = { leaseToken: "drill", leaseMs: 10_000, now };
      expect(await new WebhookInboxRepository(db).claim(50, lease)).toHaveLength(received);
      expect(received).toBeGreaterThan(0);
      expect(await new DueRepository(db).listTests(now, 100)).toHaveLength(await db.storeSecret.count());
    });
  });

  it.each(migrationNames("sqlite").map((name, i) => [name, i + 1] as const))(
    "of SQLite, at %s, comes to the last one unharmed",
    async (_name, state) => {
      const folder = mkdtempSync(join(tmpdir(), "backroom-drill-"));
      const url = `file:${join(folder, "drill.sqlite")}`;
      const names = migrationNames("sqlite");
      for (const name of names.slice(0, state)) await applyMigration(url, name);
      const tables = await using(url, tablesOf);
      await using(url, fill);
      const before = await using(url, (db) => contents(db, tables));
      for (const name of names.slice(state)) await applyMigration(url, name);
      await using(url, (db) => expectUnharmed(db, tables, before));
      rmSync(folder, { recursive: true, force: true });
    },
  );

  it("is recovered by the runbook's commands, from a lock that was held and from an object that was there", async () => {
    const conflicting = "20261123140000_add_inbox_leases";
    const url = byCommand;
    const tables = await using(url, tablesOf);
    const before = await using(url, (db) => contents(db, tables));
    const holding = await hold(url, "ConnectionEvent");
    expect(shell(url, "npm run prisma:migrate").output).toContain(LOCKED);
    await holding.release();
    await administer(url, `ALTER TABLE "Store" ADD COLUMN "shopUpdatedAt" TIMESTAMP(3)`);

    const again = shell(url, commands(LOCKED));
    expect(again.status).not.toBe(0);
    expect(again.output).toContain(conflicting);
    // How the runbook finds the cause
    const [entry] = await using(
      url,
      (db) => db.$queryRaw<{ logs: string }[]>`
        SELECT "migration_name", "started_at", "logs" FROM "_prisma_migrations" WHERE "finished_at" IS NULL AND "rolled_back_at" IS NULL`,
    );
    expect(entry?.logs).toMatch(/column "shopUpdatedAt" of relation "Store" already exists/);
    await administer(url, `ALTER TABLE "Store" DROP COLUMN "shopUpdatedAt"`);

    expect(shell(url, commands(conflicting))).toMatchObject({ status: 0 });
    await using(url, (db) => expectUnharmed(db, tables, before));
  });
});

/** Takes a migration back that only made and dropped indexes, for the next attempt at it. */
async function undo(db: Db, name: string, before: string[]) {
  const now = await catalogueOf(db);
  for (const line of now.filter((each) => !before.includes(each)))
    await db.$executeRawUnsafe(`DROP INDEX "${/INDEX "(\w+)"/.exec(line)![1]}"`);
  for (const line of before.filter((each) => !now.includes(each)))
    await db.$executeRawUnsafe(line.replace(/^index /, ""));
  await db.$executeRaw`DELETE FROM "_prisma_migrations" WHERE "migration_name" = ${name}`;
}

/** Of a statement that builds an index, or drops one that is there; a DROP of one that is not waits for nobody. */
function tableThatItWaitsFor(statement: string, catalogue: string[]): string | undefined {
  const [, index] = /INDEX CONCURRENTLY IF (?:NOT )?EXISTS "(\w+)"/.exec(statement) ?? [];
  const there = catalogue.find((line) => line.includes(` "${index}" `));
  return (/ ON "(\w+)"/.exec(statement) ?? / ON public\."(\w+)"/.exec(there ?? ""))?.[1];
}

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
