import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import { DueRepository } from "~/features/connections/due.repository.server";
import { WebhookInboxRepository } from "~/features/webhooks/webhook-inbox.repository.server";
import type { Db } from "~/platform/db/client.server";
import { migrationState } from "~/platform/db/migration-state.server";
import { goesInSteps, splitScript } from "../../prisma/postgres-migrate-adapter";
import { markRolledBack } from "../../prisma/resolve";
import { catalogueOf } from "../support/catalogue";
import { createTestDatabase } from "../support/databases";
import { administer, databaseUrl } from "../support/postgres";
import { tablesOf } from "../support/made-rows";
import { applyMigration, migrationNames, migrationSql, statementsOf } from "../support/migrations";
import { contents, expectUnharmed, fill, using } from "./support/old-rows";

vi.setConfig({ testTimeout: 120_000 });

const MIGRATIONS = migrationNames("postgres");
const run = `${inject("databasePrefix")}drill_${randomBytes(2).toString("hex")}`;
/** The database at which the first `n` migrations have been applied, with rows in every table; 0 is empty */
const stateAfter = (n: number) => databaseUrl(inject("postgresUrl"), `${run}_state_${n}`);
const created: string[] = [];

let head: string[];
let waiting: string;

beforeAll(async () => {
  const template = await createTestDatabase("postgres");
  head = await using(template.url, catalogueOf);
  await template.drop();

  const bare = await create("bare");
  for (const [i, name] of MIGRATIONS.entries()) {
    const state = await create(`state_${i}`, "bare");
    await using(state, fill);
    if (i === 5) waiting = await create("waiting", `state_${i}`);
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

// What the runbook says, without the seconds that its commands take to start: markRolledBack is what prisma:resolve does.
// life-cycle-postgres.test.ts runs the commands.
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
        await expectUnharmed(db, head, tables, before.contents);
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
        await expectUnharmed(db, head, tables, before.contents);
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
      await using(url, (db) => expectUnharmed(db, head, tables, before));
      rmSync(folder, { recursive: true, force: true });
    },
  );
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

/** A transaction of somebody else that has written to the table, and does not end. */
async function hold(url: string, table: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`BEGIN; UPDATE "${table}" SET "updatedAt" = "updatedAt"`);
  return { release: () => client.end() };
}
