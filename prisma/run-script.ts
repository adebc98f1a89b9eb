/** Programs of npm packages (Prisma's, squawk's) as child processes of a command. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Io } from "~/platform/command.server";
import { childEnvironment, type Source } from "~/platform/env.server";

export type Ended = { code: number; stdout: string; stderr: string };

/** As a shell says that a signal ended something */
const STOPPED = 130;

/**
 * Runs a script with this Node. A person sees what it prints as it comes and can answer its questions; otherwise its lines go
 * to `io`. With `quiet` it is only returned.
 */
export function runScript(
  [script, ...args]: [string, ...string[]],
  { env, io, quiet = false }: { env: Source; io: Io; quiet?: boolean },
): Promise<Ended> {
  const child = spawn(process.execPath, [script, ...args], {
    stdio: io.terminal && !quiet ? "inherit" : ["ignore", "pipe", "pipe"],
    env: childEnvironment(env),
  });
  const stop = () => void child.kill();
  io.signal.addEventListener("abort", stop, { once: true });
  if (io.signal.aborted) stop();
  const printed = { stdout: "", stderr: "" };
  for (const [name, print] of [
    ["stdout", io.out],
    ["stderr", io.err],
  ] as const) {
    if (!child[name]) continue;
    if (quiet) child[name].on("data", (chunk: Buffer) => (printed[name] += String(chunk)));
    else createInterface({ input: child[name] }).on("line", print);
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      io.signal.removeEventListener("abort", stop);
      resolve({ code: code ?? (io.signal.aborted ? STOPPED : 1), ...printed });
    });
  });
}
