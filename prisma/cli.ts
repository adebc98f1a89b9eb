/**
 * The Prisma CLI, told which engine it works for.
 *   generate        both clients; needs no database
 *   sqlite <args>   any Prisma command on the SQLite file of DATABASE_URL, or on prisma/dev.sqlite
 */
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { childEnvironment, databaseEnvironment, scriptOption } from "~/platform/env.server";

const DEV_SQLITE = "file:./prisma/dev.sqlite";
const PRISMA = createRequire(import.meta.url).resolve("prisma/build/index.js");
const UNREF_TIMERS = new URL("./unref-timers.mjs", import.meta.url).href;

/** Runs the Prisma CLI on `databaseUrl` and returns its exit code. */
export function prismaCli(databaseUrl: string, args: string[], options: { quiet?: boolean } = {}): number {
  const result = spawnSync(process.execPath, ["--import", UNREF_TIMERS, PRISMA, ...args], {
    stdio: options.quiet ? ["ignore", "ignore", "inherit"] : "inherit",
    env: childEnvironment({ DATABASE_URL: databaseUrl, PRISMA_HIDE_UPDATE_MESSAGE: "1" }),
  });
  return result.status ?? 1;
}

function main([command, ...args]: string[]): number {
  if (command === "generate") {
    // The CLI wants a URL of the schema's own engine even where it opens no connection.
    return (
      prismaCli("postgresql://localhost/unused", ["generate", "--no-hints"], { quiet: true }) ||
      prismaCli(DEV_SQLITE, ["generate", "--no-hints"], { quiet: true })
    );
  }
  if (command === "sqlite") {
    const given = scriptOption("DATABASE_URL");
    const { databaseUrl } = databaseEnvironment(DEV_SQLITE);
    if (given && !given.startsWith("file:")) console.log(`DATABASE_URL is not a file; using ${DEV_SQLITE}`);
    const url = databaseUrl.startsWith("file:") ? databaseUrl : DEV_SQLITE;
    // 6.19's `migrate dev` stumbles over a file without a migration table (P1014); `migrate deploy` makes one.
    if (args.join(" ").startsWith("migrate dev")) prismaCli(url, ["migrate", "deploy"], { quiet: true });
    return prismaCli(url, args);
  }
  console.error("Usage: prisma/cli.ts generate | sqlite <prisma arguments>");
  return 2;
}

if (import.meta.url === new URL(process.argv[1] ?? "", "file:").href)
  process.exit(main(process.argv.slice(2)));
