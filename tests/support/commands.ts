/** Commands of package.json and of ops/: in this process, or in one of their own where that is what a test is about. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Main } from "~/platform/command.server";
import { childEnvironment, type Source } from "~/platform/env.server";
import { start, type Running as SpawnedProcess } from "./child-process";

/** The exit code, and what was printed on standard output and standard error */
export type Ended = { code: number; out: string; error: string };

export type Running = {
  /** What SIGINT and SIGTERM do */
  stop: () => void;
  ended: Promise<Ended>;
};

/** Where programs are; nothing else of this process reaches a command. */
const { PATH, HOME } = childEnvironment({});

/** @param onLine called after each line of standard output, with all of it */
export function startMain(
  main: Main,
  argv: string[],
  environment: Source,
  onLine: (out: string) => void = () => {},
): Running {
  const stop = new AbortController();
  const printed = { out: "", error: "" };
  const io = {
    out: (line: string) => {
      printed.out += `${line}\n`;
      onLine(printed.out);
    },
    err: (line: string) => void (printed.error += `${line}\n`),
    ...{ signal: stop.signal, terminal: false },
  };
  // Not before this function has returned, so that `onLine` may stop it.
  const code = Promise.resolve().then(() => main(argv, { PATH, HOME, ...environment }, io));
  const ended = code.then((code) => ({ code, ...printed }));
  return { stop: () => stop.abort(), ended };
}

export function runMain(main: Main, argv: string[], environment: Source = {}): Promise<Ended> {
  return startMain(main, argv, environment).ended;
}

const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> };

/** The command that a script of package.json starts, by what it gives to Node. */
export function commandOf(script: string): { flags: string[]; entry: string } {
  const [, flags, entry] = /^node ((?:--\S+ )*)ops\/run\.mjs (\S+)$/.exec(scripts[script] ?? "") ?? [];
  if (!entry) throw new Error(`npm run ${script} does not start a command by ops/run.mjs.`);
  return { flags: flags!.trim().split(" ").filter(Boolean), entry };
}

/** `npm run <script> -- <args>`, in this process */
export async function runScript(script: string, args: string[], environment: Source): Promise<Ended> {
  const path = resolve(`${commandOf(script).entry}.ts`);
  const { main } = (await import(path)) as { main: Main };
  return runMain(main, args, environment);
}

/** Every variable that the app reads: none of this process, or of an .env, reaches a command. */
export const UNSET = Object.fromEntries(
  [...readFileSync(".env.example", "utf8").matchAll(/^#? ?([A-Z][A-Z0-9_]+)=/gm)].map(([, name]) => [
    name!,
    "",
  ]),
);

/** `npm run <script> -- <args>` in a process of its own, without npm, which would take signals for itself. */
export function spawnScript(script: string, args: string[], environment: Source): SpawnedProcess {
  const { flags, entry } = commandOf(script);
  return start(process.execPath, [...flags, "ops/run.mjs", entry, ...args], {
    environment: { ...UNSET, ...environment },
  });
}
