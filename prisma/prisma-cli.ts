/** The Prisma CLI as a child process on a database of our choice. */
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import type { Io } from "~/platform/command.server";
import { childEnvironment, type Source } from "~/platform/env.server";
import { runScript, type Ended } from "./run-script";

const PRISMA = createRequire(import.meta.url).resolve("prisma/build/index.js");

type Result = { status: number; stdout: string; stderr: string };

/** For a command, with what that was given (runScript). */
export function runPrisma(
  databaseUrl: string,
  args: string[],
  { env, ...how }: { env: Source; io: Io; quiet?: boolean },
): Promise<Ended> {
  return runScript([PRISMA, ...args], { ...how, env: { ...env, DATABASE_URL: databaseUrl } });
}

/**
 * For scripts of our own, which wait for it.
 * @param output "inherit" shows everything, "errors" only what goes wrong, "capture" returns it
 */
export function prismaCli(
  databaseUrl: string,
  args: string[],
  output: "inherit" | "errors" | "capture" = "inherit",
): Result {
  const stdio = { inherit: "inherit", errors: ["ignore", "ignore", "inherit"], capture: "pipe" } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [PRISMA, ...args], {
    stdio: stdio[output] as "pipe",
    env: childEnvironment({ DATABASE_URL: databaseUrl }),
    encoding: "utf8",
  });
  return { status: status ?? 1, stdout: stdout ?? "", stderr: stderr ?? "" };
}
