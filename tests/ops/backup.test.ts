/** `npm run backup`, `restore` and `backup:verify`. On Postgres: tests/debian/backup.test.ts. */
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SWEEP_JOB } from "~/features/retention/retention";
import { connectDatabase, type Db } from "~/platform/db/client.server";
import { withLease } from "~/platform/db/lease.server";
import type { Main } from "~/platform/command.server";
import type { Source } from "~/platform/env.server";
import { main as backup } from "../../ops/backup";
import { encryptTo } from "../../ops/backup/age";
import type { FolderStore } from "../../ops/backup/folder-store";
import type { Manifest } from "../../ops/backup/manifest";
import { manifestName } from "../../ops/backup/names";
import { withSqlite } from "../../ops/backup/sqlite-file";
import { main as restore } from "../../ops/restore";
import { main as verify } from "../../ops/verify";
import { createFolder, createKeyPair, take, type KeyPair } from "../support/backups";
import { runMain, startMain } from "../support/commands";
import { createTestDatabase, type TestDatabase } from "../support/databases";
import { insertTenant } from "../support/tenant-rows";

let database: TestDatabase;
let db: Db;
let keys: KeyPair;
let folder: FolderStore;

beforeAll(async () => {
  keys = await createKeyPair();
  folder = createFolder();
  database = await createTestDatabase("sqlite");
  db = await connectDatabase(database.url);
  await insertTenant(db, "marked");
});
afterAll(async () => {
  await db?.$disconnect();
  await database?.drop();
});

const environment = (changes: Source = {}) => ({
  ...{ DATABASE_URL: database.url, BACKUP_ENVIRONMENT: "test", BACKUP_FOLDER: folder.folder },
  ...{ BACKUP_RECIPIENT: keys.recipient, BACKUP_IDENTITY: keys.identity },
  ...changes,
});
const run = (main: Main, changes: Source = {}, ...args: string[]) =>
  runMain(main, args, environment(changes));
const backups = () =>
  readdirSync(folder.folder)
    .filter((name) => name.endsWith(".age"))
    .sort();
const newestFile = () => folder.path(backups().at(-1)!);
const storesIn = (file: string) =>
  withSqlite(file, (copy) => copy.prepare(`SELECT "name" FROM "Store" ORDER BY 1`).pluck().all());

