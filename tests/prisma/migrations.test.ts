import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  mkdirSync,
} from "node:fs";
import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, inject, it, vi } from "vitest";
import { connectDatabase, type Db } from "~/platform/db/client.server";
import { migrationState } from "~/platform/db/migration-state.server";
import { childEnvironment } from "~/platform/env.server";
import { splitScript } from "../../prisma/postgres-migrate-adapter";
import { createTestDatabase } from "../support/databases";
import { administer, databaseUrl } from "../support/postgres";
import { migrationNames } from "../support/migrations";

const MIGRATIONS = migrationNames("postgres");
// Most of the time goes into starting the Prisma CLI, some seconds each time.
vi.setConfig({ testTimeout: 180_000 });

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** A copy of what the Prisma CLI reads, in which migrations can be left out or broken. */
function project(): string {
  const folder = mkdtempSync(join(tmpdir(), "backroom-project-"));
  folders.push(folder);
  for (const path of ["prisma.config.ts", "package.json", "tsconfig.json"]) cpSync(path, join(folder, path));
  mkdirSync(join(folder, "prisma"));
  for (const path of readdirSync("prisma").filter((name) => /\.(ts|mjs|prisma)$|^migrations/.test(name)))
    cpSync(join("prisma", path), join(folder, "prisma", path), { recursive: true });
  for (const path of ["app", "node_modules", "prisma/generated"])
    symlinkSync(resolve(path), join(folder, path));
  return folder;
}

function npmRun(folder: string, url: string, script: string, ...args: string[]) {
  const result = spawnSync("npm", ["run", "-s", script, "--", ...args], {
    cwd: folder,
    env: childEnvironment({ DATABASE_URL: url, PRISMA_HIDE_UPDATE_MESSAGE: "1" }),
    encoding: "utf8",
  });
  return { status: result.status, output: `${result.stdout}${result.stderr}` };
}

async function emptyPostgres() {
  const name = `migrate_${randomBytes(6).toString("hex")}`;
  await administer(inject("postgresUrl"), `CREATE DATABASE ${name}`);
  const drop = () => administer(inject("postgresUrl"), `DROP DATABASE ${name} WITH (FORCE)`);
  return { url: databaseUrl(inject("postgresUrl"), name), drop };
}

async function using<T>(url: string, work: (db: Db) => Promise<T>): Promise<T> {
  const db = await connectDatabase(url);
  try {
    return await work(db);
  } finally {
    await db.$disconnect();
  }
}

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

describe("the command that migrates", () => {
  it("ends when its work is done: neither the engine's timers nor an idle connection keep it", async () => {
    const { url, drop } = await emptyPostgres();
    let toldAt = 0;
    const command = spawn("npm", ["run", "-s", "prisma:migrate"], {
      env: childEnvironment({ DATABASE_URL: url, PRISMA_HIDE_UPDATE_MESSAGE: "1" }),
      stdio: ["ignore", "pipe", "ignore"],
    });
    command.stdout.on("data", () => (toldAt = performance.now()));
    expect(await new Promise((resolve) => command.once("close", resolve))).toBe(0);
    // The shortest of those timers, and the pool's patience, are ten seconds.
    expect(performance.now() - toldAt).toBeLessThan(6_000);
    await drop();
  });
});

describe("a migration that fails", () => {
  it("leaves nothing half done, says what to run, and runs clean once it is resolved", async () => {
    const { url, drop } = await emptyPostgres();
    const folder = project();
    const bad = "20270101000000_add_something";
    const sql = join(folder, "prisma/migrations", bad, "migration.sql");
    mkdirSync(join(folder, "prisma/migrations", bad));
    writeFileSync(
      sql,
      `SET lock_timeout = '2s';\nCREATE TABLE "Half" ("id" TEXT PRIMARY KEY);\nALTER TABLE "Nowhere" ADD COLUMN "x" TEXT;\n`,
    );
    const failed = npmRun(folder, url, "prisma:migrate");
    expect(failed.status).not.toBe(0);
    expect(failed.output).toContain(bad);

    await using(url, async (db) => {
      const half = await db.$queryRaw<
        { name: string | null }[]
      >`SELECT to_regclass('"Half"')::text AS "name"`;
      expect(half[0]?.name).toBeNull();
      // An older build misses nothing of it, and keeps its traffic.
      expect(await migrationState(db)).toMatchObject({ state: "ahead", names: [bad] });
      const state = await migrationState(db, folder);
      expect(state).toMatchObject({ state: "failed", names: [bad] });
      expect((state as { message: string }).message).toMatch(
        /is running, or it stopped half-way\. Wait for the command that applies it; if that has ended, /,
      );
      expect((state as { message: string }).message).toContain(
        `npm run prisma:resolve -- --rolled-back ${bad} && npm run prisma:migrate`,
      );
    });

    expect(npmRun(folder, url, "prisma:migrate").output).toContain("P3009");
    expect(npmRun(folder, url, "prisma:resolve", "--rolled-back", MIGRATIONS[0]!).output).toMatch(
      /has not failed in this database/,
    );
    expect(npmRun(folder, url, "prisma:resolve", "--rolled-back", "20990101000000_none").output).toMatch(
      /There is no migration/,
    );
    expect(npmRun(folder, url, "prisma:resolve").output).toMatch(/^Usage: npm run prisma:resolve/);
    writeFileSync(sql, `SET lock_timeout = '2s';\nCREATE TABLE "Half" ("id" TEXT PRIMARY KEY);\n`);
    expect(npmRun(folder, url, "prisma:resolve", "--rolled-back", bad)).toMatchObject({ status: 0 });
    expect(npmRun(folder, url, "prisma:resolve", "--rolled-back", bad).output).toMatch(
      /has not failed in this database/,
    );
    expect(npmRun(folder, url, "prisma:migrate").status).toBe(0);
    await using(url, async (db) => {
      // This build knows nothing of the added migration: for it the database is from a newer version.
      expect(await migrationState(db)).toMatchObject({ state: "ahead", names: [bad] });
      expect(await migrationState(db, folder)).toEqual({ state: "current" });
    });
    await drop();
  });

  it("leaves nothing half done on SQLite either, and runs clean once it is resolved", async () => {
    const folder = project();
    const url = "file:./prisma/half.sqlite";
    expect(npmRun(folder, url, "prisma:migrate").status).toBe(0);
    const bad = "20270101000000_add_something";
    const sql = join(folder, "prisma/migrations-sqlite", bad, "migration.sql");
    mkdirSync(join(folder, "prisma/migrations-sqlite", bad));
    writeFileSync(
      sql,
      `CREATE TABLE "Half" ("id" TEXT PRIMARY KEY);\nALTER TABLE "Nowhere" ADD COLUMN "x" TEXT;\n`,
    );
    expect(npmRun(folder, url, "prisma:migrate").status).not.toBe(0);
    await using(`file:${join(folder, "prisma/half.sqlite")}`, async (db) => {
      expect(await db.$queryRaw`SELECT name FROM sqlite_master WHERE name = 'Half'`).toEqual([]);
      expect(await migrationState(db)).toMatchObject({ state: "ahead", names: [bad] });
      expect(await migrationState(db, folder)).toMatchObject({ state: "failed", names: [bad] });
    });
    writeFileSync(sql, `CREATE TABLE "Half" ("id" TEXT PRIMARY KEY);\n`);
    expect(npmRun(folder, url, "prisma:resolve", "--rolled-back", bad)).toMatchObject({ status: 0 });
    expect(npmRun(folder, url, "prisma:migrate").status).toBe(0);
  });

  it("is not looked for in a file that nobody named: without DATABASE_URL nothing is migrated", () => {
    const folder = project();
    const { status, output } = npmRun(folder, "", "prisma:migrate");
    expect(status).not.toBe(0);
    expect(output).toContain("DATABASE_URL is not set");
    expect(readdirSync(join(folder, "prisma")).filter((name) => name.endsWith(".sqlite"))).toEqual([]);
  });
});

