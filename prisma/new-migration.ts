/**
 * `npm run prisma:migrate:new -- --name add_something`: writes the next Postgres migration, which is what schema.prisma has
 * and the migrations have not. Nothing is applied. Needs a server for scratch databases: the one of DATABASE_URL, or
 * one from npm that it starts and stops.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { databaseEnvironment } from "~/platform/env.server";
import { prismaCli } from "./prisma-cli";

/** Locks are waited for briefly, so that a migration never queues the shop's writers behind it. */
const HEADER = `-- (say why)\nSET lock_timeout = '2s';\nSET statement_timeout = '30s';\n\n`;

const NOTHING_NEW = /^\s*-- This is an empty migration\.\s*$/;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { name: { type: "string" } } });
  if (!values.name || !/^[a-z][a-z0-9_]*$/.test(values.name))
    throw new Error("Usage: npm run prisma:migrate:new -- --name words_in_snake_case");

  const sql = await withServer(difference);
  if (NOTHING_NEW.test(sql)) return console.log("schema.prisma has nothing that the migrations have not.");
  const stamp = new Date().toISOString().replace(/\D/g, "").slice(0, 14);
  const folder = join("prisma/migrations", `${stamp}_${values.name}`);
  mkdirSync(folder);
  writeFileSync(join(folder, "migration.sql"), HEADER + sql);
  console.log(`Wrote ${folder}/migration.sql. Read it, say why at its top, then: npm run prisma:squawk`);
}

function difference(databaseUrl: string): string {
  const diff = ["--from-migrations", "prisma/migrations", "--to-schema-datamodel", "prisma/schema.prisma"];
  const { status, stdout, stderr } = prismaCli(
    databaseUrl,
    ["migrate", "diff", ...diff, "--script"],
    "capture",
  );
  if (status !== 0) throw new Error(`The difference could not be computed:\n${stderr}`);
  return stdout;
}

async function withServer<T>(work: (url: string) => T): Promise<T> {
  const { databaseUrl } = databaseEnvironment("file:./prisma/dev.sqlite");
  if (databaseUrl.startsWith("postgres")) return work(databaseUrl);
  const { startPostgres } = await import("../dev/postgres");
  const folder = mkdtempSync(join(tmpdir(), "backroom-migration-"));
  const server = await startPostgres(folder);
  try {
    return work(server.url);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

main().then(
  () => process.exit(0),
  (error: Error) => {
    console.error(error.message);
    process.exit(1);
  },
);
