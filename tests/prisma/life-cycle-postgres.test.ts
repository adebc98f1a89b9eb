/** A release on Postgres: the documented commands as they are written, in a folder that has what the image has. */
import { randomBytes } from "node:crypto";
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import { migrationState } from "~/platform/db/migration-state.server";
import { catalogueOf } from "../support/catalogue";
import { createTestDatabase } from "../support/databases";
import { administer, databaseUrl } from "../support/postgres";
import { tablesOf, type Table } from "../support/made-rows";
import { migrationNames } from "../support/migrations";
import { APP_ENVIRONMENT, type AppProcess } from "../support/app-process";
import { release, shell } from "./support/folders";
import { clear, contents, expectUnharmed, fill, using } from "./support/old-rows";
import { smokeTest, startRelease } from "./support/smoke";

vi.setConfig({ testTimeout: 180_000 });

const MIGRATIONS = migrationNames("postgres");
/** Adds the column that is in its way here */
const CONFLICTING = "20261123140000_add_inbox_leases";

describe("a release on Postgres, with what the image has", () => {
  const name = `${inject("databasePrefix")}release_${randomBytes(4).toString("hex")}`;
  const url = databaseUrl(inject("postgresUrl"), name);
  let folder: string;
  let head: string[];
  let app: AppProcess | undefined;
  /** What was there at the earlier release */
  let tables: Table[];
  let before: Record<string, object[]>;

  beforeAll(async () => {
    folder = release();
    await administer(inject("postgresUrl"), `CREATE DATABASE ${name}`);
    const template = await createTestDatabase("postgres");
    head = await using(template.url, catalogueOf);
    await template.drop();
  });
  afterAll(async () => {
    await app?.stop("SIGKILL");
    await administer(inject("postgresUrl"), `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    rmSync(folder, { recursive: true, force: true });
  });

  const run = (line: string, onOutput?: () => void) =>
    shell(folder, line, { ...APP_ENVIRONMENT, DATABASE_URL: url }, onOutput);
  const log = () =>
    using(
      url,
      (db) => db.$queryRaw<{ migration_name: string; logs: string | null }[]>`
        SELECT "migration_name", "started_at", "logs" FROM "_prisma_migrations" WHERE "finished_at" IS NULL AND "rolled_back_at" IS NULL`,
    );

  it("is deployed by `npx prisma migrate deploy`, whose process ends as soon as it is done", async () => {
    const later = MIGRATIONS.slice(MIGRATIONS.indexOf(CONFLICTING));
    for (const each of later) rmSync(join(folder, "prisma/migrations", each), { recursive: true });
    let toldAt = 0;
    const deploy = run(
      "npx prisma migrate deploy --schema prisma/schema.prisma",
      () => (toldAt = performance.now()),
    );
    expect(await deploy).toMatchObject({ code: 0 });
    // The engine's own timers, and the pool's patience with an idle connection, are ten seconds and more.
    expect(performance.now() - toldAt).toBeLessThan(6_000);
    await using(url, async (db) => {
      expect(await migrationState(db, folder)).toEqual({ state: "current" });
      expect(await migrationState(db)).toMatchObject({ state: "pending", names: later });
      tables = await tablesOf(db);
      await fill(db);
      before = await contents(db, tables);
    });
    for (const each of later)
      cpSync(`prisma/migrations/${each}`, join(folder, "prisma/migrations", each), { recursive: true });
  });

  it("names the migration that fails in `npm run prisma:migrate`, and applies nothing more until it is resolved", async () => {
    await administer(url, `ALTER TABLE "Store" ADD COLUMN "shopUpdatedAt" TIMESTAMP(3)`);
    for (const code of [CONFLICTING, "P3009"]) {
      const { code: exitCode, output } = await run("npm run prisma:migrate");
      expect(exitCode).not.toBe(0);
      expect(output).toContain(code);
    }
    // How the runbook finds the cause
    expect(await log()).toMatchObject([
      {
        migration_name: CONFLICTING,
        logs: expect.stringMatching(/column "shopUpdatedAt" of relation "Store" already exists/) as string,
      },
    ]);
  });

  it("is brought to the current schema by the runbook's commands, with every row as it was", async () => {
    await administer(url, `ALTER TABLE "Store" DROP COLUMN "shopUpdatedAt"`);
    const commands = `npm run prisma:resolve -- --rolled-back ${CONFLICTING} && npm run prisma:migrate`;
    expect(await run(commands)).toMatchObject({ code: 0 });
    expect(await log()).toEqual([]);
    await using(url, async (db) => {
      await expectUnharmed(db, head, tables, before);
      await clear(db, tables);
    });
  });

  it("is given the demo store by `npm run prisma:seed`", async () => {
    expect(await run("npm run prisma:seed")).toMatchObject({ code: 0 });
    const where = { shopDomain: "backroom-demo.myshopify.com" };
    expect(await using(url, (db) => db.store.count({ where }))).toBe(1);
  });

  it("serves a page, a webhook and a sweep", async () => {
    app = await startRelease(folder, url);
    await smokeTest(app, url);
    expect(await app.stop()).toBe(0);
  });
});