describe("npm run backup", () => {
  it("makes an encrypted file and its manifest, for nobody else to read", async () => {
    // The host that makes backups has no key that opens them.
    const { code, out, error } = await run(backup, { BACKUP_IDENTITY: "" });
    expect({ code, error }).toEqual({ code: 0, error: "" });
    expect(out).toMatch(/ \d+ tables, \d+ rows, \d+ KiB, /);
    expect(out).toContain(` ${newestFile()} `);
    expect(backups()).toEqual([
      expect.stringMatching(/^backroom-test-sqlite-000001-\d{8}T\d{6}Z\.sqlite\.age$/),
    ]);
    const bytes = readFileSync(newestFile());
    expect(bytes.toString("latin1", 0, 22)).toBe("age-encryption.org/v1\n");
    for (const secret of ["SQLite format", "marked.myshopify.com", "StoreSettings"])
      expect(bytes.includes(secret)).toBe(false);
    for (const file of [newestFile(), manifestName(newestFile())])
      expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder.folder)).toHaveLength(2);
  });

  it("says in its manifest what it is, as sha256sum would", async () => {
    const manifest = JSON.parse(readFileSync(manifestName(newestFile()), "utf8")) as Manifest;
    const { createHash } = await import("node:crypto");
    const migrations = readdirSync("prisma/migrations-sqlite")
      .filter((name) => /^\d/.test(name))
      .sort();
    expect(manifest).toMatchObject({
      ...{
        format: 1,
        app: "backroom",
        appVersion: "0.1.0",
        environment: "test",
        engine: "sqlite",
        number: 1,
      },
      migration: migrations.at(-1),
      server: expect.stringMatching(/^SQLite 3\./),
      file: {
        bytes: statSync(newestFile()).size,
        sha256: createHash("sha256").update(readFileSync(newestFile())).digest("hex"),
      },
    });
    const tables = await db.$queryRawUnsafe<{ name: string }[]>(
      `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY 1`,
    );
    expect(Object.keys(manifest.tables)).toEqual(tables.map(({ name }) => name));
    expect(Object.keys(manifest.tables)).toContain("_prisma_migrations");
    expect(manifest.tables.Store).toMatchObject({ rows: 1 });
  });

  it("never runs beside a sweep: it answers 3, and holds the sweep's lease while it runs", async () => {
    expect(await withLease(db, SWEEP_JOB, "the-sweep", () => run(backup))).toMatchObject({
      ...{ outcome: "done" },
      result: { code: 3, error: expect.stringContaining("(the-sweep)") as string },
    });
    // Read at once and not by a promise: after its last line the backup gives the lease back.
    const sqlite = new Database(database.url.slice("file:".length));
    const held = sqlite
      .prepare(
        `SELECT "runId" FROM "JobLease" WHERE "name" = ? AND julianday("expiresAt") > julianday('now')`,
      )
      .pluck();
    const holders: unknown[] = [];
    const { ended } = startMain(backup, [], environment(), () => holders.push(held.get(SWEEP_JOB)));
    expect(await ended).toMatchObject({ code: 0, error: "" });
    expect(holders.length).toBeGreaterThan(1);
    for (const runId of holders) expect(runId).toMatch(/^backup-/);
    expect(held.get(SWEEP_JOB)).toBeUndefined();
    sqlite.close();
  });

  it("is of one instant while others write", async () => {
    let writing = true;
    const writer = (async () => {
      for (let n = 0; writing; n++) {
        await db.retentionRun.create({
          data: { startedAt: new Date(), dryRun: true, outcome: "COMPLETE", policies: [] } as never,
        });
        if (n % 20 === 0) await sleep(1);
      }
    })();
    const made = await run(backup).finally(() => (writing = false));
    await writer;
    expect(made).toMatchObject({ code: 0, error: "" });
    expect(await run(verify, {}, newestFile())).toMatchObject({ code: 0, error: "" });
    await db.retentionRun.deleteMany();
  });

  it("keeps 30 days and the newest good one, and leaves everything else in the folder alone", async () => {
    const own = createFolder();
    const at = (day: number) => new Date(Date.parse("2026-01-01T00:00:00Z") + day * 86_400_000);
    writeFileSync(own.path("notes.txt"), "mine");
    await take(database.url, keys, own, { now: at(0), environment: "staging" });
    await take(database.url, keys, own, { now: at(0) });
    await take(database.url, keys, own, { now: at(20) });
    // Unfinished ones, of a process that was killed: drafts go at once, a file without its manifest with its time.
    writeFileSync(own.path("backroom-test-sqlite-000002-20260101T000000Z.sqlite.age"), "half");
    writeFileSync(own.path("backroom-test-sqlite-000003-20260101T000000Z.sqlite.age.part"), "half");
    await take(database.url, keys, own, { now: at(30) });
    const numbers = () =>
      readdirSync(own.folder).map((name) => name.replace(/^backroom-(\w+)-sqlite-0*(\d+)-\d+T\d+Z/, "$1 $2"));
    const both = (name: string) => [`${name}.sqlite.age`, `${name}.sqlite.age.json`];
    expect(numbers().sort()).toEqual(
      [both("staging 1"), both("test 1"), both("test 2"), both("test 3"), "test 2.sqlite.age", "notes.txt"]
        .flat()
        .sort(),
    );
    await take(database.url, keys, own, { now: at(51) });
    expect(numbers().sort()).toEqual(
      [both("staging 1"), both("test 3"), both("test 4"), "notes.txt"].flat().sort(),
    );
    await take(database.url, keys, own, { now: at(500), keepDays: 1 });
    expect(numbers().sort()).toEqual([both("staging 1"), both("test 5"), "notes.txt"].flat().sort());
  });

  it("lets nobody else read the copy in clear text while there is one", async () => {
    const own = createFolder();
    const encrypt = encryptTo([keys.recipient]);
    const seen: [string, number][] = [];
    const looking = (source: AsyncIterable<Uint8Array>) => {
      for (const name of readdirSync(own.folder))
        seen.push([name.replace(/^.*\.age/, ""), statSync(own.path(name)).mode & 0o777]);
      return encrypt.stream(source);
    };
    await take(database.url, keys, own, { encrypt: { ...encrypt, stream: looking } });
    expect(seen).toContainEqual([".part.copy", 0o600]);
    expect(seen.map(([, mode]) => mode)).toEqual(seen.map(() => 0o600));
  });

  it("says of a disk that is full what to do, and that it is not the database's", async () => {
    const own = createFolder();
    // Where the file would come to be: a device that takes nothing
    symlinkSync("/dev/full", own.path("backroom-test-sqlite-000001-20261123T120000Z.sqlite.age.part"));
    await expect(take(database.url, keys, own)).rejects.toMatchObject({
      code: "STORE",
      message: expect.stringMatching(new RegExp(`${own.folder}.*BACKUP_FOLDER`)) as string,
    });
    expect(readdirSync(own.folder)).toEqual([]);
  });

  it.each<Wrong>([
    [
      "a folder that cannot be",
      { BACKUP_FOLDER: "package.json/below" },
      [],
      /package\.json\/below.*BACKUP_FOLDER/,
    ],
    ["no recipient", { BACKUP_RECIPIENT: "" }, [], /^BACKUP_RECIPIENT /],
    [
      "a recipient that is none",
      { BACKUP_RECIPIENT: `age1${"q".repeat(58)}` },
      [],
      /^BACKUP_RECIPIENT: age1q+ /,
    ],
    ["days that are none", { BACKUP_KEEP_DAYS: "-3" }, [], /^BACKUP_KEEP_DAYS /],
    ["no database", { DATABASE_URL: "file:/nowhere/x.sqlite" }, [], /\/nowhere\/x\.sqlite/],
    ["an option that it does not know", {}, ["--force"], /^--force /],
  ])("answers %s with 2 and one sentence", (_, changes, args, named) =>
    answersWithOneSentence(backup, changes, args, named),
  );

  it("names the command that makes the tables of a database without any", async () => {
    const empty = join(mkdtempSync(join(tmpdir(), "backroom-empty-")), "empty.sqlite");
    writeFileSync(empty, "");
    await answersWithOneSentence(backup, { DATABASE_URL: `file:${empty}` }, [], /npm run prisma:migrate$/);
  });

  it("names the program that is missing on a host without Postgres' tools", async () => {
    const postgres = await createTestDatabase("postgres");
    await answersWithOneSentence(backup, { DATABASE_URL: postgres.url, PATH: "/nowhere" }, [], /^pg_dump /);
    await postgres.drop();
  });
});

