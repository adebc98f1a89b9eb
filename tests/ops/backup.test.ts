/** `npm run backup`, `restore` and `backup:verify` as an operator runs them. On Postgres: tests/debian/backup.test.ts. */
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
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SWEEP_JOB } from "~/features/retention/retention";
import { connectDatabase, type Db } from "~/platform/db/client.server";
import { withLease } from "~/platform/db/lease.server";
import { encryptTo } from "../../ops/backup/age";
import type { FolderStore } from "../../ops/backup/folder-store";
import type { Manifest } from "../../ops/backup/manifest";
import { manifestName } from "../../ops/backup/names";
import { withSqlite } from "../../ops/backup/sqlite-file";
import {
  createFolder,
  createKeyPair,
  runBackupCommand,
  take,
  type Command,
  type KeyPair,
} from "../support/backups";
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

const environment = (changes: Record<string, string> = {}) => ({
  ...{ DATABASE_URL: database.url, BACKUP_ENVIRONMENT: "test", BACKUP_FOLDER: folder.folder },
  ...{ BACKUP_RECIPIENT: keys.recipient, BACKUP_IDENTITY: keys.identity },
  ...changes,
});
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
    const { code, out, error } = await runBackupCommand("backup", environment({ BACKUP_IDENTITY: "" })).ended;
    expect({ code, error }).toEqual({ code: 0, error: "" });
    expect(out).toMatch(/^Dumped and encrypted \d+ tables, \d+ rows, \d+ KiB, in /);
    expect(out).toContain(`Stored ${newestFile()} and read it back in `);
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

  it("never runs beside a sweep: it says so with 3, and holds the sweep's lease while it runs", async () => {
    const during = await withLease(
      db,
      SWEEP_JOB,
      "the-sweep",
      () => runBackupCommand("backup", environment()).ended,
    );
    expect(during).toMatchObject({
      outcome: "done",
      result: { code: 3, error: expect.stringMatching(/^A sweep or another backup is at it \(the-sweep\);/) },
    });
    const holders = new Set<string>();
    let running = true;
    const backup = runBackupCommand("backup", environment()).ended.finally(() => (running = false));
    while (running) {
      const lease = await db.jobLease.findFirst({ where: { name: SWEEP_JOB } });
      if (lease && lease.expiresAt > new Date()) holders.add(lease.runId.slice(0, 7));
      await sleep(5);
    }
    expect(await backup).toMatchObject({ code: 0, error: "" });
    expect([...holders]).toEqual(["backup-"]);
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
    const made = await runBackupCommand("backup", environment()).ended.finally(() => (writing = false));
    await writer;
    expect(made).toMatchObject({ code: 0, error: "" });
    expect(await runBackupCommand("verify", environment(), newestFile()).ended).toMatchObject({
      code: 0,
      error: "",
    });
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
      message: expect.stringMatching(
        /^There is no space left for backups in \S+\. Free some, or set BACKUP_FOLDER/,
      ),
    });
    expect(readdirSync(own.folder)).toEqual([]);
  });

  it("answers what is wrong with one sentence", () =>
    answersWithOneSentence("backup", [
      [
        { BACKUP_FOLDER: "package.json/below" },
        [],
        /^The folder package\.json\/below cannot be written to \(ENOTDIR\)\. Set BACKUP_FOLDER to a folder that/,
      ],
      [{ BACKUP_RECIPIENT: "" }, [], /^BACKUP_RECIPIENT is not set; it is the public key/],
      [
        { BACKUP_RECIPIENT: `age1${"q".repeat(58)}` },
        [],
        /^BACKUP_RECIPIENT: age1q+ is not a public key of age/,
      ],
      [{ BACKUP_KEEP_DAYS: "-3" }, [], /^BACKUP_KEEP_DAYS must be a whole number/],
      [{ DATABASE_URL: "file:/nowhere/x.sqlite" }, [], /^There is no SQLite file at/],
      [{}, ["--force"], /^Usage: npm run backup$/],
    ]));

  it("says of a database without tables how to make them", async () => {
    const empty = join(mkdtempSync(join(tmpdir(), "backroom-empty-")), "empty.sqlite");
    writeFileSync(empty, "");
    const unmigrated = await runBackupCommand("backup", environment({ DATABASE_URL: `file:${empty}` })).ended;
    expect(unmigrated).toEqual({
      code: 2,
      out: "",
      error: expect.stringMatching(/^The database has no tables of Backroom\./),
    });
  });

  it("says which program is missing on a host without Postgres' tools", async () => {
    const postgres = await createTestDatabase("postgres");
    const { code, error } = await runBackupCommand(
      "backup",
      environment({ DATABASE_URL: postgres.url, PATH: "/nowhere" }),
    ).ended;
    expect({ code, error }).toEqual({
      code: 2,
      error: expect.stringMatching(/^pg_dump is not installed\. Install the client programs/),
    });
    await postgres.drop();
  });
});

