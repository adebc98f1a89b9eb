/**
 * Fails when a schema and its migrations have drifted apart, or the SQLite schema from the Postgres one.
 * Postgres needs a server on which a scratch database may be created (DATABASE_URL, or SHADOW_DATABASE_URL);
 * without one only the SQLite half runs, and says so.
 */
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { childEnvironment, databaseEnvironment } from "~/platform/env.server";

const PRISMA = createRequire(import.meta.url).resolve("prisma/build/index.js");

function run(label: string, args: string[], databaseUrl: string): boolean {
  const env = childEnvironment({ DATABASE_URL: databaseUrl, PRISMA_HIDE_UPDATE_MESSAGE: "1" });
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: "utf8" });
  console.log(`${status === 0 ? "no drift" : "DRIFT   "}  ${label}`);
  if (status !== 0) console.error(stdout, stderr);
  return status === 0;
}

function historyMatches(label: string, migrations: string, schema: string, databaseUrl: string): boolean {
  const diff = [
    "migrate",
    "diff",
    "--from-migrations",
    migrations,
    "--to-schema-datamodel",
    schema,
    "--exit-code",
  ];
  return run(label, [PRISMA, ...diff], databaseUrl);
}

const loader = ["--import", new URL("./register-ts-loader.mjs", import.meta.url).href];
const derive = fileURLToPath(new URL("./derive-sqlite.ts", import.meta.url));
const { databaseUrl } = databaseEnvironment("file:./prisma/dev.sqlite");

const results = [
  run("schema.sqlite.prisma is derived from schema.prisma", [...loader, derive, "--check"], databaseUrl),
  historyMatches(
    "migrations-sqlite",
    "prisma/migrations-sqlite",
    "prisma/schema.sqlite.prisma",
    "file::memory:",
  ),
];
if (databaseUrl.startsWith("postgres"))
  results.push(
    historyMatches("migrations (Postgres)", "prisma/migrations", "prisma/schema.prisma", databaseUrl),
  );
else
  console.log(
    "not run   migrations (Postgres): set DATABASE_URL to a postgresql:// server to check them too",
  );

process.exit(results.every(Boolean) ? 0 : 1);
