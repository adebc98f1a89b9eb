/** The Prisma CLI as a child process on a database of our choice. */
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { childEnvironment } from "~/platform/env.server";

const PRISMA = createRequire(import.meta.url).resolve("prisma/build/index.js");

type Result = { status: number; stdout: string; stderr: string };

/** @param output "inherit" shows everything, "errors" only what goes wrong, "capture" returns it */
export function prismaCli(
  databaseUrl: string,
  args: string[],
  output: "inherit" | "errors" | "capture" = "inherit",
): Result {
  const stdio = { inherit: "inherit", errors: ["ignore", "ignore", "inherit"], capture: "pipe" } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [PRISMA, ...args], {
    stdio: stdio[output] as "pipe",
    env: childEnvironment({ DATABASE_URL: databaseUrl, PRISMA_HIDE_UPDATE_MESSAGE: "1" }),
    encoding: "utf8",
  });
  return { status: status ?? 1, stdout: stdout ?? "", stderr: stderr ?? "" };
}
