/**
 * Once per project of a test run: a Postgres (the one of TEST_POSTGRES_URL, which dev/test.mjs starts, or one of its own) with one migrated template database, and one
 * migrated SQLite file. Each test database is then a copy of its template (databases.ts).
 */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { NOT_DURABLE, startPostgres, type PostgresServer } from "../../dev/postgres";
import { scriptOption } from "~/platform/env.server";
import { applyMigrations } from "./migrations";
import { administer } from "./postgres";
import { postgresTemplate } from "./templates";

export { administer, databaseUrl } from "./postgres";

declare module "vitest" {
  interface ProvidedContext {
    /** A server on which databases may be created; the path names the maintenance database */
    postgresUrl: string;
    /** The name of the migrated database on it */
    postgresTemplate: string;
    sqliteTemplate: string;
    /** What the names of this run's databases begin with */
    databasePrefix: string;
    /** The same server by way of PgBouncer, where the run has one (pgbouncer-setup.ts); otherwise empty */
    poolerUrl: string;
  }
}

export default async function setup(project: TestProject) {
  const folder = mkdtempSync(join(tmpdir(), "backroom-test-"));
  const server = await postgresServer(folder, NOT_DURABLE);
  const databasePrefix = `test_${randomBytes(4).toString("hex")}_`;
  const sqliteTemplate = join(folder, "template.sqlite");
  await applyMigrations(`file:${sqliteTemplate}`);

  project.provide("postgresUrl", server.url);
  project.provide("postgresTemplate", await postgresTemplate(server.url));
  project.provide("sqliteTemplate", sqliteTemplate);
  project.provide("databasePrefix", databasePrefix);
  project.provide("poolerUrl", "");
  return async () => {
    await dropDatabases(server.url, databasePrefix);
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}

/** The server of TEST_POSTGRES_URL, or one of our own under `folder`. */
export async function postgresServer(
  folder: string,
  settings?: Record<string, string>,
): Promise<PostgresServer> {
  const url = scriptOption("TEST_POSTGRES_URL");
  return url ? { url, stop: async () => {} } : startPostgres(folder, settings);
}

/** What a test that failed has left. */
async function dropDatabases(serverUrl: string, prefix: string) {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  const { rows } = await client.query<{ datname: string }>(
    "SELECT datname FROM pg_database WHERE starts_with(datname, $1)",
    [prefix],
  );
  await client.end();
  await administer(serverUrl, ...rows.map(({ datname }) => `DROP DATABASE ${datname} WITH (FORCE)`));
}
