import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, inject, it } from "vitest";
import { migrationState, type MigrationState } from "~/platform/db/migration-state.server";
import { splitScript } from "../../prisma/postgres-migrate-adapter";
import { main as resolve, markRolledBack } from "../../prisma/resolve";
import { structureOf, withSqlite } from "../../prisma/sqlite-file";
import { runMain } from "../support/commands";
import { createTestDatabase, eachDatabase, ENGINES } from "../support/databases";
import { catalogueOf } from "../support/catalogue";
import { applyMigration, migrationNames, migrationSql } from "../support/migrations";
import { administer, databaseUrl } from "../support/postgres";
import { using } from "./support/old-rows";

const MIGRATIONS = migrationNames("postgres");

describe("the migrations", () => {
  it("keep the names of the contract, in its order", () => {
    expect(MIGRATIONS.slice(0, 4)).toEqual([
      "20250218120000_expand_dashboard_models",
      "20250311090000_add_store_secrets",
      "20250326150000_add_webhook_registry",
      "20251006121500_add_retention_indexes",
    ]);
  });

  it("each set a lock timeout before anything else, and after the first only add", () => {
    for (const [i, name] of MIGRATIONS.entries()) {
      const sql = readFileSync(`prisma/migrations/${name}/migration.sql`, "utf8")
        .replace(/^--.*$/gm, "")
        .trim();
      expect(sql, name).toMatch(/^SET lock_timeout = /);
      // A default that a new column was filled by may go again; nobody has relied on it yet.
      const filled = /ADD COLUMN +("\w+") [^;]*;\s*ALTER TABLE "\w+" ALTER COLUMN \1 DROP DEFAULT;/g;
      const drops = sql.replace(filled, "").match(/\b(DROP (TABLE|COLUMN|TYPE)|RENAME|ALTER COLUMN)\b/gi);
      if (i > 0) expect(drops, name).toBeNull();
    }
  });
});

eachDatabase("a migration that fails", ({ db, url, engine }) => {
  const bad = "20991231000000_add_something";
  const create = `CREATE TABLE "Half" ("id" TEXT PRIMARY KEY);`;
  const code = (error: string) => ({ code: error });
  // A later build's: its folder has one migration more than this checkout
  const folder = mkdtempSync(join(tmpdir(), "backroom-later-"));
  const path = `prisma/migrations${engine === "sqlite" ? "-sqlite" : ""}`;
  for (const name of [...migrationNames(engine), bad])
    mkdirSync(join(folder, path, name), { recursive: true });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("leaves nothing half done, names the commands that help, and runs clean once it is resolved", async () => {
    const failing = applyMigration(url(), bad, `${create}\nALTER TABLE "Nowhere" ADD COLUMN "x" TEXT;`);
    await expect(failing).rejects.toThrow();
    await expect(db().$queryRawUnsafe(`SELECT * FROM "Half"`)).rejects.toThrow();
    // An older build misses nothing of it, and keeps its traffic.
    expect(await migrationState(db())).toMatchObject({ state: "ahead", names: [bad] });
    const state = await migrationState(db(), folder);
    expect(state).toMatchObject({ state: "failed", names: [bad] });
    expect(messageOf(state)).toContain(
      `npm run prisma:resolve -- --rolled-back ${bad} && npm run prisma:migrate`,
    );

    await markRolledBack(db(), bad, folder);
    await expect(markRolledBack(db(), bad, folder)).rejects.toMatchObject(code("MIGRATION_NOT_FAILED"));
    await applyMigration(url(), bad, create);
    expect(await db().$queryRawUnsafe(`SELECT * FROM "Half"`)).toEqual([]);
    // For this build the database is from a newer version. SQLite is judged by its structure, which has one table more.
    expect((await migrationState(db())).state).toBe("ahead");
    const ofLaterBuild = engine === "postgres" ? "current" : "ahead";
    expect((await migrationState(db(), folder)).state).toBe(ofLaterBuild);
  });

  it("is the only kind that can be resolved", async () => {
    const [first] = migrationNames(engine);
    await expect(markRolledBack(db(), first!)).rejects.toMatchObject(code("MIGRATION_NOT_FAILED"));
    for (const name of ["20990101000000_none", "../migrations"])
      await expect(markRolledBack(db(), name)).rejects.toMatchObject(code("MIGRATION_UNKNOWN"));
  });

  it("is resolved by `npm run prisma:resolve`, which answers what cannot be with one line and exit code 1", async () => {
    const [first] = migrationNames(engine);
    const run = (name: string) => runMain(resolve, ["--rolled-back", name], { DATABASE_URL: url() });
    for (const name of [first!, "20990101000000_none"]) {
      const { code, out, error } = await run(name);
      expect([code, out]).toEqual([1, ""]);
      expect(error.trim().split("\n")).toEqual([expect.stringContaining(name)]);
    }
    const sql = `INSERT INTO "_prisma_migrations" ("id", "checksum", "migration_name") VALUES ('again', '', '${first}')`;
    await db().$executeRawUnsafe(sql);
    expect(await run(first!)).toMatchObject({ code: 0, error: "" });
    expect(await run(first!)).toMatchObject({ code: 1 });
    expect(await runMain(resolve, [], { DATABASE_URL: url() })).toMatchObject({ code: 2 });
  });
});

