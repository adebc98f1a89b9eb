/**
 * `npm run prisma:resolve -- --rolled-back <migration>`: says that a failed migration has been undone, so that the
 * next deploy runs it again. Prisma 6.19 does this only with its engine binary, which is not always to be had; what
 * it does there is one UPDATE with the checks below (https://www.prisma.io/docs/orm/reference/prisma-cli-reference#migrate-resolve).
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { connectDatabase, type Db } from "~/platform/db/client.server";
import { ConfigurationError, databaseEnvironment } from "~/platform/env.server";

const USAGE = "Usage: npm run prisma:resolve -- --rolled-back <migration name>";

/** Returns the sentence to print. @throws {Error} with a sentence when there is nothing to resolve */
export async function markRolledBack(db: Db, migration: string): Promise<string> {
  const folder = db.engine === "sqlite" ? "prisma/migrations-sqlite" : "prisma/migrations";
  if (!/^\w+$/.test(migration) || !existsSync(`${folder}/${migration}`))
    throw new Error(`There is no migration "${migration}" in ${folder}.`);
  const updated = await db.$executeRaw`
    UPDATE "_prisma_migrations" SET "rolled_back_at" = CURRENT_TIMESTAMP
    WHERE "migration_name" = ${migration} AND "finished_at" IS NULL AND "rolled_back_at" IS NULL`;
  if (!updated)
    throw new Error(
      `The migration ${migration} has not failed in this database; only a failed one can be resolved.`,
    );
  return `${migration} is marked as rolled back. Run it again with: npm run prisma:migrate`;
}

async function main() {
  const { values } = parseArgs({ options: { "rolled-back": { type: "string" } } });
  if (!values["rolled-back"]) throw new Error(USAGE);
  const { databaseUrl, directUrl } = databaseEnvironment();
  const db = await connectDatabase(directUrl ?? databaseUrl);
  try {
    console.log(await markRolledBack(db, values["rolled-back"]));
  } finally {
    await db.$disconnect();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  main().catch((error: Error) => {
    console.error(error instanceof ConfigurationError ? error.problems.join("\n") : error.message);
    process.exit(1);
  });
