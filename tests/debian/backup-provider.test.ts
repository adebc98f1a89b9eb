/** Backups by an ordinary role of a database in which the provider, and other roles, own something. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { manifestName } from "../../ops/backup/names";
import type { Manifest } from "../../ops/backup/manifest";
import { main as backup } from "../../ops/backup";
import { main as restore } from "../../ops/restore";
import { main as verify } from "../../ops/verify";
import type { Main } from "~/platform/command.server";
import type { Source } from "~/platform/env.server";
import { createFolder, createKeyPair, type KeyPair } from "../support/backups";
import { runMain } from "../support/commands";
import {
  createEmptyDatabase,
  createProviderDatabase,
  createRole,
  query,
  type Role,
} from "../support/provider-database";
import type { TestDatabase } from "../support/databases";

let keys: KeyPair;
let app: Role;
let other: Role;
let database: TestDatabase;
beforeAll(async () => {
  keys = await createKeyPair();
  [app, other] = [await createRole("CREATEDB"), await createRole()];
  database = await createProviderDatabase(app);
});
afterAll(async () => {
  await database?.drop();
  await app?.drop();
  await other?.drop();
});

const folder = createFolder();
const run = (main: Main, url: string, args: string[] = [], changes: Source = {}) =>
  runMain(main, args, {
    ...{ DATABASE_URL: url, BACKUP_ENVIRONMENT: "test", BACKUP_FOLDER: folder.folder },
    ...{ BACKUP_RECIPIENT: keys.recipient, BACKUP_IDENTITY: keys.identity, ...changes },
  });
const done = { code: 0, error: "" };

async function newest(): Promise<{ file: string; manifest: Manifest }> {
  const names = (await folder.list()).map(({ file }) => file).filter((name) => name.endsWith(".age"));
  const file = folder.path(names.sort().at(-1)!);
  return { file, manifest: JSON.parse(readFileSync(manifestName(file), "utf8")) as Manifest };
}

/** What a provider, an administrator and other apps put into a database, each by a superuser. */
const PROVIDERS: [name: string, statements: (other: string, app: string) => string[], left?: RegExp][] = [
  ["the extension pg_stat_statements", () => ["CREATE EXTENSION pg_stat_statements"]],
  [
    "extensions with comments, schemas, event triggers, publications, foreign servers, and grants on our schema",
    (other, app) => [
      "CREATE EXTENSION citext",
      "COMMENT ON EXTENSION citext IS 'of the provider'",
      "CREATE SCHEMA extensions",
      "GRANT USAGE ON SCHEMA extensions TO PUBLIC",
      "CREATE EXTENSION pgcrypto SCHEMA extensions",
      "CREATE EXTENSION postgres_fdw",
      ...["CREATE SCHEMA auth", "CREATE TABLE auth.users (id int)", "CREATE SCHEMA cron"],
      ...["CREATE TABLE cron.job (id int)", "GRANT USAGE ON SCHEMA cron TO PUBLIC"],
      "CREATE FUNCTION watched() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'",
      "CREATE EVENT TRIGGER watching ON ddl_command_end EXECUTE FUNCTION watched()",
      "CREATE PUBLICATION everything FOR ALL TABLES",
      `CREATE PUBLICATION stores FOR TABLE "Store"`,
      "SELECT lo_from_bytea(0, 'large')",
      "CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw",
      `CREATE FOREIGN TABLE public.remote (id int) SERVER elsewhere`,
      `CREATE USER MAPPING FOR ${other} SERVER elsewhere`,
      "COMMENT ON SCHEMA public IS 'of the provider'",
      `GRANT USAGE ON SCHEMA public TO ${other}`,
      `ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO ${other}`,
      `ALTER DEFAULT PRIVILEGES FOR ROLE ${app} IN SCHEMA public GRANT SELECT ON TABLES TO ${other}`,
      `GRANT SELECT ON "Store" TO ${other}`,
      `GRANT SELECT ON "Ticket" TO ${other} WITH GRANT OPTION`,
      ...[
        `SET ROLE ${other}`,
        `GRANT SELECT ON "Ticket" TO ${app}`,
        `GRANT SELECT ON "Ticket" TO pg_monitor`,
        "RESET ROLE",
      ],
      `ALTER DATABASE CURRENT SET work_mem = '8MB'`,
    ],
  ],
  [
    "tables, views, sequences and functions of another role in our schema, which we may not read",
    (other) => [
      `CREATE TABLE public."Other one" (id serial PRIMARY KEY)`,
      `CREATE VIEW public.theirs AS SELECT * FROM public."Other one"`,
      `CREATE SEQUENCE public.counted`,
      `CREATE FUNCTION public.helps() RETURNS int LANGUAGE sql AS 'SELECT 1'`,
      `COMMENT ON FUNCTION public.helps() IS 'of another role'`,
      `CREATE TYPE public.mood AS ENUM ('fine')`,
      ...[
        `ALTER TABLE public."Other one" OWNER TO ${other}`,
        `ALTER FUNCTION public.helps() OWNER TO ${other}`,
      ],
    ],
    /FUNCTION .*helps/,
  ],
  [
    "what an administrator made of our tables: views, policies, statistics, indexes, triggers",
    (other, app) => [
      `CREATE MATERIALIZED VIEW public.names AS SELECT "name" FROM "Store"`,
      `ALTER MATERIALIZED VIEW public.names OWNER TO ${app}`,
      `CREATE VIEW public.slow AS SELECT * FROM pg_stat_statements`,
      ...[`COMMENT ON VIEW public.slow IS 'kept'`, `ALTER VIEW public.slow OWNER TO ${app}`],
      `CREATE VIEW public.both AS SELECT s."name", o.id FROM "Store" s, "Other one" o`,
      ...[`COMMENT ON COLUMN public.both.id IS 'gone'`, `ALTER VIEW public.both OWNER TO ${app}`],
      `CREATE VIEW public.upon AS SELECT * FROM public.both`,
      `ALTER VIEW public.upon OWNER TO ${app}`,
      `CREATE POLICY all_rows ON "Store" TO ${other} USING (true)`,
      `ALTER TABLE "Store" ENABLE ROW LEVEL SECURITY`,
      `CREATE STATISTICS public.together ON "name", "shopDomain" FROM "Store"`,
      `CREATE EXTENSION pg_trgm SCHEMA extensions`,
      `CREATE INDEX searched ON "Store" USING gin ("name" extensions.gin_trgm_ops)`,
      `CREATE SCHEMA audit`,
      `CREATE FUNCTION audit.noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'`,
      `CREATE TRIGGER noted AFTER UPDATE ON "Store" FOR EACH ROW EXECUTE FUNCTION audit.noted()`,
      `COMMENT ON TRIGGER noted ON "Store" IS 'of an administrator'`,
      `ALTER TABLE "Store" ADD COLUMN mood public.mood, ADD COLUMN folded citext`,
    ],
    /VIEW both .*VIEW slow .*VIEW upon .*TRIGGER .*noted/,
  ],
  [
    "objects of every kind that are ours, under any name",
    (_, app) => [
      `SET ROLE ${app}`,
      `CREATE TYPE public.address AS (street text, town text)`,
      `CREATE DOMAIN public.positive AS int CHECK (VALUE > 0)`,
      `CREATE TYPE public.span AS RANGE (subtype = timestamp)`,
      `CREATE FUNCTION public."same as"(a text, b text) RETURNS boolean LANGUAGE sql AS 'SELECT a = b'`,
      `CREATE OPERATOR public.=== (LEFTARG = text, RIGHTARG = text, FUNCTION = public."same as")`,
      `CREATE AGGREGATE public.last(text) (SFUNC = textcat, STYPE = text)`,
      `CREATE COLLATION public.plain (LOCALE = 'C')`,
      `CREATE TABLE public."Ünï ""quoted"" TABLE" (id serial PRIMARY KEY, n int GENERATED ALWAYS AS IDENTITY, at public.span,
         home public.address, homes public.address[], p public.positive, t text COLLATE public.plain, twice int GENERATED ALWAYS AS (1 * 2) STORED,
         EXCLUDE USING gist (at WITH &&))`,
      `INSERT INTO public."Ünï ""quoted"" TABLE" (home, p) VALUES (ROW('a', 'b'), 1)`,
      `COMMENT ON TABLE public."Ünï ""quoted"" TABLE" IS 'it''s ours'`,
      `CREATE VIEW public."A view" AS SELECT public.last(t), bool_or(t OPERATOR(public.===) 'x') FROM public."Ünï ""quoted"" TABLE"`,
      `CREATE TABLE public.parted (day date NOT NULL) PARTITION BY RANGE (day)`,
      `CREATE TABLE public.part PARTITION OF public.parted FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')`,
      `INSERT INTO public.parted VALUES ('2026-11-23')`,
      `CREATE UNLOGGED TABLE public.fast (id int)`,
      `CREATE RULE nothing AS ON DELETE TO public.fast DO INSTEAD NOTHING`,
      `CREATE FUNCTION public.touched() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'`,
      `CREATE TRIGGER touched BEFORE UPDATE ON public.fast FOR EACH ROW EXECUTE FUNCTION public.touched()`,
      `RESET ROLE`,
      `CREATE SCHEMA reporting AUTHORIZATION ${app}`,
      `CREATE TABLE reporting.days (day date)`,
      `ALTER TABLE reporting.days OWNER TO ${app}`,
    ],
    /TABLE reporting\.days /,
  ],
];