describe("npm run restore", () => {
  it("makes a file that was not there, and one that was empty, into the database that was backed up", async () => {
    await run(backup);
    const fresh = join(mkdtempSync(join(tmpdir(), "backroom-fresh-")), "fresh.sqlite");
    const made = await run(restore, { DATABASE_URL: `file:${fresh}` }, newestFile());
    expect(made).toMatchObject({ code: 0, error: "" });
    expect(made.out).toMatch(/^backroom-test-sqlite-\S+: .*"test".* 0\.1\.0 \(SQLite 3\..*, \d+ rows\./);
    expect(made.out).toMatch(/ npm run prisma:migrate \(up to \d+_\w+\)\.\n$/);
    expect(await storesIn(fresh)).toEqual(["marked"]);
    expect(readdirSync(join(fresh, ".."))).toEqual(["fresh.sqlite"]);

    const migrated = await createTestDatabase("sqlite");
    // By its manifest, as by its own name
    const again = await run(restore, { DATABASE_URL: migrated.url }, manifestName(newestFile()));
    expect(again).toMatchObject({ code: 0 });
    expect(await storesIn(migrated.url.slice(5))).toEqual(["marked"]);
    await migrated.drop();
  });

  it("replaces what is there only with --yes, beside an app that has the file open", async () => {
    const target = await createTestDatabase("sqlite");
    const app = await connectDatabase(target.url);
    await insertTenant(app, "later");
    const into = { DATABASE_URL: target.url };
    const refused = /^The SQLite file \S+ .*AiDraft, ConnectionEvent, KpiCache and \d+ more\).* --yes\.$/;
    await answersWithOneSentence(restore, into, [newestFile()], refused);
    expect((await app.store.findMany()).map(({ name }) => name)).toEqual(["later"]);
    expect(await run(restore, into, newestFile(), "--yes")).toMatchObject({ code: 0, error: "" });
    expect((await app.store.findMany()).map(({ name }) => name)).toEqual(["marked"]);
    await app.$disconnect();
    await target.drop();
  });

  it("leaves a file that somebody else is writing to, and names it", async () => {
    const target = await createTestDatabase("sqlite");
    const app = await connectDatabase(target.url);
    const before = readFileSync(target.url.slice(5));
    await app.$transaction(
      async (tx) => {
        await tx.jobLease.create({ data: { name: "x", runId: "x", expiresAt: new Date() } });
        const named = new RegExp(`^${target.url.slice(5)} is held `);
        await answersWithOneSentence(restore, { DATABASE_URL: target.url }, [newestFile(), "--yes"], named);
      },
      { timeout: 60_000 },
    );
    await app.$disconnect();
    expect(await storesIn(target.url.slice(5))).toEqual([]);
    expect(before.length).toBeGreaterThan(0);
    await target.drop();
  });

  it.each<Wrong>([
    ["no file", {}, [], /--help$/],
    ["two files", {}, ["one.age", "two.age"], /^two\.age /],
    ["a file that is not there", {}, ["/nowhere/x.age"], / \/nowhere\/x\.age\.$/],
    ["a file without a manifest", {}, ["package.json"], / package\.json\.json /],
    ["a bucket that is not configured", {}, ["s3://x/y.age"], /^s3:\/\/x\/y\.age .* BACKUP_S3_BUCKET/],
    ["a key that is none", { BACKUP_IDENTITY: "AGE-SECRET-KEY-1HUNTER2" }, [NEWEST], /^BACKUP_IDENTITY /],
    ["a folder that is not there", { DATABASE_URL: "file:/nowhere/x.sqlite" }, [NEWEST], / \/nowhere\.$/],
  ])("answers %s with 2 and one sentence", (_, changes, args, named) =>
    answersWithOneSentence(restore, changes, args, named),
  );
});

