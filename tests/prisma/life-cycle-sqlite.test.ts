/** A developer's SQLite file: the documented commands as they are written, in a fresh checkout. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { migrationState } from "~/platform/db/migration-state.server";
import { APP_ENVIRONMENT, startApp, type AppProcess } from "../support/app-process";
import { migrationNames } from "../support/migrations";
import { addField, checkout, shell } from "./support/folders";
import { using } from "./support/old-rows";
import { smokeTest } from "./support/smoke";

vi.setConfig({ testTimeout: 180_000 });

const BAD = "20991231000000_add_something";

describe("a SQLite file in a fresh checkout", () => {
  let folder: string;
  let app: AppProcess | undefined;
  beforeAll(() => {
    folder = checkout();
  });
  afterAll(async () => {
    await app?.stop("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });

  const url = () => `file:${join(folder, "prisma/dev.sqlite")}`;
  const run = (line: string) =>
    shell(folder, line, { ...APP_ENVIRONMENT, DATABASE_URL: "file:./prisma/dev.sqlite" });
  const migrations = () =>
    readdirSync(join(folder, "prisma/migrations-sqlite")).filter((name) => /^\d/.test(name));
  const sqlOf = (name: string) => join(folder, "prisma/migrations-sqlite", name, "migration.sql");

  it("is made by `npx prisma db push`, and given the demo store by `npx prisma db seed`", async () => {
    const push = "npx prisma db push --schema prisma/schema.sqlite.prisma --force-reset";
    expect(await run(push)).toMatchObject({ code: 0 });
    expect(await run("npx prisma db seed")).toMatchObject({ code: 0 });
    await using(url(), async (db) => {
      expect(await migrationState(db)).toEqual({ state: "current" });
      expect(await db.store.count({ where: { shopDomain: "backroom-demo.myshopify.com" } })).toBe(1);
    });
  });

  it("is given a new column by `npm run prisma:db-push:sqlite`, and then a migration that has it, with its rows as they were", async () => {
    addField(folder, "OrderFlag", "reference String?");
    const flags = await using(url(), (db) => db.orderFlag.count());
    expect(await run("npm run prisma:derive && npm run prisma:db-push:sqlite")).toMatchObject({ code: 0 });
    expect(await run("npm run prisma:migrate:sqlite -- --name add_order_reference")).toMatchObject({
      code: 0,
    });
    expect(migrations()).toEqual([
      ...migrationNames("sqlite"),
      expect.stringMatching(/^\d{14}_add_order_reference$/),
    ]);
    // And nothing else: the migrations and the schema had not drifted apart before.
    expect(readFileSync(sqlOf(migrations().at(-1)!), "utf8").trim()).toBe(
      `-- AlterTable\nALTER TABLE "OrderFlag" ADD COLUMN "reference" TEXT;`,
    );
    expect(await using(url(), (db) => db.orderFlag.count())).toBe(flags);
  });

  it("is as it was after a migration that fails half-way in `npm run prisma:migrate`, which says what SQLite said", async () => {
    mkdirSync(join(folder, "prisma/migrations-sqlite", BAD));
    const script = `CREATE TABLE "Half" ("id" TEXT PRIMARY KEY);\nCREATE TABLE "Store" ("id" TEXT PRIMARY KEY);\n`;
    writeFileSync(sqlOf(BAD), script);
    const failed = await run("npm run prisma:migrate");
    expect(failed.code).not.toBe(0);
    expect(failed.output).toContain(`table "Store" already exists`);
    await using(url(), async (db) => {
      expect(await db.$queryRaw`SELECT name FROM sqlite_master WHERE name = 'Half'`).toEqual([]);
      expect(await migrationState(db, folder)).toMatchObject({ state: "failed", names: [BAD] });
    });
  });

  it("serves a page, a webhook and a sweep to a build that knows neither the column nor the migration", async () => {
    app = await startApp({ DATABASE_URL: url() });
    await smokeTest(app, url());
    expect(await app.stop()).toBe(0);
  });
});
