/** Which database the Prisma CLI is given (prisma.config.ts). */
import { describe, expect, it } from "vitest";
import { chooseDatabase, seedCommand, UNUSED_URL } from "../../prisma/cli-database";
import { prismaCli } from "../../prisma/prisma-cli";

const SQLITE = { DATABASE_URL: "file:./prisma/dev.sqlite" };
const POSTGRES = { DATABASE_URL: "postgresql://localhost/backroom" };
const SCHEMAS = { sqlite: "prisma/schema.sqlite.prisma", postgres: "prisma/schema.prisma" };

const refused = expect.objectContaining({ code: "CONFIGURATION_INVALID" }) as Error;

describe("a command that opens a database", () => {
  it.each([["migrate", "deploy"], ["migrate", "dev", "--name", "generate"], ["db", "push"], ["studio"]])(
    "is refused without DATABASE_URL, rather than given a file that was not asked for: %s %s",
    (...argv) => {
      expect(() => chooseDatabase(argv, {})).toThrow(refused);
    },
  );

  it.each([
    [SQLITE, SCHEMAS.sqlite],
    [POSTGRES, SCHEMAS.postgres],
  ])("is given the database of DATABASE_URL, with the schema of its engine or none: %j", (env, schema) => {
    for (const option of [[], ["--schema", schema], [`--schema=${schema}`]])
      expect(chooseDatabase(["db", "push", ...option], env).databaseUrl).toBe(env.DATABASE_URL);
  });

  it.each([
    [SQLITE, SCHEMAS.postgres],
    [POSTGRES, SCHEMAS.sqlite],
  ])("is refused the schema of the other engine: %j, %s", (env, schema) => {
    for (const option of [["--schema", schema], [`--schema=${schema}`]])
      expect(() => chooseDatabase(["db", "push", "--force-reset", ...option], env)).toThrow(refused);
  });

  it("is left a schema that is not there, which Prisma reports", () => {
    const { databaseUrl } = chooseDatabase(["db", "push", "--schema", "prisma/nowhere.prisma"], SQLITE);
    expect(databaseUrl).toBe(SQLITE.DATABASE_URL);
  });
});

describe("a command that opens none", () => {
  it.each([["generate"], ["validate"], ["format"], ["--version"], ["migrate", "dev", "--help"]])(
    "needs no DATABASE_URL: %s",
    (...argv) => {
      expect(chooseDatabase(argv, {}).databaseUrl).toBe(UNUSED_URL.sqlite);
    },
  );

  it("is given an address of its schema's engine, also where DATABASE_URL is of the other", () => {
    const generate = (schema: string, env = {}) => chooseDatabase(["generate", "--schema", schema], env);
    expect(generate(SCHEMAS.postgres, SQLITE).databaseUrl).toBe(UNUSED_URL.postgres);
    expect(generate(SCHEMAS.sqlite, POSTGRES).databaseUrl).toBe(UNUSED_URL.sqlite);
  });
});

describe("the Prisma CLI", () => {
  it("seeds from the source in a checkout, and from the bundle in an image", () => {
    expect(seedCommand(".")).toBe("node --import ./prisma/register-ts-loader.mjs prisma/seed.ts");
    expect(seedCommand("ops")).toBe("node ops/run.mjs prisma/seed");
  });

  it("answers a schema of the other engine with one sentence and exit code 2", () => {
    const push = ["db", "push", "--schema", SCHEMAS.sqlite, "--force-reset"];
    const { status, stdout, stderr } = prismaCli(POSTGRES.DATABASE_URL, push, "capture");
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr.trim().split("\n")).toEqual([expect.stringContaining(SCHEMAS.sqlite)]);
  });
});
