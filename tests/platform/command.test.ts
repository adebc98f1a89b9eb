import { describe, expect, it } from "vitest";
import { command, STOPPED, UsageError, type CommandSpec, type Io } from "~/platform/command.server";
import { DatabaseUnavailableError } from "~/platform/db/errors.server";
import { ConfigurationError } from "~/platform/env.server";
import { runMain, startMain } from "../support/commands";

class Refusal extends Error {
  readonly code = "REFUSED";
}

const OPTIONS = { shop: "value", yes: "flag" } as const;

/** A command that prints what it was given, or does what `changes` say */
function commandOf(changes: Partial<CommandSpec<typeof OPTIONS>> = {}) {
  return command({
    ...{ name: "npm run fake", help: "Usage: npm run fake", options: OPTIONS, positionals: 1 },
    run: async (given, _, io) => {
      io.out(JSON.stringify(given));
      return 0;
    },
    ...changes,
  });
}
const failing = (error: unknown, changes: Partial<CommandSpec<typeof OPTIONS>> = {}) =>
  commandOf({
    run: async () => {
      throw error;
    },
    ...changes,
  });

describe("a command's arguments", () => {
  it.each<[string[], object, string[]]>([
    [[], {}, []],
    [["one"], {}, ["one"]],
    [["--yes", "one", "--shop", "a"], { yes: true, shop: "a" }, ["one"]],
    [["--shop=a=b"], { shop: "a=b" }, []],
    [["--shop="], { shop: "" }, []],
    [["--shop=--yes"], { shop: "--yes" }, []],
    [["--shop", "-5"], { shop: "-5" }, []],
    [["--shop", "a", "--shop", "b"], { shop: "b" }, []],
  ])("%j are read", async (argv, values, positionals) => {
    const { code, out, error } = await runMain(commandOf(), argv);
    expect({ code, error }).toEqual({ code: 0, error: "" });
    expect(JSON.parse(out)).toEqual({ values, positionals });
  });

  it.each([
    ["an unknown option", ["--force"], /^--force /],
    ["an option of every object", ["--constructor", "x"], /^--constructor /],
    ["a short option", ["-y"], /^-y /],
    ["a missing value", ["--shop"], /^--shop /],
    ["an option in the place of a value", ["--shop", "--yes"], /^--shop /],
    ["a value for a flag", ["--yes=1"], /^--yes /],
    ["an argument too many", ["one", "two"], /^two /],
  ])("with %s are refused with 2 and one sentence that names it", async (_, argv, named) => {
    const { code, out, error } = await runMain(commandOf(), argv);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(error).toMatch(named);
    expect(error).toMatch(/^[^\n]+: npm run fake -- --help\n$/);
  });

  it("are refused by the command itself in the same form", async () => {
    const { code, error } = await runMain(failing(new UsageError("No.")), []);
    expect({ code, error }).toEqual({ code: 2, error: "No. See: npm run fake -- --help\n" });
    const direct = failing(new UsageError("No."), { name: "node ops/run.mjs ops/fake" });
    expect((await runMain(direct, [])).error).toBe("No. See: node ops/run.mjs ops/fake --help\n");
  });

  it("with --help anywhere get the help and 0, and nothing is run", async () => {
    for (const argv of [["--help"], ["one", "--help"], ["--force", "--help"]])
      expect(await runMain(failing(new Error("It ran.")), argv)).toEqual({
        ...{ code: 0, out: "Usage: npm run fake\n", error: "" },
      });
  });
});

describe("a command's end", () => {
  it.each([0, 1, 3, 130])("by the code %i that it returns", async (code) => {
    expect((await runMain(commandOf({ run: async () => code }), [])).code).toBe(code);
  });

  it("by a configuration that is wrong is one sentence for each variable, and 2", async () => {
    const problems = ["PORT must be a number.", "SCOPES is not set."];
    const ended = await runMain(failing(new ConfigurationError(problems)), []);
    expect(ended).toEqual({ code: 2, out: "", error: `${problems.join("\n")}\n` });
  });

  it("by an error that it expects is its sentence, and the code that it gives", async () => {
    const exitCode = (error: unknown) => (error instanceof Refusal ? 1 : undefined);
    const expecting = (error: Error) => failing(error, { expected: [Refusal], exitCode });
    expect(await runMain(expecting(new Refusal("Refused.")), [])).toEqual({
      ...{ code: 1, out: "", error: "Refused.\n" },
    });
    const away = new DatabaseUnavailableError("It is away.");
    expect(await runMain(expecting(away), [])).toEqual({ code: 2, out: "", error: "It is away.\n" });
  });

  it("by an error that it does not expect is the whole of it, and 2", async () => {
    for (const error of [new TypeError("x is undefined"), new Refusal("Refused.")]) {
      const ended = await runMain(failing(error), []);
      expect({ code: ended.code, error: ended.error }).toEqual({ code: 2, error: `${error.stack}\n` });
    }
    expect(await runMain(failing("a string"), [])).toEqual({ code: 2, out: "", error: "a string\n" });
  });

  it("by an error that is thrown before anything is awaited is the same", async () => {
    const early = commandOf({
      run: () => {
        throw new UsageError("No.");
      },
    });
    expect((await runMain(early, [])).code).toBe(2);
  });
});

describe("a signal", () => {
  /** Ends when the signal comes, with 7 */
  const untilStopped = (_: unknown, __: unknown, { signal, out }: Io) =>
    new Promise<number>((resolve) => {
      signal.addEventListener("abort", () => resolve(7));
      out("started");
    });

  it("is left to the command", async () => {
    const running = startMain(commandOf({ run: untilStopped }), [], {}, () => running.stop());
    expect((await running.ended).code).toBe(7);
  });

  it("ends one at once that wants it, in the middle of its work, with 130", async () => {
    const run = (_: unknown, __: unknown, { out }: Io) =>
      new Promise<number>(() => {
        out("started");
      });
    const running = startMain(commandOf({ run, stopsAtOnce: true }), [], {}, () => running.stop());
    expect((await running.ended).code).toBe(STOPPED);
    expect(STOPPED).toBe(130);
  });

  it("that does not come changes nothing for such a one", async () => {
    expect((await runMain(commandOf({ run: async () => 1, stopsAtOnce: true }), [])).code).toBe(1);
    expect((await runMain(failing(new UsageError("No."), { stopsAtOnce: true }), [])).code).toBe(2);
  });
});
