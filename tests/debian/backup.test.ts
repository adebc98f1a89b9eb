/** Backups of Postgres, with Debian's pg_dump, pg_restore and age. */
import { spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Encrypter } from "age-encryption";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { SWEEP_JOB } from "~/features/retention/retention";
import { connectDatabase, type Db } from "~/platform/db/client.server";
import { withLease } from "~/platform/db/lease.server";
import type { FolderStore } from "../../ops/backup/folder-store";
import { parseManifest, writeManifest, type Manifest } from "../../ops/backup/manifest";
import { manifestName } from "../../ops/backup/names";
import { restoreBackup } from "../../ops/backup/restore-backup";
import { locate } from "../../ops/backup/stores";
import { fillInbox } from "../bench/webhooks/inbox-rows";
import type { Main } from "~/platform/command.server";
import { childEnvironment, type Source } from "~/platform/env.server";
import { main as backup } from "../../ops/backup";
import { main as restore } from "../../ops/restore";
import { main as verify } from "../../ops/verify";
import { createFolder, createKeyPair, restorePlan, type KeyPair } from "../support/backups";
import { runMain, spawnScript, startMain } from "../support/commands";
import { createTestDatabase, type TestDatabase } from "../support/databases";
import { eventually } from "../support/eventually";
import { administer, databaseUrl } from "../support/postgres";
import { query } from "../support/provider-database";
import { insertTenant } from "../support/tenant-rows";

const EVENTS = 10_000;

let database: TestDatabase;
let db: Db;
let keys: KeyPair;
let folder: FolderStore;
let file: string;
let events: number;

