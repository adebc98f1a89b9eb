import { randomBytes } from "node:crypto";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, inject } from "vitest";
import { connectDatabase, type Db } from "~/platform/db/client.server";
import type { Engine } from "~/platform/db/database-url";
import { administer, databaseUrl } from "./postgres";

/** A run through PgBouncer is about Postgres alone. */
export const ENGINES: Engine[] = inject("poolerUrl") ? ["postgres"] : ["sqlite", "postgres"];

export type TestDatabase = {
  /** What the app is given as DATABASE_URL: through the pooler, where there is one */
  url: string;
  drop: () => Promise<void>;
};

/** A migrated database of its own: a copy of the template, empty or with the demo's rows (browser-setup.ts). */
export async function createTestDatabase(engine: Engine, { seeded = false } = {}): Promise<TestDatabase> {
  if (engine === "sqlite") {
    const folder = mkdtempSync(join(tmpdir(), "backroom-db-"));
    const file = join(folder, "test.sqlite");
    copyFileSync(inject(seeded ? "seededSqlite" : "sqliteTemplate"), file);
    return { url: `file:${file}`, drop: async () => rmSync(folder, { recursive: true, force: true }) };
  }
  const serverUrl = inject("postgresUrl");
  const name = inject("databasePrefix") + randomBytes(6).toString("hex");
  const template = inject(seeded ? "seededPostgres" : "postgresTemplate");
  await administer(serverUrl, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  return {
    url: databaseUrl(inject("poolerUrl") || serverUrl, name),
    drop: () => administer(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

/** The same suite on both engines, each on a database of its own. */
export function eachDatabase(
  name: string,
  suite: (context: { db: () => Db; url: () => string; engine: Engine }) => void,
) {
  describe.each(ENGINES)(`${name} on %s`, (engine) => {
    let database: TestDatabase;
    let db: Db;
    beforeAll(async () => {
      database = await createTestDatabase(engine);
      db = await connectDatabase(database.url, { maxConnections: 5 });
    });
    afterAll(async () => {
      await db?.$disconnect();
      await database?.drop();
    });
    suite({ db: () => db, url: () => database.url, engine });
  });
}