describe("the state of a database", () => {
  it("is pending while it is empty, on both engines, with the command that mends it", async () => {
    const { url, drop } = await emptyPostgres();
    const state = await using(url, migrationState);
    expect(state).toMatchObject({ state: "pending" });
    expect((state as { message: string }).message).toMatch(
      new RegExp(
        `lacks ${MIGRATIONS.slice(0, 3).join(", ")} and ${MIGRATIONS.length - 3} more.*npm run prisma:migrate$`,
      ),
    );
    await drop();
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

describe("the SQLite commands of a developer", () => {
  it("push the schema into a new file, and write a migration for a changed one", () => {
    const folder = project();
    const url = "file:./prisma/dev.sqlite";
    expect(npmRun(folder, url, "prisma:db-push:sqlite", "--skip-generate").status).toBe(0);
    const other = "file:./prisma/other.sqlite";
    expect(npmRun(folder, other, "prisma:migrate").status).toBe(0);
    const schema = join(folder, "prisma/schema.sqlite.prisma");
    writeFileSync(
      schema,
      readFileSync(schema, "utf8").replace("model Store {", "model Store {\n  nickname String?"),
    );
    const made = npmRun(folder, other, "prisma:migrate:sqlite", "--name", "add_nickname", "--skip-generate");
    expect(made.status, made.output).toBe(0);
    const added = readdirSync(join(folder, "prisma/migrations-sqlite")).find((name) =>
      name.endsWith("_add_nickname"),
    );
    expect(
      readFileSync(join(folder, "prisma/migrations-sqlite", added ?? "", "migration.sql"), "utf8"),
    ).toMatch(/ADD COLUMN "nickname"/);
  });
});

describe("writing the next Postgres migration", () => {
  it("writes what the schema has and the migrations have not, with its timeouts, and nothing when there is nothing", async () => {
    const { url, drop } = await emptyPostgres();
    const folder = project();
    expect(npmRun(folder, url, "prisma:migrate:new", "--name", "nothing").output).toMatch(
      /has nothing that the migrations have not/,
    );
    const schema = join(folder, "prisma/schema.prisma");
    writeFileSync(
      schema,
      readFileSync(schema, "utf8").replace("model Store {", "model Store {\n  nickname String?"),
    );
    const made = npmRun(folder, url, "prisma:migrate:new", "--name", "add_nickname");
    expect(made.status, made.output).toBe(0);
    const added = readdirSync(join(folder, "prisma/migrations")).find((name) =>
      name.endsWith("_add_nickname"),
    );
    const sql = readFileSync(join(folder, "prisma/migrations", added ?? "", "migration.sql"), "utf8");
    expect(sql).toMatch(/SET lock_timeout = '2s';[^]*ALTER TABLE "Store" ADD COLUMN +"nickname" TEXT;/);
    expect(npmRun(folder, url, "prisma:migrate:new", "--name", "Bad Name").output).toMatch(/^Usage:/);
    expect(npmRun(folder, url, "prisma:migrate").status).toBe(0);
    await drop();
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

  it("and what commits batch by batch, whose own semicolons are its own", () => {
    const batches = "DO $$\nBEGIN\n  PERFORM 1;\n  COMMIT;\nEND $$";
    expect(splitScript(`SET a = '1';\n\n${batches};\n`)).toEqual(["SET a = '1'", batches]);
  });
});