function messageOf(state: MigrationState): string {
  return "message" in state ? state.message : "";
}

describe("the state of a database", () => {
  it("is pending while it is empty on Postgres, with the command that brings it up to date", async () => {
    const name = `${inject("databasePrefix")}empty_${randomBytes(4).toString("hex")}`;
    await administer(inject("postgresUrl"), `CREATE DATABASE ${name}`);
    const state = await using(databaseUrl(inject("postgresUrl"), name), migrationState);
    expect(state).toMatchObject({ state: "pending", names: MIGRATIONS });
    expect(messageOf(state)).toContain(
      `${MIGRATIONS.slice(0, 3).join(", ")} and ${MIGRATIONS.length - 3} more`,
    );
    expect(messageOf(state)).toMatch(/ npm run prisma:migrate$/);
    await administer(inject("postgresUrl"), `DROP DATABASE ${name} WITH (FORCE)`);
  });

  it("is pending on SQLite when a column is missing, and ahead when there is one more", async () => {
    const { url, drop } = await createTestDatabase("sqlite");
    await using(url, async (db) => {
      expect(await migrationState(db)).toEqual({ state: "current" });
      await db.$executeRawUnsafe(`ALTER TABLE "Store" ADD COLUMN "fromTheFuture" TEXT`);
      expect(await migrationState(db)).toMatchObject({ state: "ahead", names: ["Store.fromTheFuture"] });
      await db.$executeRawUnsafe(`ALTER TABLE "Store" DROP COLUMN "name"`);
      expect(await migrationState(db)).toMatchObject({ state: "pending", names: ["Store.name"] });
    });
    await drop();
  });
});

describe.each(ENGINES)("a checkout with CRLF line ends and byte order marks, on %s", (engine) => {
  it("makes the same database as any other", async () => {
    const name = `${inject("databasePrefix")}crlf_${randomBytes(4).toString("hex")}`;
    const folder = mkdtempSync(join(tmpdir(), "backroom-crlf-"));
    const url = engine === "sqlite" ? `file:${folder}/crlf.sqlite` : databaseUrl(inject("postgresUrl"), name);
    if (engine === "postgres") await administer(inject("postgresUrl"), `CREATE DATABASE ${name}`);
    const usual = await createTestDatabase(engine);
    try {
      for (const migration of migrationNames(engine))
        await applyMigration(
          url,
          migration,
          `\uFEFF${migrationSql(engine, migration).replace(/\r?\n/g, "\r\n")}`,
        );
      expect(await structure(url)).toEqual(await structure(usual.url));
    } finally {
      await usual.drop();
      rmSync(folder, { recursive: true, force: true });
      if (engine === "postgres")
        await administer(inject("postgresUrl"), `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    }
  });
});

function structure(url: string): Promise<string[]> {
  return url.startsWith("file:") ? withSqlite(url.slice(5), structureOf) : using(url, catalogueOf);
}

describe("the repository", () => {
  it("gives every checkout the same line ends, and leaves binary files alone", () => {
    const files = ["prisma/migrations/migration_lock.toml", "prisma/schema.prisma", ".ci/run", "new.csv"];
    const attributes = (paths: string[]) =>
      execFileSync("git", ["check-attr", "text", "eol", "--", ...paths], { encoding: "utf8" });
    for (const file of files) expect(attributes([file])).toBe(`${file}: text: auto\n${file}: eol: lf\n`);
    expect(attributes(["dev/screenshots/overview.png"])).toContain("text: unset");
  });
});

describe("splitting a script", () => {
  it("keeps a migration whole, semicolons and comments and all, so that it is one transaction", () => {
    const script = `-- one; two\nINSERT INTO "T" VALUES ('a;b');\nSELECT 1;\n`;
    expect(splitScript(script)).toEqual([script]);
  });

  it("sends what builds concurrently statement by statement", () => {
    expect(splitScript(`-- why;\nSET a = '1';\nCREATE INDEX CONCURRENTLY "i" ON "T"("x");\n`)).toEqual([
      "SET a = '1'",
      `CREATE INDEX CONCURRENTLY "i" ON "T"("x")`,
    ]);
  });

  it("takes CRLF and a byte order mark for no part of a statement", () => {
    const script = `\uFEFF-- why;\r\nSET a = '1';\r\nDO $$\r\nBEGIN\r\n  COMMIT;\r\nEND $$;\r\n`;
    expect(splitScript(script)).toEqual(["SET a = '1'", "DO $$\nBEGIN\n  COMMIT;\nEND $$"]);
  });

  it("and what commits batch by batch, whose own semicolons are its own", () => {
    const batches = "DO $$\nBEGIN\n  PERFORM 1;\n  COMMIT;\nEND $$";
    expect(splitScript(`SET a = '1';\n\n${batches};\n`)).toEqual(["SET a = '1'", batches]);
  });
});