describe("npm run backup:verify", () => {
  it("takes the newest good one, an identity of age-keygen's file, and touches nothing", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "backroom-key-")), "backup.key");
    writeFileSync(
      file,
      `# created: 2026-11-23T12:00:00Z\n# public key: ${keys.recipient}\n${keys.identity}\n`,
    );
    const unfinished = folder.path("backroom-test-sqlite-000900-20270101T000000Z.sqlite.age");
    writeFileSync(unfinished, "half");
    const before = readdirSync(folder.folder);
    const { code, out } = await run(verify, { BACKUP_IDENTITY: "", BACKUP_IDENTITY_FILE: file });
    expect(code).toBe(0);
    expect(out).toMatch(/^backroom-test-sqlite-00000\d-/);
    expect(readdirSync(folder.folder)).toEqual(before);
    await folder.remove("backroom-test-sqlite-000900-20270101T000000Z.sqlite.age");
    expect(existsSync(unfinished)).toBe(false);
  });

  it("ends with 1 for one that is damaged, and 2 where it could not be tried", async () => {
    const own = createFolder();
    for (const name of [newestFile(), manifestName(newestFile())])
      copyFileSync(name, own.path(name.split("/").at(-1)!));
    const bytes = readFileSync(newestFile());
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(own.path(newestFile().split("/").at(-1)!), bytes);
    expect(await run(verify, { BACKUP_FOLDER: own.folder })).toMatchObject({
      code: 1,
      error: expect.stringContaining(newestFile().split("/").at(-1)!) as string,
    });

    const { folder: nothing } = createFolder();
    const none = new RegExp(`"test" \\(sqlite\\) in ${nothing}/.* npm run backup$`);
    await answersWithOneSentence(verify, { BACKUP_FOLDER: nothing }, [], none);
    const other = await createKeyPair();
    await answersWithOneSentence(verify, { BACKUP_IDENTITY: other.identity }, [], / BACKUP_IDENTITY /);
  });
});

type Wrong = [name: string, changes: Source, args: string[], named: RegExp];
/** In an argument: the newest backup */
const NEWEST = "<newest>";

async function answersWithOneSentence(main: Main, changes: Source, args: string[], named: RegExp) {
  const filled = args.map((arg) => (arg === NEWEST ? newestFile() : arg));
  const { code, error } = await run(main, changes, ...filled);
  expect({ code, error: error.trimEnd() }).toEqual({
    code: 2,
    error: expect.stringMatching(named) as string,
  });
  expect(error.trimEnd()).not.toContain("\n");
  expect(error).not.toMatch(/hunter2/i);
}
