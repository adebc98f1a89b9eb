/** Processes that tests start: what they print is collected, and how they end can be awaited. */
import { spawn, type ChildProcess } from "node:child_process";
import { childEnvironment } from "~/platform/env.server";

export type Printed = {
  stdout: string;
  stderr: string;
  /** Both streams in the order in which their parts came */
  output: string;
};
export type Ended = Printed & { code: number | null; signal: NodeJS.Signals | null };
export type Running = { child: ChildProcess; printed: Readonly<Printed>; ended: Promise<Ended> };

export type Surroundings = {
  cwd?: string;
  /** Over this process's own */
  environment?: Record<string, string | undefined>;
};

/** Starts a program; it reads nothing from its standard input. `ended` rejects when the program does not exist. */
export function start(
  command: string,
  args: string[],
  { cwd, environment = {} }: Surroundings = {},
): Running {
  const child = spawn(command, args, {
    cwd,
    env: childEnvironment(environment),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const printed: Printed = { stdout: "", stderr: "", output: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name].setEncoding("utf8").on("data", (text: string) => {
      printed[name] += text;
      printed.output += text;
    });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ ...printed, code, signal }));
  });
  return { child, printed, ended };
}

/** Runs Node to its end. */
export function runNode(args: string[], surroundings?: Surroundings): Promise<Ended> {
  return start(process.execPath, args, surroundings).ended;
}
