/**
 * What every command of `npm run …` has in common: `main(argv, env, io)` parses its arguments, answers --help, and turns what is
 * expected into a sentence and an exit code. `runInShell` is the process around it; tests call `main` without one.
 */
import { childEnvironment, ConfigurationError, processEnvironment, type Source } from "./env.server";
import { DatabaseUnavailableError } from "./db/errors.server";

export type Io = {
  /** Prints one line on standard output */
  out: (line: string) => void;
  /** Prints one line on standard error */
  err: (line: string) => void;
  /** Aborted by SIGINT or SIGTERM */
  signal: AbortSignal;
  /** Whether a person watches: progress as a bar instead of lines */
  terminal: boolean;
};

export type Main = {
  /** @returns the exit code */
  (argv: string[], env: Source, io: Io): Promise<number>;
  /** It is given the process's variables alone where .env is damaged, and tells of that itself. */
  toleratesDamagedEnvFile?: boolean;
};

/** A wrong argument, in one sentence. The command answers 2. */
export class UsageError extends Error {
  readonly name = "UsageError";
  readonly code = "USAGE";
}

/** The exit code of what SIGINT or SIGTERM ended */
export const STOPPED = 130;

type Options = Record<string, "flag" | "value">;
type Values<O extends Options> = { [name in keyof O]?: O[name] extends "flag" ? true : string };
export type Arguments<O extends Options> = { values: Values<O>; positionals: string[] };

/** Constructors of the errors that a command expects, each with a sentence as its message. */
type Expected = abstract new (...args: never[]) => Error;

export type CommandSpec<O extends Options> = {
  /** As a person types it, e.g. "npm run retention" */
  name: string;
  /** What --help prints: the arguments in one line, then what they mean and the exit codes */
  help: string;
  options?: O;
  /** How many arguments may stand beside the options; none if not given */
  positionals?: number;
  run: (given: Arguments<O>, env: Source, io: Io) => Promise<number>;
  /** A signal ends it at once with 130, and `run` need not look at it. */
  stopsAtOnce?: boolean;
  /** Errors with a sentence, beside those of the configuration and of an unreachable database */
  expected?: Expected[];
  /** The exit code for an error; 2 where it says nothing */
  exitCode?: (error: unknown) => number | undefined;
};

export function command<const O extends Options>(spec: CommandSpec<O>): Main {
  const expected = [UsageError, ConfigurationError, DatabaseUnavailableError, ...(spec.expected ?? [])];
  return async (argv, env, io) => {
    if (argv.includes("--help")) {
      io.out(spec.help);
      return 0;
    }
    try {
      const ended = spec.run(parseArguments(argv, spec), env, io);
      return await (spec.stopsAtOnce ? Promise.race([ended, stopped(io.signal)]) : ended);
    } catch (error) {
      if (error instanceof UsageError) io.err(`${error.message} See: ${helpOf(spec.name)}`);
      else io.err(describeError(error, expected));
      return spec.exitCode?.(error) ?? 2;
    }
  };
}

/** npm would take the option for its own. */
function helpOf(name: string): string {
  return name.startsWith("npm ") ? `${name} -- --help` : `${name} --help`;
}

/** @throws {UsageError} */
function parseArguments<O extends Options>(argv: string[], spec: CommandSpec<O>): Arguments<O> {
  const values: Record<string, string | true> = {};
  const positionals: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const [, name, given] = /^--([^=]+)(?:=([^]*))?$/.exec(argv[i]!) ?? [];
    if (name === undefined) {
      if (/^-./.test(argv[i]!)) throw new UsageError(`${argv[i]} is no option of this command.`);
      positionals.push(argv[i]!);
      continue;
    }
    const kind = Object.hasOwn(spec.options ?? {}, name) ? spec.options![name] : undefined;
    if (!kind) throw new UsageError(`--${name} is no option of this command.`);
    if (kind === "flag" && given !== undefined) throw new UsageError(`--${name} takes no value.`);
    const value = kind === "flag" ? true : (given ?? argv[++i]);
    // A value that begins like an option is written --name=--value.
    if (value === undefined || (value !== true && given === undefined && value.startsWith("--")))
      throw new UsageError(`--${name} needs a value.`);
    values[name] = value;
  }
  if (positionals.length > (spec.positionals ?? 0))
    throw new UsageError(`${positionals.at(-1)} is one argument too many.`);
  return { values: values as Values<O>, positionals };
}

function stopped(signal: AbortSignal): Promise<number> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(STOPPED);
    else signal.addEventListener("abort", () => resolve(STOPPED), { once: true });
  });
}

/** The sentence of an expected error; the whole of one that is not. */
function describeError(error: unknown, expected: Expected[]): string {
  if (!(error instanceof Error)) return String(error);
  return expected.some((kind) => error instanceof kind) ? error.message : (error.stack ?? error.message);
}

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** The process of a command: arguments, environment, signals and exit code. The second signal ends it at once. */
export async function runInShell(main: Main): Promise<void> {
  const stop = new AbortController();
  const onSignal = () => {
    for (const signal of SIGNALS) process.off(signal, onSignal);
    stop.abort();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  const io: Io = {
    out: (line) => console.log(line),
    err: (line) => console.error(line),
    signal: stop.signal,
    terminal: process.stdout.isTTY === true,
  };
  const environment = () => {
    try {
      return processEnvironment();
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      if (main.toleratesDamagedEnvFile) return childEnvironment({});
      io.err(error.message);
      return process.exit(2);
    }
  };
  // Idle connections and timers of libraries must not keep a command that has ended.
  process.exit(await main(process.argv.slice(2), environment(), io));
}
