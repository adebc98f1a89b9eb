/**
 * `npm run prisma:drift`: whether a schema and its migrations have drifted apart, or the SQLite schema from the Postgres one.
 */
import { command } from "~/platform/command.server";
import { databaseEnvironment } from "~/platform/env.server";
import { UNUSED_URL } from "./cli-database";
import { isDerived } from "./derive-sqlite";
import { runPrisma } from "./prisma-cli";

const HELP = `npm run prisma:drift

Compares schema.sqlite.prisma with schema.prisma, and each with its migrations. Postgres' needs a server on which a scratch
database may be created (DATABASE_URL, or SHADOW_DATABASE_URL); without one only SQLite's half runs, and says so.
Exit code: 0 no drift, 1 drift, 2 wrong arguments or configuration.`;

export const main = command({
  name: "npm run prisma:drift",
  help: HELP,
  run: async (_, env, io) => {
    const { databaseUrl } = databaseEnvironment(env, UNUSED_URL.sqlite);
    const report = (label: string, holds: boolean) => {
      io.out(`${holds ? "no drift" : "DRIFT   "}  ${label}`);
      return holds;
    };
    const historyMatches = async (migrations: string, schema: string, url: string) => {
      const diff = ["--from-migrations", `prisma/${migrations}`, "--to-schema-datamodel", `prisma/${schema}`];
      const how = { env, io, quiet: true };
      const { code, stdout, stderr } = await runPrisma(url, ["migrate", "diff", ...diff, "--exit-code"], how);
      if (code !== 0) io.err(`${stdout}${stderr}`.trim());
      return report(migrations, code === 0);
    };

    const results = [
      report("schema.sqlite.prisma is derived from schema.prisma", isDerived()),
      await historyMatches("migrations-sqlite", "schema.sqlite.prisma", "file::memory:"),
    ];
    if (databaseUrl.startsWith("postgres"))
      results.push(await historyMatches("migrations", "schema.prisma", databaseUrl));
    else
      io.out(
        "not run   migrations: set DATABASE_URL to a postgresql:// server to check the Postgres ones too",
      );
    return results.every(Boolean) ? 0 : 1;
  },
});
