/** The databases around a backup of Postgres: the one that verifies (VERIFY_DATABASE_URL), and one that is emptied. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Main } from "~/platform/command.server";
import type { Source } from "~/platform/env.server";
import { main as backup } from "../../ops/backup";
import { main as empty } from "../../ops/empty";
import { main as restore } from "../../ops/restore";
import { main as verify } from "../../ops/verify";
import { createFolder, createKeyPair, type KeyPair } from "../support/backups";
import { runMain } from "../support/commands";
import type { TestDatabase } from "../support/databases";
import {
  createEmptyDatabase,
  createProviderDatabase,
  createRole,
  query,
  type Role,
} from "../support/provider-database";

let keys: KeyPair;
/** May not create databases */
let app: Role;
let other: Role;
let database: TestDatabase;
const folder = createFolder();
const done = { code: 0, error: "" };
beforeAll(async () => {
  keys = await createKeyPair();
  [app, other] = [await createRole(), await createRole()];
  database = await createProviderDatabase(app);
  expect(await run(backup)).toMatchObject(done);
});
afterAll(async () => {
  await database?.drop();
  await app?.drop();
  await other?.drop();
});

const environment = (changes: Source = {}) => ({
  ...{ DATABASE_URL: app.of(database.url), BACKUP_ENVIRONMENT: "test", BACKUP_FOLDER: folder.folder },
  ...{ BACKUP_RECIPIENT: keys.recipient, BACKUP_IDENTITY: keys.identity, ...changes },
});
const run = (main: Main, changes: Source = {}, ...args: string[]) =>
  runMain(main, args, environment(changes));
const file = async () =>
  folder.path((await folder.list()).map((entry) => entry.file).find((name) => name.endsWith(".age"))!);
const tables = (url: string) =>
  query<{ name: string }>(
    url,
    `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
     WHERE relkind IN ('r', 'v') AND nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY 1`,
  ).then((rows) => rows.map(({ name }) => name));

describe("a verification in the database of VERIFY_DATABASE_URL", () => {
  let scratch: TestDatabase;
  beforeAll(async () => {
    scratch = await createEmptyDatabase(app);
    await query(scratch.url, "CREATE EXTENSION pg_stat_statements");
  });
  afterAll(() => scratch?.drop());
  const inScratch = () => run(verify, { VERIFY_DATABASE_URL: app.of(scratch.url) });

  it("needs no right to create one, and leaves it as empty as it was, extensions included", async () => {
    expect(await run(verify)).toMatchObject({
      code: 2,
      error: expect.stringMatching(/ CREATEDB.* VERIFY_DATABASE_URL\.\n$/) as string,
    });
    const before = await tables(scratch.url);
    for (const _ of ["once", "and again"]) {
      expect(await inScratch()).toMatchObject(done);
      expect(await tables(scratch.url)).toEqual(before);
    }
  });

  it("is refused in the database itself, however it is spelled", async () => {
    const spelled = new URL(app.of(database.url));
    spelled.hostname = "localhost";
    for (const url of [app.of(database.url), spelled.href])
      expect(await run(verify, { VERIFY_DATABASE_URL: url })).toMatchObject({
        code: 2,
        error: expect.stringMatching(/ of VERIFY_DATABASE_URL is that of DATABASE_URL .*\n$/) as string,
      });
    expect(await query(database.url, `SELECT "name" FROM "Store"`)).toEqual([{ name: "marked" }]);
  });

  it("is refused where the database holds anything, and leaves that", async () => {
    await query(scratch.url, "CREATE TABLE notes (text text)");
    expect(await inScratch()).toMatchObject({
      code: 2,
      error: expect.stringMatching(/ of VERIFY_DATABASE_URL is not empty \(notes\); .*\n$/) as string,
    });
    expect(await tables(scratch.url)).toContain("notes");
    await query(scratch.url, "DROP TABLE notes");
  });

  it("clears what one left that was killed, and nothing that was put beside it", async () => {
    // As one leaves it that is killed in the middle of its work
    const [{ left }] = (await query<{ left: string }>(
      database.url,
      `SELECT json_build_object('schemas', '["public"]'::json, 'tables', json_agg(tablename))::text AS left
       FROM pg_tables WHERE schemaname = 'public'`,
    )) as [{ left: string }];
    const halfDone = [
      "CREATE SCHEMA backroom_verify",
      `COMMENT ON SCHEMA backroom_verify IS '${left}'`,
      `CREATE TABLE "Store" (id text)`,
    ];
    await query(app.of(scratch.url), ...halfDone, "CREATE TABLE notes (text text)");
    expect(await inScratch()).toMatchObject({
      code: 2,
      error: expect.stringContaining("(notes)") as string,
    });
    expect(await tables(scratch.url)).toEqual(expect.arrayContaining(['"Store"', "notes"]));
    await query(scratch.url, "DROP TABLE notes");
    expect(await inScratch()).toMatchObject(done);
    expect(await tables(scratch.url)).toEqual(["pg_stat_statements", "pg_stat_statements_info"]);
  });
});

