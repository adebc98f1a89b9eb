/** SQLite files that `prisma db push` has made or changed, without the seconds that the Prisma CLI takes to start. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { assertDeployable } from "../../prisma/cli-database";
import { adoptPushed } from "../../prisma/migrate-sqlite";
import { listMigrations } from "../../prisma/migrations";
import { readLog, recordApplied, structureOf, withSqlite } from "../../prisma/sqlite-file";

const MIGRATIONS = listMigrations("sqlite");
const NAMES = MIGRATIONS.map(({ name }) => name);
const DEPLOY = ["migrate", "deploy"];

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "backroom-pushed-"));
  file = join(folder, "dev.sqlite");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The structure of the first `count` migrations, as a push leaves it: without a log */
const push = (count: number) =>
  withSqlite(file, async (db) => {
    for (const { sql } of MIGRATIONS.slice(0, count)) await db.executeScript(sql);
  });

/** As a checkout whose schema has nothing that the migrations have not; life-cycle-sqlite.test.ts has one that has. */
const given = { next: async () => undefined, io: { out: () => {} } };
const adopt = () => withSqlite(file, (db) => adoptPushed(db, "x", given));
const applied = async () => (await withSqlite(file, readLog))?.applied;

describe("a file that was pushed", () => {
  it.each(NAMES.map((name, i) => [name, i + 1] as const))(
    "at %s is recorded as having what it has, and what came later is pending",
    async (_name, count) => {
      await push(count);
      const before = await withSqlite(file, structureOf);
      expect(await adopt()).toEqual({ pending: count < NAMES.length, written: false });
      expect(await applied()).toEqual(NAMES.slice(0, count));
      expect(await withSqlite(file, structureOf)).toEqual(before);
    },
  );

  it("is recorded too where `db push --force-reset` has left an empty log, or a deploy a failed migration in it", async () => {
    await push(NAMES.length);
    await withSqlite(file, async (db) => {
      await recordApplied(db, []);
      await db.executeScript(
        `INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('failed', '', '${NAMES[0]}')`,
      );
    });
    expect(await adopt()).toEqual({ pending: false, written: false });
    expect(await applied()).toEqual(NAMES);
  });

  it("is not touched when it is neither what the migrations make nor what the schema says", async () => {
    await push(NAMES.length);
    await withSqlite(file, (db) => db.executeScript(`ALTER TABLE "Store" ADD COLUMN "strange" TEXT`));
    await expect(adopt()).rejects.toMatchObject({ code: "MIGRATION_FAILED" });
    expect(await applied()).toBeUndefined();
  });

  it("is refused by `prisma migrate deploy`, which would leave a failed migration in its log", async () => {
    await push(1);
    await expect(assertDeployable(DEPLOY, file)).rejects.toMatchObject({ code: "CONFIGURATION_INVALID" });
    await adopt();
    await expect(assertDeployable(DEPLOY, file)).resolves.toBeUndefined();
  });
});

describe("a file that was not pushed", () => {
  it("is left as it is when it is new, and every migration is pending", async () => {
    await expect(assertDeployable(DEPLOY, file)).resolves.toBeUndefined();
    expect(await adopt()).toEqual({ pending: true, written: false });
    expect(await applied()).toBeUndefined();
  });

  it("is left as it is when its log says what it has", async () => {
    await push(2);
    await withSqlite(file, (db) => recordApplied(db, MIGRATIONS.slice(0, 2)));
    await expect(assertDeployable(DEPLOY, file)).resolves.toBeUndefined();
    expect(await adopt()).toEqual({ pending: true, written: false });
    expect(await applied()).toEqual(NAMES.slice(0, 2));
  });

  it("is left to Prisma when its log has a migration that this checkout has not", async () => {
    await push(1);
    await withSqlite(file, (db) =>
      recordApplied(db, [{ name: "20991231000000_of_another_branch", sql: "" }]),
    );
    expect(await adopt()).toEqual({ pending: true, written: false });
    expect(await applied()).toEqual(["20991231000000_of_another_branch"]);
  });
});