describe("npm run restore", () => {
  it("makes a file that was not there, and one that was empty, into the database that was backed up", async () => {
    await runBackupCommand("backup", environment()).ended;
    const fresh = join(mkdtempSync(join(tmpdir(), "backroom-fresh-")), "fresh.sqlite");
    const made = await runBackupCommand(
      "restore",
      environment({ DATABASE_URL: `file:${fresh}` }),
      newestFile(),
    ).ended;
    expect(made).toMatchObject({ code: 0, error: "" });
    expect(made.out).toMatch(
      /^backroom-test-sqlite-\S+: taken \S+ in "test" by Backroom 0\.1\.0 \(SQLite .*, \d+ rows\. It is whole/,
    );
    expect(made.out).toMatch(
      /Every table is what was backed up\. Before the app starts: npm run prisma:migrate/,
    );
    expect(await storesIn(fresh)).toEqual(["marked"]);
    expect(readdirSync(join(fresh, ".."))).toEqual(["fresh.sqlite"]);

    const migrated = await createTestDatabase("sqlite");
    const into = environment({ DATABASE_URL: migrated.url });
    // By its manifest, as by its own name
    expect(await runBackupCommand("restore", into, manifestName(newestFile())).ended).toMatchObject({
      code: 0,
    });
    expect(await storesIn(migrated.url.slice(5))).toEqual(["marked"]);
    await migrated.drop();
  });

  it("replaces what is there only with --yes, beside an app that has the file open", async () => {
    const target = await createTestDatabase("sqlite");
    const app = await connectDatabase(target.url);
    await insertTenant(app, "later");
    const into = environment({ DATABASE_URL: target.url });
    const refused = await runBackupCommand("restore", into, newestFile()).ended;
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.error).toMatch(
      /^The SQLite file \S+ is not empty \(rows in AiDraft, ConnectionEvent, KpiCache and \d+ more\)\. All of it would be replaced by the backup: stop the app, and run this again with --yes\.\n$/,
    );
    expect((await app.store.findMany()).map(({ name }) => name)).toEqual(["later"]);
    expect(await runBackupCommand("restore", into, newestFile(), "--yes").ended).toMatchObject({
      code: 0,
      error: "",
    });
    expect((await app.store.findMany()).map(({ name }) => name)).toEqual(["marked"]);
    await app.$disconnect();
    await target.drop();
  });

  it("leaves a file that another process is writing to, and says so", async () => {
    const target = await createTestDatabase("sqlite");
    const app = await connectDatabase(target.url);
    const before = readFileSync(target.url.slice(5));
    await app.$transaction(
      async (tx) => {
        await tx.jobLease.create({ data: { name: "x", runId: "x", expiresAt: new Date() } });
        const { code, error } = await runBackupCommand(
          "restore",
          environment({ DATABASE_URL: target.url }),
          newestFile(),
          "--yes",
        ).ended;
        expect({ code, error }).toEqual({
          code: 2,
          error: expect.stringMatching(/is held by another process; it is as it was\./),
        });
      },
      { timeout: 60_000 },
    );
    await app.$disconnect();
    expect(await storesIn(target.url.slice(5))).toEqual([]);
    expect(before.length).toBeGreaterThan(0);
    await target.drop();
  });

  it("answers what is wrong with one sentence", () =>
    answersWithOneSentence("restore", [
      [{}, [], /^Usage: npm run restore -- <file or/],
      [{}, ["/nowhere/x.age"], /^There is no \/nowhere\/x\.age\.$/],
      [{}, ["package.json"], /^package\.json has no package\.json\.json beside it: it is no backup/],
      [{}, ["s3://x/y.age"], /^s3:\/\/x\/y\.age is in a bucket; set BACKUP_S3_BUCKET/],
      [
        { BACKUP_IDENTITY: "AGE-SECRET-KEY-1HUNTER2" },
        [newestFile()],
        /^BACKUP_IDENTITY is not a secret key of age/,
      ],
      [{ DATABASE_URL: "file:/nowhere/x.sqlite" }, [newestFile()], /^There is no folder \/nowhere\.$/],
    ]));
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
    const { code, out } = await runBackupCommand(
      "verify",
      environment({ BACKUP_IDENTITY: "", BACKUP_IDENTITY_FILE: file }),
    ).ended;
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
    const here = environment({ BACKUP_FOLDER: own.folder });
    expect(await runBackupCommand("verify", here).ended).toMatchObject({
      code: 1,
      error: expect.stringMatching(/is damaged/),
    });

    const nothing = environment({ BACKUP_FOLDER: createFolder().folder });
    expect(await runBackupCommand("verify", nothing).ended).toMatchObject({
      code: 2,
      error: expect.stringMatching(
        /^There is no whole backup of "test" \(sqlite\) in \S+\. Make one with: npm run backup\n$/,
      ),
    });
    const other = await createKeyPair();
    const strange = environment({ BACKUP_IDENTITY: other.identity });
    expect(await runBackupCommand("verify", strange).ended).toMatchObject({
      code: 2,
      error: expect.stringMatching(/to another key/),
    });
  });
});

type Wrong = [changes: Record<string, string>, args: string[], sentence: RegExp];

async function answersWithOneSentence(command: Command, cases: Wrong[]) {
  const ends = cases.map(([changes, args]) => runBackupCommand(command, environment(changes), ...args).ended);
  for (const [i, { code, error }] of (await Promise.all(ends)).entries()) {
    expect({ code, error: error.trimEnd() }).toEqual({ code: 2, error: expect.stringMatching(cases[i]![2]) });
    expect(error.trimEnd()).not.toContain("\n");
    expect(error).not.toMatch(/hunter2/i);
  }
}
