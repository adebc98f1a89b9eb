/**
 * Fails when a schema and its migrations have drifted apart, or the SQLite schema from the Postgres one.
 * Postgres needs a server on which a scratch database may be created (DATABASE_URL, or SHADOW_DATABASE_URL);
 * without one only the SQLite half runs, and says so.
 */
import { readFileSync } from "node:fs";
import { databaseEnvironment } from "~/platform/env.server";
import { deriveSqliteSchema } from "./derive-sqlite";
import { prismaCli } from "./prisma-cli";

const { databaseUrl } = databaseEnvironment("file:./prisma/dev.sqlite");

const results = [
  report("schema.sqlite.prisma is derived from schema.prisma", derivedIsCurrent()),
  historyMatches("migrations-sqlite", "prisma/schema.sqlite.prisma", "file::memory:"),
];
if (databaseUrl.startsWith("postgres"))
  results.push(historyMatches("migrations", "prisma/schema.prisma", databaseUrl));
else
  console.log(
    "not run   migrations: set DATABASE_URL to a postgresql:// server to check the Postgres ones too",
  );

process.exit(results.every(Boolean) ? 0 : 1);

function derivedIsCurrent(): boolean {
  const derived = deriveSqliteSchema(readFileSync("prisma/schema.prisma", "utf8"));
  return readFileSync("prisma/schema.sqlite.prisma", "utf8") === derived;
}

function historyMatches(migrations: string, schema: string, url: string): boolean {
  const diff = ["--from-migrations", `prisma/${migrations}`, "--to-schema-datamodel", schema, "--exit-code"];
  const { status, stdout, stderr } = prismaCli(url, ["migrate", "diff", ...diff], "capture");
  if (status !== 0) console.error(stdout, stderr);
  return report(migrations, status === 0);
}

function report(label: string, holds: boolean): boolean {
  console.log(`${holds ? "no drift" : "DRIFT   "}  ${label}`);
  return holds;
}