describe.each(PROVIDERS)("a database with %s", (_, statements, left) => {
  beforeAll(() => query(database.url, ...statements(other.name, app.name).map(named)));
  /** ALTER DATABASE wants a name. */
  const named = (statement: string) =>
    statement.replace("DATABASE CURRENT", `DATABASE ${new URL(database.url).pathname.slice(1)}`);

  it("is backed up, verified, and restored where it was and elsewhere, by the role that runs the app", async () => {
    const url = app.of(database.url);
    // The lease that the last backup was made under came back with it.
    await query(url, `DELETE FROM "JobLease"`);
    const made = await run(backup, url);
    expect(made).toMatchObject(done);
    const { file, manifest } = await newest();
    if (left) expect(manifest.leftOut!.map(({ what }) => what).join(" ")).toMatch(left);
    if (left) expect(made.out).toMatch(/^Not in the backup, .*/m);
    expect(await run(verify, url)).toMatchObject(done);

    const schema = () =>
      query(
        database.url,
        `SELECT nspowner, nspacl, obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = 'public'`,
      );
    const before = await schema();
    // Views of ours that read what is not ours are not in the backup, and in the way of their tables.
    await query(url, "DROP VIEW IF EXISTS public.upon, public.both");
    expect(await run(restore, url, [file, "--yes"])).toMatchObject(done);
    expect(await schema()).toEqual(before);
    expect(await query(url, `SELECT "name" FROM "Store"`)).toEqual([{ name: "marked" }]);
  });
});

