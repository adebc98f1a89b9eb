/** Lints every Postgres migration with squawk; its waivers and their reasons are in .squawk.toml. */
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { goesInSteps } from "./postgres-migrate-adapter";

const MIGRATIONS = fileURLToPath(new URL("./migrations", import.meta.url));
const SQUAWK = createRequire(import.meta.url).resolve("squawk-cli/js/bin/squawk");

const files = readdirSync(MIGRATIONS, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => join(MIGRATIONS, entry.name, "migration.sql"));

// A file is one transaction unless it goes in steps (postgres-migrate-adapter.ts), and squawk must know which.
const inSteps = files.filter((file) => goesInSteps(readFileSync(file, "utf8")));
const transactional = files.filter((file) => !inSteps.includes(file));

function squawk(args: string[], chosen: string[]): number {
  if (!chosen.length) return 0;
  return spawnSync(process.execPath, [SQUAWK, ...args, ...chosen], { stdio: "inherit" }).status ?? 1;
}

process.exit(squawk(["--assume-in-transaction"], transactional) || squawk([], inSteps));
