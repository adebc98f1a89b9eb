/** Postgres as providers hand it out: the app's role owns its tables, and others own the rest of what is in the database. */
import { randomBytes } from "node:crypto";
import pg from "pg";
import { inject } from "vitest";
import { connectDatabase } from "~/platform/db/client.server";
import { createTestDatabase, type TestDatabase } from "./databases";
import { administer, databaseUrl } from "./postgres";
import { insertTenant } from "./tenant-rows";

export type Role = { name: string; of: (url: string) => string; drop: () => Promise<void> };

/** A role that may sign in, and no more than `attributes` say. */
export async function createRole(attributes = ""): Promise<Role> {
  const name = `role_${randomBytes(6).toString("hex")}`;
  await administer(inject("postgresUrl"), `CREATE ROLE ${name} LOGIN PASSWORD 'x' ${attributes}`);
  return {
    name,
    of(url) {
      const own = new URL(url);
      [own.username, own.password] = [name, "x"];
      return own.href;
    },
    // After the databases in which it owns something
    drop: () => administer(inject("postgresUrl"), `DROP ROLE ${name}`),
  };
}

/** A migrated database with a shop in it, whose tables belong to `owner`; its schema belongs to the server's superuser. */
export async function createProviderDatabase(owner: Role): Promise<TestDatabase> {
  const database = await createTestDatabase("postgres");
  const db = await connectDatabase(database.url);
  await insertTenant(db, "marked");
  await db.$disconnect();
  await query(database.url, handOver(owner.name), `GRANT USAGE, CREATE ON SCHEMA public TO ${owner.name}`);
  return database;
}

/** A database without a table, owned by `owner` if one is given. */
export async function createEmptyDatabase(owner?: Role): Promise<TestDatabase> {
  const server = inject("postgresUrl");
  const name = `empty_${randomBytes(6).toString("hex")}`;
  await administer(server, `CREATE DATABASE ${name} ${owner ? `OWNER ${owner.name}` : ""}`);
  return {
    url: databaseUrl(server, name),
    drop: () => administer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

/** Rows of the last of these statements, as the role of the address. */
export async function query<T>(url: string, ...statements: string[]): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    let rows: T[] = [];
    for (const statement of statements) rows = (await client.query(statement)).rows as T[];
    return rows;
  } finally {
    await client.end();
  }
}

const handOver = (owner: string) => `DO $$ DECLARE command text; BEGIN
  FOR command IN
    SELECT format('ALTER TABLE %s OWNER TO ${owner}', oid::regclass) FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
    UNION ALL SELECT format('ALTER TYPE %s OWNER TO ${owner}', oid::regtype) FROM pg_type
      WHERE typnamespace = 'public'::regnamespace AND typtype = 'e'
    UNION ALL SELECT format('ALTER FUNCTION %s OWNER TO ${owner}', oid::regprocedure) FROM pg_proc
      WHERE pronamespace = 'public'::regnamespace
  LOOP EXECUTE command; END LOOP;
END $$`;