describe("that backup of all of it", () => {
  it("goes into a database without any of it, with the extensions that its tables need", async () => {
    const { file, manifest } = await newest();
    expect(manifest.extensions!.map(({ name }) => name).sort()).toEqual([...["citext", "pg_trgm"]]);
    const target = await createEmptyDatabase(app);
    const into = app.of(target.url);
    expect(await run(restore, into, [file])).toMatchObject(done);
    const left = `SELECT extname FROM pg_extension WHERE extname = 'pg_stat_statements'`;
    expect(await query(into, left)).toEqual([]);
    await target.drop();
  });
});

describe("a database that our role cannot back up whole", () => {
  let own: TestDatabase;
  beforeAll(async () => {
    own = await createProviderDatabase(app);
  });
  afterAll(() => own?.drop());

  it("is refused while it may not read a table of Backroom, and backed up once it may", async () => {
    await query(own.url, `ALTER TABLE "Ticket" OWNER TO ${other.name}`);
    expect(await run(backup, app.of(own.url))).toMatchObject({
      code: 2,
      error: expect.stringMatching(/^[^\n]* may not read Ticket\. .*\n$/) as string,
    });
    await query(own.url, `GRANT SELECT ON "Ticket" TO ${app.name}`, `DELETE FROM "JobLease"`);
    expect(await run(backup, app.of(own.url))).toMatchObject(done);
    expect((await newest()).manifest.tables.Ticket).toMatchObject({ rows: 1 });
    expect(await run(verify, app.of(own.url))).toMatchObject(done);
    const into = await run(restore, app.of(own.url), [(await newest()).file, "--yes"]);
    expect(into).toMatchObject({
      code: 2,
      error: expect.stringMatching(
        new RegExp(`^Ticket would be replaced.* "${other.name}"\\. .*\\n$`),
      ) as string,
    });
    await query(own.url, `ALTER TABLE "Ticket" OWNER TO ${app.name}`);
  });

  it("is refused while row-level security hides rows from it", async () => {
    await query(
      own.url,
      `ALTER TABLE "Store" ENABLE ROW LEVEL SECURITY`,
      `ALTER TABLE "Store" FORCE ROW LEVEL SECURITY`,
    );
    expect(await run(backup, app.of(own.url))).toMatchObject({
      code: 2,
      error: expect.stringMatching(/^Row-level security hides rows of Store .*\n$/) as string,
    });
    await query(own.url, `ALTER TABLE "Store" NO FORCE ROW LEVEL SECURITY`);
  });

  it("is refused while a table needs what is another role's alone", async () => {
    await query(
      own.url,
      "CREATE SCHEMA theirs",
      `GRANT USAGE ON SCHEMA theirs TO ${app.name}`,
      "CREATE DOMAIN theirs.word AS text",
      `ALTER TABLE "Store" ADD COLUMN word theirs.word`,
    );
    expect(await run(backup, app.of(own.url))).toMatchObject({
      code: 2,
      error: expect.stringMatching(/^table "Store" needs type theirs\.word, .*\n$/) as string,
    });
    await query(own.url, `ALTER TABLE "Store" DROP COLUMN word`);
  });

  it("is backed up by a role that only reads and writes, and does not own a table", async () => {
    const writer = await createRole("CREATEDB");
    await query(
      own.url,
      `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${writer.name}`,
      `DELETE FROM "JobLease"`,
    );
    // Row-level security is for all but the owner.
    await query(own.url, `ALTER TABLE "Store" DISABLE ROW LEVEL SECURITY`);
    expect(await run(backup, writer.of(own.url))).toMatchObject(done);
    expect(await run(verify, writer.of(own.url))).toMatchObject(done);
    await query(own.url, `DROP OWNED BY ${writer.name}`);
    await writer.drop();
  });
});

describe("a database that our role cannot restore into", () => {
  it("is left as it is, and told of with the statement that mends it", async () => {
    const { file } = await newest();
    const target = await createEmptyDatabase();
    const refused = await run(restore, app.of(target.url), [file]);
    expect(refused).toMatchObject({
      code: 2,
      error: expect.stringContaining(`GRANT CREATE ON SCHEMA "public" TO "${app.name}";`) as string,
    });
    await query(target.url, `GRANT CREATE ON SCHEMA public TO ${app.name}`);
    expect(await run(restore, app.of(target.url), [file, "--no-privileges"])).toMatchObject(done);
    await target.drop();
  });

  it("has its schema made again where it was dropped", async () => {
    const target = await createEmptyDatabase(app);
    await query(target.url, "DROP SCHEMA public CASCADE");
    const { file } = await newest();
    expect(await run(restore, app.of(target.url), [file, "--no-privileges"])).toMatchObject(done);
    await target.drop();
  });
});
