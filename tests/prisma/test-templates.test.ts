import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, inject, it } from "vitest";
import { connectDatabase } from "~/platform/db/client.server";
import { prismaCli } from "../../prisma/prisma-cli";
import { catalogueOf } from "../support/catalogue";
import { createTestDatabase, ENGINES } from "../support/databases";
import { administer, databaseUrl } from "../support/postgres";

const LOG = `SELECT "migration_name", "checksum", "applied_steps_count", "finished_at" IS NOT NULL AS "finished", "rolled_back_at" FROM "_prisma_migrations" ORDER BY "migration_name"`;

async function describeDatabase(url: string) {
  const db = await connectDatabase(url);
  const schema = await (db.engine === "postgres"
    ? catalogueOf(db)
    : db.$queryRawUnsafe(
        `SELECT "name", "sql" FROM sqlite_schema WHERE "name" <> '_prisma_migrations' ORDER BY "name"`,
      ));
  const log = await db.$queryRawUnsafe(LOG);
  await db.$disconnect();
  return { schema, log };
}

/** An empty database of its own, outside of the template. */
async function emptyDatabase(engine: "sqlite" | "postgres") {
  if (engine === "sqlite") {
    const folder = mkdtempSync(join(tmpdir(), "backroom-empty-"));
    return {
      url: `file:${join(folder, "test.sqlite")}`,
      drop: async () => rmSync(folder, { recursive: true }),
    };
  }
  const [server, name] = [inject("postgresUrl"), `${inject("databasePrefix")}empty`];
  await administer(server, `CREATE DATABASE ${name}`);
  return { url: databaseUrl(server, name), drop: () => administer(server, `DROP DATABASE ${name}`) };
}

it.each(ENGINES)(
  "a test's database on %s is what `prisma migrate deploy` makes of an empty one",
  async (engine) => {
    const [copied, deployed] = [await createTestDatabase(engine), await emptyDatabase(engine)];
    expect(prismaCli(deployed.url, ["migrate", "deploy"], "errors").status).toBe(0);
    expect(await describeDatabase(copied.url)).toEqual(await describeDatabase(deployed.url));
    await Promise.all([copied.drop(), deployed.drop()]);
  },
);