describe("npm run database:empty", () => {
  let target: TestDatabase;
  const url = () => app.of(target.url);
  const schema = () =>
    query(
      target.url,
      `SELECT nspowner, nspacl, obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = 'public'`,
    );
  beforeAll(async () => {
    target = await createProviderDatabase(app);
    await query(
      target.url,
      "CREATE EXTENSION pg_stat_statements",
      "COMMENT ON SCHEMA public IS 'of the provider'",
      `GRANT USAGE ON SCHEMA public TO ${other.name}`,
      `CREATE TABLE theirs (id int)`,
      `ALTER TABLE theirs OWNER TO ${other.name}`,
      `INSERT INTO "_prisma_migrations" ("id", "checksum", "migration_name", "finished_at", "applied_steps_count") VALUES ('x', 'x', '20991231000000_later', now(), 1)`,
    );
    await query(url(), `CREATE TABLE "Later" (id serial, at timestamp)`, `CREATE VIEW "Newer" AS SELECT 1`);
  });
  afterAll(() => target?.drop());

  it("lists what would go, and changes nothing without --yes", async () => {
    const before = await tables(target.url);
    const { code, out } = await run(empty, { DATABASE_URL: url() });
    expect(code).toBe(0);
    expect(out).toMatch(/^table public\."Store"$/m);
    expect(out).toMatch(/ npm run database:empty -- --yes\n$/);
    expect(out).not.toMatch(/theirs|pg_stat/);
    expect(await tables(target.url)).toEqual(before);
  });

  it("is refused where something of others would go too, and names it", async () => {
    await query(target.url, `CREATE VIEW reads AS SELECT "id" FROM "Store"`);
    expect(await run(empty, { DATABASE_URL: url() }, "--yes")).toMatchObject({
      code: 1,
      error: expect.stringMatching(/: .*view reads.* Nothing was changed; .*\n$/) as string,
    });
    expect(await query(url(), `SELECT "name" FROM "Store"`)).toHaveLength(1);
    await query(target.url, "DROP VIEW reads");
  });

  it("makes room for a backup of before later migrations; schema, grants and other roles' tables stay", async () => {
    const into = { DATABASE_URL: url() };
    const before = await schema();
    expect(await run(restore, into, await file(), "--yes")).toMatchObject({
      code: 2,
      error: expect.stringContaining("npm run database:empty") as string,
    });
    expect(await run(empty, into, "--yes")).toMatchObject(done);
    expect(await tables(target.url)).toEqual(["pg_stat_statements", "pg_stat_statements_info", "theirs"]);
    expect(await run(empty, into)).toMatchObject({
      ...done,
      out: expect.stringMatching(/^Nothing /) as string,
    });
    expect(await run(restore, into, await file())).toMatchObject(done);
    expect(await schema()).toEqual(before);
    // And once more over it, as any later restore
    expect(await run(restore, into, await file(), "--yes")).toMatchObject(done);
  });

  it("is for Postgres alone", async () => {
    expect(await run(empty, { DATABASE_URL: "file:./x.sqlite" })).toMatchObject({
      code: 2,
      error: expect.stringMatching(/^DATABASE_URL names SQLite/) as string,
    });
  });
});