beforeAll(async () => {
  keys = await createKeyPair();
  folder = createFolder();
  database = await createTestDatabase("postgres");
  db = await connectDatabase(database.url, { maxConnections: 5 });
  await insertTenant(db, "marked");
  await fillInbox((text, values) => db.$executeRawUnsafe(text, ...values), {
    ...{ count: EVENTS, status: "SUCCEEDED", orders: true },
  });
  events = await db.webhookEvent.count();
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
const backupFiles = () =>
  readdirSync(folder.folder)
    .filter((name) => name.endsWith(".age"))
    .sort();

async function emptyDatabase(): Promise<TestDatabase> {
  const name = `restore_${randomBytes(6).toString("hex")}`;
  await administer(inject("postgresUrl"), `CREATE DATABASE ${name}`);
  return {
    url: databaseUrl(inject("postgresUrl"), name),
    drop: () => administer(inject("postgresUrl"), `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

const count = async (url: string, table: string) =>
  Number((await query<{ n: string }>(url, `SELECT count(*) AS n FROM "${table}"`))[0]!.n);
const scratchDatabases = () =>
  query(
    inject("postgresUrl"),
    // Other files verify with roles of their own.
    `SELECT datname FROM pg_database WHERE datname LIKE 'backroom_verify%' AND pg_get_userbyid(datdba) = current_user`,
  );

describe("a backup of Postgres", () => {
  it("is of one instant while others write, and shows no password to other users of the host", async () => {
    const password = decodeURIComponent(new URL(database.url).password);
    // Apart from everything else that is called "postgres" here
    await query(
      database.url,
      `CREATE ROLE backup_reader LOGIN SUPERUSER PASSWORD 'pa55-w0rd-of-the-reader'`,
    ).catch(() => []);
    const url = new URL(database.url);
    [url.username, url.password] = ["backup_reader", "pa55-w0rd-of-the-reader"];
    expect(password).not.toBe(url.password);

    let running = true;
    let written = 0;
    const arguments_ = new Set<string>();
    const writer = (async () => {
      while (running) {
        await db.webhookEvent.updateMany({
          where: { webhookId: { startsWith: "SUCCEEDED-a" } },
          data: { attempts: written },
        });
        await db.retentionRun.create({
          data: { startedAt: new Date(), dryRun: true, outcome: "COMPLETE", policies: [] } as never,
        });
        written += 1;
      }
    })();
    const watcher = (async () => {
      for (; running; await sleep(5)) for (const line of commandLines()) arguments_.add(line);
    })();
    const made = await spawnScript("backup", [], environment({ DATABASE_URL: url.href })).ended.finally(
      () => (running = false),
    );
    await Promise.all([writer, watcher]);
    expect(made).toMatchObject({ code: 0, stderr: "" });
    expect(written).toBeGreaterThan(3);
    file = folder.path(backupFiles().at(-1)!);
    const seen = [...arguments_].filter((line) => line.includes("pg_dump"));
    expect(seen.some((line) => line.includes("--snapshot="))).toBe(true);
    expect([...arguments_].some((line) => line.includes("pa55-w0rd"))).toBe(false);
    expect(made.stdout).not.toContain("pa55-w0rd");

    expect(await run(verify)).toMatchObject({ code: 0, error: "" });
    expect(await scratchDatabases()).toEqual([]);
  });

  it("has every table of the catalogue in its manifest, migrations included", async () => {
    const { manifest } = parseManifest(readFileSync(manifestName(file), "utf8"), file);
    const tables = await query<{ name: string }>(
      database.url,
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1`,
    );
    expect(Object.keys(manifest.tables).sort()).toEqual(tables.map(({ name }) => name).sort());
    expect(manifest.tables.WebhookEvent!.rows).toBe(events);
    expect(manifest).toMatchObject({
      migration: readdirSync("prisma/migrations")
        .filter((name) => /^\d/.test(name))
        .sort()
        .at(-1),
      server: expect.stringMatching(/^PostgreSQL \d+/),
      tool: expect.stringMatching(/^pg_dump \(PostgreSQL\) \d+/),
    });
  });

  it("needs no extension that only stands beside the tables, also where a superuser makes it", async () => {
    const source = await createTestDatabase("postgres");
    await query(source.url, "CREATE EXTENSION pg_stat_statements", "CREATE EXTENSION citext");
    await query(source.url, `CREATE TABLE "Own" (home "Store", homes "Store"[])`);
    const own = createFolder();
    const made = await run(backup, { DATABASE_URL: source.url, BACKUP_FOLDER: own.folder });
    expect(made).toMatchObject({ code: 0, error: "" });
    const name = (await own.list()).map((entry) => entry.file).find((path) => path.endsWith(".json"))!;
    expect(parseManifest(await own.readText(name), name).manifest).toMatchObject({ extensions: [] });
    await source.drop();
  });

  it("opens with the age and pg_restore of any machine, as the runbook says", async () => {
    const identity = join(mkdtempSync(join(tmpdir(), "backroom-key-")), "backup.key");
    writeFileSync(identity, `${keys.identity}\n`, { mode: 0o600 });
    const opened = spawnSync("age", ["--decrypt", "--identity", identity, file], { maxBuffer: 2 ** 28 });
    expect(opened.stderr.toString()).toBe("");
    const { manifest } = parseManifest(readFileSync(manifestName(file), "utf8"), file);
    expect(createHash("sha256").update(opened.stdout).digest("hex")).toBe(manifest.archive.sha256);
    const list = spawnSync("pg_restore", ["--list"], { input: opened.stdout });
    expect(list.stdout.toString()).toMatch(/TABLE DATA public WebhookEvent/);
    const sum = spawnSync("sha256sum", [file]).stdout.toString();
    expect(sum.split(" ")[0]).toBe(manifest.file.sha256);

    const [, command] = /\*\*Without Backroom\*\*: `([^`]+)`/.exec(readFileSync("ops/RUNBOOK.md", "utf8"))!;
    const target = await emptyDatabase();
    const typed = command!
      .replace("backup.key", identity)
      .replace("<file>.age", file)
      .replace("dbname=…", `dbname=${target.url}`);
    const restored = spawnSync("sh", ["-c", typed], { encoding: "utf8" });
    expect(restored).toMatchObject({ status: 0, stderr: "" });
    expect(await count(target.url, "WebhookEvent")).toBe(events);
    expect(typed).toMatch(/--single-transaction --exit-on-error/);
    await target.drop();
  });

  it("never runs beside a sweep, nor a sweep beside it", async () => {
    const during = await withLease(db, SWEEP_JOB, "the-sweep", () => run(backup));
    expect(during).toMatchObject({ outcome: "done", result: { code: 3 } });
    // The backup waits for this lock, and holds its lease meanwhile
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(`BEGIN; LOCK TABLE "WebhookEvent"`);
    const { ended } = startMain(backup, [], environment());
    await eventually(async () =>
      expect(await db.jobLease.count({ where: { name: SWEEP_JOB, runId: { startsWith: "backup-" } } })).toBe(
        1,
      ),
    );
    const sweep = await withLease(db, SWEEP_JOB, "me", async () => "swept");
    await client.end();
    expect(await ended).toMatchObject({ code: 0, error: "" });
    expect(sweep).toEqual({ outcome: "running", runId: expect.stringMatching(/^backup-/) as string });
  });

  it("is not hindered by the timeouts that requests have", async () => {
    await query(
      database.url,
      `ALTER ROLE backup_reader SET statement_timeout = 50`,
      `ALTER ROLE backup_reader SET idle_in_transaction_session_timeout = 50`,
    );
    const url = new URL(database.url);
    [url.username, url.password] = ["backup_reader", "pa55-w0rd-of-the-reader"];
    const made = await run(backup, { DATABASE_URL: url.href });
    await query(database.url, `ALTER ROLE backup_reader RESET ALL`);
    expect(made).toMatchObject({ code: 0, error: "" });
  });

  it("goes past the pooler where DIRECT_URL says how, and says when nobody is there", async () => {
    const away = "postgresql://desk:pa55-w0rd@127.0.0.1:9/desk";
    const past = await run(backup, { DATABASE_URL: away, DIRECT_URL: database.url });
    expect(past).toMatchObject({ code: 0, error: "" });
    expect(await run(backup, { DATABASE_URL: away })).toMatchObject({
      code: 2,
      error: expect.stringMatching(/^Postgres at 127\.0\.0\.1:9 .*\n$/) as string,
    });
  });
});

describe("the variables of libpq in an operator's shell", () => {
  it("lead neither a dump nor a restore to another server", async () => {
    const services = join(mkdtempSync(join(tmpdir(), "backroom-services-")), "services.conf");
    writeFileSync(services, "[elsewhere]\nhost=127.0.0.1\nport=9\n");
    const shell = {
      ...{ PGSERVICE: "elsewhere", PGSERVICEFILE: services, PGSYSCONFDIR: "/nowhere" },
      ...{ PGHOSTADDR: "127.0.0.9", PGPORT: "9", PGDATABASE: "postgres" },
    };
    const made = await spawnScript("backup", [], environment(shell)).ended;
    expect(made).toMatchObject({ code: 0, stderr: "" });
    const target = await emptyDatabase();
    const into = environment({ ...shell, DATABASE_URL: target.url });
    const restored = await spawnScript("restore", [file], into).ended;
    expect(restored).toMatchObject({ code: 0, stderr: "" });
    expect(await count(target.url, "WebhookEvent")).toBe(events);
    await target.drop();
  });

  it("may name the file of a password that the address leaves out", async () => {
    const url = new URL(database.url);
    const passwords = join(mkdtempSync(join(tmpdir(), "backroom-passwords-")), "pgpass");
    writeFileSync(passwords, `*:*:*:${url.username}:${decodeURIComponent(url.password)}\n`, { mode: 0o600 });
    url.password = "";
    const by = environment({ DATABASE_URL: url.href, PGPASSFILE: passwords });
    // Our driver says that it will not read such files for ever.
    expect(await spawnScript("backup", [], by).ended).toMatchObject({ code: 0 });
  });
});

describe("a restore into Postgres", () => {
  it("reaches the port that the query of the address names, as the app does", async () => {
    const target = await emptyDatabase();
    const url = new URL(target.url);
    const { port } = url;
    url.port = "9";
    url.searchParams.set("port", port);
    expect(await run(restore, { DATABASE_URL: url.href }, file)).toMatchObject({ code: 0, error: "" });
    expect(await count(target.url, "WebhookEvent")).toBe(events);
    await target.drop();
  });

  it("changes nothing where its tools would reach another database than it has checked", async () => {
    const [target, other] = [await emptyDatabase(), await emptyDatabase()];
    // A psql and a pg_restore that some administrator wrapped
    const folder = mkdtempSync(join(tmpdir(), "backroom-wrapped-"));
    for (const tool of ["psql", "pg_restore"])
      writeFileSync(
        join(folder, tool),
        `#!/bin/sh\nPGDATABASE=${new URL(other.url).pathname.slice(1)} exec /usr/bin/${tool} "$@"\n`,
        { mode: 0o755 },
      );
    const PATH = `${folder}:${childEnvironment({}).PATH}`;
    expect(await run(restore, { DATABASE_URL: target.url, PATH }, file)).toMatchObject({
      code: 2,
      error: expect.stringContaining("another database") as string,
    });
    const tables = `SELECT 1 FROM information_schema.tables WHERE table_schema = 'public'`;
    for (const { url } of [target, other]) expect(await query(url, tables)).toEqual([]);
    await Promise.all([target.drop(), other.drop()]);
  });

  it("makes an empty database into what was backed up", async () => {
    const target = await emptyDatabase();
    const { code, out, error } = await run(restore, { DATABASE_URL: target.url }, file);
    expect({ code, error }).toEqual({ code: 0, error: "" });
    expect(out).toMatch(/ the database "restore_\w+" at 127\.0\.0\.1:\d+ /);
    expect(await count(target.url, "WebhookEvent")).toBe(events);
    const restored = await connectDatabase(target.url);
    expect((await restored.store.findMany()).map(({ name }) => name)).toEqual(["marked"]);
    await restored.$disconnect();
    await target.drop();
  });

  it("replaces what is there only with --yes, and all of it", async () => {
    const target = await createTestDatabase("postgres");
    const app = await connectDatabase(target.url);
    await insertTenant(app, "later");
    await app.$disconnect();
    const into = { DATABASE_URL: target.url };
    expect(await run(restore, into, file)).toMatchObject({
      code: 2,
      error: expect.stringMatching(/^The database "\w+" at \S+ .*\(rows in .* --yes\.\n$/) as string,
    });
    expect(await query(target.url, `SELECT "name" FROM "Store"`)).toEqual([{ name: "later" }]);
    expect(await run(restore, into, file, "--yes")).toMatchObject({ code: 0, error: "" });
    expect(await query(target.url, `SELECT "name" FROM "Store"`)).toEqual([{ name: "marked" }]);
    await target.drop();
  });

  it("refuses a database that is newer than the backup, until its schema was emptied", async () => {
    const target = await createTestDatabase("postgres");
    await query(
      target.url,
      `INSERT INTO "_prisma_migrations" ("id", "checksum", "migration_name", "finished_at", "applied_steps_count") VALUES ('x', 'x', '20991231000000_later', now(), 1)`,
    );
    const into = { DATABASE_URL: target.url };
    expect(await run(restore, into, file, "--yes")).toMatchObject({
      code: 2,
      error: expect.stringContaining("(20991231000000_later)") as string,
    });
    await query(target.url, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public");
    expect(await run(restore, into, file)).toMatchObject({ code: 0, error: "" });
    await target.drop();
  });

  it("names a role that this server lacks, and does without what it was granted with --no-privileges", async () => {
    await query(
      database.url,
      `CREATE ROLE backup_reporting`,
      `GRANT SELECT ON "WebhookEvent" TO backup_reporting`,
    );
    expect(await run(backup)).toMatchObject({ code: 0, error: "" });
    const granting = folder.path(backupFiles().at(-1)!);
    await query(database.url, `DROP OWNED BY backup_reporting`, `DROP ROLE backup_reporting`);
    const target = await emptyDatabase();
    const into = { DATABASE_URL: target.url };
    expect(await run(restore, into, granting)).toMatchObject({
      code: 2,
      error: expect.stringMatching(/ "backup_reporting", .* --no-privileges\.\n$/) as string,
    });
    expect(await query(target.url, `SELECT FROM pg_tables WHERE schemaname = 'public'`)).toEqual([]);
    expect(await run(restore, into, granting, "--no-privileges")).toMatchObject({ code: 0, error: "" });
    await target.drop();
  });

  it("that fails half-way leaves everything as it was", async () => {
    const target = await createTestDatabase("postgres");
    const app = await connectDatabase(target.url);
    await insertTenant(app, "later");
    await app.$disconnect();
    // A view of somebody's: the table below it cannot be dropped, after others already were.
    await query(target.url, `CREATE VIEW mine AS SELECT "id" FROM "Store"`);
    expect(await run(restore, { DATABASE_URL: target.url }, file, "--yes")).toMatchObject({
      code: 2,
      error: expect.stringMatching(/^pg_restore .*\bmine\b/) as string,
    });
    expect(await query(target.url, `SELECT "name" FROM "Store"`)).toEqual([{ name: "later" }]);
    expect(await count(target.url, "Ticket")).toBe(1);
    await target.drop();
  });

  it("that is killed half-way leaves everything as it was", async () => {
    const target = await createTestDatabase("postgres");
    const app = await connectDatabase(target.url);
    await insertTenant(app, "later");
    await app.$disconnect();
    const killed = spawnScript("restore", [file, "--yes"], environment({ DATABASE_URL: target.url }));
    // Asked on one connection, so that a busy machine does not miss the moment.
    const looking = new pg.Client({ connectionString: target.url });
    await looking.connect();
    const at = async (queries: string) =>
      (
        await looking.query(
          `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'backroom backup' AND query ~ $1`,
          [queries],
        )
      ).rows.length > 0;
    while (!(await at("^(CREATE TABLE|COPY)")) && killed.child.exitCode === null) await sleep(2);
    killed.child.kill("SIGKILL");
    expect((await killed.ended).code).toBeNull();
    for (let tries = 0; (await at("")) && tries < 1_000; tries++) await sleep(10);
    await looking.end();
    expect(await query(target.url, `SELECT "name" FROM "Store"`)).toEqual([{ name: "later" }]);
    await target.drop();
  });

  it("takes of an older backup, which holds the whole database, what is of its tables' owner and schemas", async () => {
    const source = await createTestDatabase("postgres");
    await query(
      source.url,
      "CREATE EXTENSION pg_stat_statements",
      "CREATE SCHEMA reporting",
      "CREATE TABLE reporting.days (day date)",
      "INSERT INTO reporting.days VALUES ('2026-11-23')",
    );
    const dump = spawnSync("pg_dump", ["--format=custom", "--no-owner", source.url], { maxBuffer: 2 ** 28 });
    expect(dump.stderr.toString()).toBe("");
    const hash = await query<{ hash: string }>(
      source.url,
      `SELECT sum(('x' || left(md5(d::text), 16))::bit(64)::bigint)::text AS hash FROM reporting.days d`,
    );
    const tables = { "reporting.days": { rows: 1, hash: hash[0]!.hash } };
    const older = { tables, schema: undefined, extensions: undefined, leftOut: undefined };
    const forged = await forge(dump.stdout, older);
    const list = spawnSync("pg_restore", ["--list"], { input: dump.stdout, encoding: "utf8" }).stdout;
    expect(list).toMatch(/EXTENSION - pg_stat_statements/);
    const target = await emptyDatabase();
    await query(target.url, "CREATE EXTENSION pg_stat_statements");
    const { code, error } = await run(restore, { DATABASE_URL: target.url }, forged);
    // The tables of "public" are not in this manifest, and so differ.
    expect(code).toBe(1);
    expect(error).not.toMatch(/reporting/);
    expect(await query(target.url, "SELECT * FROM reporting.days")).toHaveLength(1);
    await Promise.all([source.drop(), target.drop()]);
  });

  it("of what is no dump, half a dump or somebody else's is refused before the database is touched", async () => {
    const target = await createTestDatabase("postgres");
    const plan = restorePlan(target.url, keys, folder.folder);
    const clear = await archiveOf(file);
    const cases: [string, Buffer, Partial<Manifest>, RegExp][] = [
      ["text", Buffer.from("-- PostgreSQL database dump\n".repeat(9_000)), {}, /holds no dump of pg_dump/],
      [
        "a dump of a later pg_dump",
        Buffer.concat([Buffer.from("PGDMP"), Buffer.from([9, 9, 9]), clear.subarray(8)]),
        {},
        /cannot be read by the pg_restore that is installed here: .*version.* Install the pg_restore of pg_dump/,
      ],
      ["a dump's beginning", clear.subarray(0, 3_000), {}, /cannot be read by the pg_restore/],
      [
        "a dump of SQLite",
        clear,
        { engine: "sqlite" },
        /is a backup of SQLite, and DATABASE_URL names Postgres/,
      ],
      ["another environment's", clear, { environment: "staging" }, /from the environment "staging"/],
      [
        "a later schema's",
        clear,
        { migration: "20991231000000_later" },
        /which this version of Backroom does not know/,
      ],
    ];
    const before = await query(
      target.url,
      `SELECT relname, relfilenode FROM pg_class WHERE relkind = 'r' ORDER BY 1`,
    );
    for (const [name, bytes, changes, sentence] of cases) {
      const backup = await locate(await forge(bytes, changes), undefined);
      await expect(restoreBackup(backup, plan), name).rejects.toThrow(sentence);
    }
    expect(
      await query(target.url, `SELECT relname, relfilenode FROM pg_class WHERE relkind = 'r' ORDER BY 1`),
    ).toEqual(before);
    await target.drop();
  });
});

