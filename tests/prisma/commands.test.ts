/** The commands of prisma/ that a developer runs, in this process; the life cycles run them as they are written. */
import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, inject, it } from "vitest";
import { runScript } from "../support/commands";

const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> };
const OURS = Object.keys(scripts).filter((name) => / ops\/run\.mjs prisma\//.test(scripts[name]!));

describe.each(OURS)("npm run %s", (script) => {
  it("explains itself with --help, and opens no database for it", async () => {
    const { code, out, error } = await runScript(script, ["--help"], {});
    expect([code, error]).toEqual([0, ""]);
    expect(out).toContain(`npm run ${script}`);
    expect(out).toContain("Exit code: ");
  });

  it.each([["--bogus"], ["-x"], ["stray"]])("answers %s with one line and exit code 2", async (argument) => {
    const { code, out, error } = await runScript(script, [argument], {});
    expect([code, out]).toEqual([2, ""]);
    expect(error.trim().split("\n")).toEqual([expect.stringContaining(`npm run ${script} -- --help`)]);
  });
});

describe("npm run prisma:drift", () => {
  it("finds no drift on SQLite, and says that Postgres was left out where DATABASE_URL names none", async () => {
    const { code, out } = await runScript("prisma:drift", [], {});
    expect(code).toBe(0);
    expect(out.match(/^(no drift|DRIFT|not run)/gm)).toEqual(["no drift", "no drift", "not run"]);
  });
});

describe("npm run prisma:migrate:new", () => {
  const run = (...args: string[]) =>
    runScript("prisma:migrate:new", args, { DATABASE_URL: inject("postgresUrl") });

  it("writes nothing when the schema has nothing that the migrations have not", async () => {
    const before = readdirSync("prisma/migrations");
    expect(await run("--name", "nothing")).toMatchObject({ code: 0, error: "" });
    expect(readdirSync("prisma/migrations")).toEqual(before);
  });

  it.each([[[]], [["--name", "Bad Name"]], [["--name"]]])("answers %j with exit code 2", async (args) => {
    expect(await run(...args)).toMatchObject({ code: 2, out: "" });
  });
});

describe("npm run prisma:derive", () => {
  it("agrees with the schema that is checked in, with --check", async () => {
    expect(await runScript("prisma:derive", ["--check"], {})).toEqual({ code: 0, out: "", error: "" });
  });
});

describe.each(["prisma:migrate:sqlite", "prisma:db-push:sqlite"])("npm run %s", (script) => {
  it("answers a file in a folder that is not there with one line and exit code 2", async () => {
    const { code, error } = await runScript(script, [], { DATABASE_URL: "file:./nowhere/at-all/dev.sqlite" });
    expect(code).toBe(2);
    expect(error.trim().split("\n")).toEqual([expect.stringContaining("nowhere/at-all")]);
  });
});
