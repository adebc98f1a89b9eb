/** The migrated, empty databases that every test database is a copy of. */
import { createHash } from "node:crypto";
import pg from "pg";
import type { Engine } from "~/platform/db/database-url";
import { applyMigrations, migrationNames, migrationSql } from "./migrations";
import { administer, databaseUrl } from "./postgres";

/** Any number that no other program takes a lock by on a server for tests. */
const LOCK = 4_107_511;

/**
 * The template on this server, made if it is not there. Its name carries a fingerprint of the migrations: runs of several
 * checkouts share a server, and each finds its own.
 * @returns the name of a database that accepts no connection, for CREATE DATABASE … TEMPLATE
 */
export async function postgresTemplate(serverUrl: string): Promise<string> {
  const name = `backroom_template_${fingerprint("postgres")}`;
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    // Held until the connection ends: a second run waits here until the first has made the template.
    await client.query("SELECT pg_advisory_lock($1)", [LOCK]);
    const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [name]);
    if (!rowCount) await makeTemplate(serverUrl, name);
  } finally {
    await client.end();
  }
  return name;
}

/** Under another name until it is complete, so that a run that was killed leaves no half template. */
async function makeTemplate(serverUrl: string, name: string) {
  const unfinished = `${name}_unfinished`;
  await administer(
    serverUrl,
    `DROP DATABASE IF EXISTS ${unfinished} WITH (FORCE)`,
    `CREATE DATABASE ${unfinished}`,
  );
  await applyMigrations(databaseUrl(serverUrl, unfinished));
  // A database that somebody is connected to cannot be copied.
  await administer(
    serverUrl,
    `ALTER DATABASE ${unfinished} WITH ALLOW_CONNECTIONS false`,
    `ALTER DATABASE ${unfinished} RENAME TO ${name}`,
  );
}

function fingerprint(engine: Engine): string {
  const hash = createHash("sha256");
  for (const name of migrationNames(engine)) hash.update(`${name}\0${migrationSql(engine, name)}\0`);
  return hash.digest("hex").slice(0, 16);
}
