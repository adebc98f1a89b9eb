// The processes that the demo starts. All of them end with it, whichever way it ends.
import { spawn } from "node:child_process";
import { DemoError } from "./terminal.mjs";

const running = new Set();
const KEPT_LINES = 15;
/** How long a process may take to stop by itself. */
const PATIENCE_MS = 5_000;

/** Starts a process of ours. `tail()` is the beginning and the end of what it wrote; `exited` resolves with how it ended. */
export function start(command, args, { env, log } = {}) {
  const child = spawn(command, args, { env, stdio: ["ignore", "pipe", "pipe"], windowsHide: true });
  const lines = [];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text) => {
      log?.write(text);
      lines.push(...text.split("\n").filter((line) => line.trim()));
      // The cause often stands at the top and the consequence at the end: what is between them goes.
      if (lines.length > 2 * KEPT_LINES) lines.splice(KEPT_LINES, lines.length - 2 * KEPT_LINES);
    });
  const exited = new Promise((resolve) => {
    child.on("error", (error) => {
      lines.push(error.message);
      resolve({ code: null, signal: null });
    });
    child.on("close", (code, signal) => resolve({ code, signal }));
  });
  running.add(child);
  void exited.then(() => running.delete(child));
  return { exited, tail: () => lines.map((line) => `    ${line}`).join("\n") };
}

/**
 * Runs a process to its end.
 * @throws {DemoError} with its last lines when it fails
 */
export async function run(title, command, args, options) {
  const { exited, tail } = start(command, args, options);
  const { code, signal } = await exited;
  if (code !== 0) throw new DemoError(`${title} failed (${signal ?? `exit code ${code}`}).\n${tail()}`);
}

/** Asks every process to end, waits, and ends those that do not. */
export async function stopAll({ grace = 0 } = {}) {
  await emptied(grace);
  for (const child of running) child.kill("SIGTERM");
  await emptied(PATIENCE_MS);
  for (const child of running) child.kill("SIGKILL");
  await emptied(1_000);
}

/** However this process ends, nothing that it started is left behind. */
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

async function emptied(milliseconds) {
  const end = Date.now() + milliseconds;
  while (running.size && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 50));
}