describe("a verification on Postgres", () => {
  it("ends with 1 when a table differs, and drops its scratch database all the same", async () => {
    const { manifest } = parseManifest(readFileSync(manifestName(file), "utf8"), file);
    const tables = {
      ...manifest.tables,
      Store: { ...manifest.tables.Store!, hash: "7" },
      Ticket: { rows: 9, hash: "" },
    };
    const forged = await forge(await archiveOf(file), { tables });
    const { code, error } = await run(verify, {}, forged);
    expect(code).toBe(1);
    expect(error).toMatch(/^Store .* 1 row .*\nTicket .* 1 row, .* 9 rows\.\n$/);
    expect(await scratchDatabases()).toEqual([]);
  });

  it("ends with 2 where pg_restore is too old for the file, which is no damage", async () => {
    const later = Buffer.concat([
      ...[Buffer.from("PGDMP"), Buffer.from([9, 9, 9])],
      ...[(await archiveOf(file)).subarray(8)],
    ]);
    expect(await run(verify, {}, await forge(later, {}))).toMatchObject({
      code: 2,
      error: expect.stringMatching(/ pg_restore .*\(9\.9\)/) as string,
    });
  });

  it("says what its user lacks, and drops what it made when it is stopped", async () => {
    await query(
      database.url,
      `DROP ROLE IF EXISTS backup_nobody`,
      `CREATE ROLE backup_nobody LOGIN PASSWORD 'x'`,
    );
    const url = new URL(database.url);
    [url.username, url.password] = ["backup_nobody", "x"];
    expect(await run(verify, { DATABASE_URL: url.href }, file)).toMatchObject({
      code: 2,
      error: expect.stringContaining("CREATEDB") as string,
    });

    let running = true;
    const stopped = startMain(verify, [file], environment());
    const ended = stopped.ended.finally(() => (running = false));
    while (!(await scratchDatabases()).length && running) await sleep(2);
    stopped.stop();
    expect(await ended).toMatchObject({
      code: 130,
      error: expect.stringMatching(/^Stopped\. .+\n$/) as string,
    });
    expect(await scratchDatabases()).toEqual([]);
  });
});

