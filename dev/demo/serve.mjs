// The two processes of a running demo: the app, unchanged, and the local admin around it.
import { createWriteStream } from "node:fs";
import { start } from "./processes.mjs";
import { DemoError } from "./terminal.mjs";

export const LOG_FILE = ".cache/demo.log";
const START_MS = 60_000;

/**
 * Starts both and waits until the app is ready and the admin answers.
 * @returns {Promise<{ ended: Promise<never> }>} `ended` rejects when one of them ends; in an object, or it would be awaited
 * @throws {DemoError} when one of them ends first, or is not ready in a minute
 */
export async function serve(env, ports) {
  const log = createWriteStream(LOG_FILE);
  const app = start(process.execPath, ["--import", "./dev/preload.mjs", "build/index.js"], { env, log });
  const args = ["--import", "./prisma/register-ts-loader.mjs", "dev/local-admin/main.ts"];
  const admin = start(process.execPath, args, { env, log });
  const ended = Promise.race([endOf("The app", app), endOf("The local admin", admin)]);
  // Whoever waits for it handles it; until somebody does, its rejection is no fault of its own.
  ended.catch(() => undefined);
  await Promise.race([
    ended,
    Promise.all([
      answering("The app", `http://127.0.0.1:${ports.app}/readyz`, app),
      answering("The local admin", `http://127.0.0.1:${ports.admin}/admin.css`, admin),
    ]),
  ]);
  return { ended };
}

async function endOf(name, { exited, tail }) {
  const { code, signal } = await exited;
  throw new DemoError(
    `${name} stopped (${signal ?? `exit code ${code}`}); its last lines:\n${tail() || "    (none)"}`,
  );
}

async function answering(name, url, { tail }) {
  const end = Date.now() + START_MS;
  let last = "no answer";
  while (Date.now() < end) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
      if (response.ok) return;
      last = `${response.status} ${(await response.text()).slice(0, 300)}`;
    } catch {
      // Not listening yet, or busy starting.
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new DemoError(
    `${name} was not ready in ${START_MS / 1000} s (${last}); its last lines:\n${tail() || "    (none)"}`,
  );
}
