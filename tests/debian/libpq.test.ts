/** `npm run -s libpq`: programs of libpq on an address as Prisma has it. */
import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { main as libpq } from "../../ops/libpq";
import { runMain, spawnScript, startMain } from "../support/commands";
import { createTestDatabase, type TestDatabase } from "../support/databases";

describe("npm run libpq", () => {
  let database: TestDatabase;
  let address: string;
  beforeAll(async () => {
    database = await createTestDatabase("postgres");
    address = `${database.url}?schema=public&connection_limit=5&pgbouncer=true`;
  });
  afterAll(() => database?.drop());

  it("starts them on an address that libpq refuses, DIRECT_URL first", async () => {
    const refused = spawnSync("pg_dump", ["--schema-only", address], { encoding: "utf8" });
    expect(refused.status).toBe(1);
    const asked = `SELECT current_database(), (SELECT count(*) FROM "Store"), 'é'`;
    const psql = await spawnScript("libpq", ["psql", "-At", "-c", asked], { DATABASE_URL: address }).ended;
    expect(psql).toMatchObject({ code: 0, stderr: "" });
    expect(psql.stdout).toBe(`${new URL(address).pathname.slice(1)}|0|é\n`);
    const dump = await spawnScript("libpq", ["pg_dump", "--schema-only", '--table=public."Store"'], {
      DATABASE_URL: "postgresql://desk:x@127.0.0.1:9/desk",
      DIRECT_URL: address,
    }).ended;
    expect(dump).toMatchObject({ code: 0, stderr: "" });
    expect(dump.stdout).toMatch(/CREATE TABLE public\."Store"/);
  });

  it.each([
    ["nothing", [], {}, /^Name a program/],
    ["an option first", ["-c", "psql"], {}, /^-c stands before /],
    ["a program that is not there", ["pg_nothing"], {}, /^pg_nothing is not installed\./],
    ["SQLite", ["psql"], { DATABASE_URL: "file:./x.sqlite" }, /^DATABASE_URL names SQLite/],
  ])("answers %s with 2 and one sentence", async (_, args, changes, sentence) => {
    const { code, error } = await runMain(libpq, args, { DATABASE_URL: address, ...changes });
    expect({ code, error }).toEqual({ code: 2, error: expect.stringMatching(sentence) as string });
    expect(error.trimEnd()).not.toContain("\n");
  });

  it("hands on the program's own exit code and its --help", async () => {
    expect(await runMain(libpq, ["sh", "-c", "exit 7"], { DATABASE_URL: address })).toMatchObject({
      code: 7,
    });
    expect((await runMain(libpq, ["--help"], {})).out).toMatch(/^Usage: npm run -s libpq/);
  });

  it("ends the program when it is stopped, with 130", async () => {
    const running = startMain(libpq, ["sleep", "600"], { DATABASE_URL: address });
    // Before or after the program was started
    setTimeout(running.stop, 50);
    expect(await running.ended).toMatchObject({ code: 130 });
  });
});