/** Every process's command line, as `ps` shows it to everybody. */
function commandLines(): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((id) => {
      try {
        return [readFileSync(`/proc/${id}/cmdline`, "utf8").replaceAll("\0", " ")];
      } catch {
        return [];
      }
    });
}

async function archiveOf(path: string): Promise<Buffer> {
  const { Decrypter } = await import("age-encryption");
  const decrypter = new Decrypter();
  decrypter.addIdentity(keys.identity);
  return Buffer.from(await decrypter.decrypt(readFileSync(path)));
}

/** A backup with all that is public, properly sealed, of bytes and facts of one's choice. */
async function forge(clear: Buffer, changes: Partial<Manifest>): Promise<string> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(keys.recipient);
  const sealed = Buffer.from(await encrypter.encrypt(clear));
  const digest = (bytes: Buffer) => ({
    bytes: bytes.length,
    sha256: createHash("sha256").update(bytes).digest("hex"),
  });
  const { manifest } = parseManifest(readFileSync(manifestName(file), "utf8"), file);
  const forged = { ...manifest, archive: digest(clear), file: digest(sealed), ...changes };
  const path = join(mkdtempSync(join(tmpdir(), "backroom-forged-")), "forged.dump.age");
  writeFileSync(path, sealed);
  writeFileSync(manifestName(path), await writeManifest(forged, (text) => encrypter.encrypt(text)));
  return path;
}
