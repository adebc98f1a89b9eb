/** `npm run prisma:squawk`: lints every Postgres migration; waivers and their reasons are in .squawk.toml. */
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { command } from "~/platform/command.server";
import { goesInSteps } from "./postgres-migrate-adapter";
import { runScript } from "./run-script";

const MIGRATIONS = "prisma/migrations";
const HELP = `npm run prisma:squawk

Lints the Postgres migrations with squawk. The waivers and their reasons are in .squawk.toml.
Exit code: 0 nothing found, otherwise squawk's.`;

export const main = command({
  name: "npm run prisma:squawk",
  help: HELP,
  run: async (_, env, io) => {
    const squawk = createRequire(import.meta.url).resolve("squawk-cli/js/bin/squawk");
    const files = readdirSync(MIGRATIONS, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(MIGRATIONS, entry.name, "migration.sql"));
    // A file is one transaction unless it goes in steps (postgres-migrate-adapter.ts), and squawk must know which.
    const inSteps = files.filter((file) => goesInSteps(readFileSync(file, "utf8")));
    const whole = files.filter((file) => !inSteps.includes(file));
    for (const args of [["--assume-in-transaction", ...whole], inSteps]) {
      const { code } = await runScript([squawk, ...args], { env, io });
      if (code !== 0) return code;
    }
    return 0;
  },
});
