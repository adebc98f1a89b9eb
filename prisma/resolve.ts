/**
 * `npm run prisma:resolve -- --rolled-back <migration>`: says that a failed migration has been undone, so that the
 * next deploy runs it again. Prisma 6.19 does this only with its engine binary, which is not always to be had; what
 * it does there is one UPDATE with the checks below (https://www.prisma.io/docs/orm/reference/prisma-cli-reference#migrate-resolve).
 */
import { existsSync } from "node:fs";
import { command, UsageError } from "~/platform/command.server";
import { connectDatabase, type Db } from "~/platform/db/client.server";
import { changeRows } from "~/platform/db/raw.server";
import { readLog } from "~/platform/db/migration-state.server";
import { databaseEnvironment } from "~/platform/env.server";

const HELP = `npm run prisma:resolve -- --rolled-back <migration>

Marks a failed migration as rolled back, so that the next npm run prisma:migrate runs it again.
Exit code: 0 marked; 1 there is no such migration, it has not failed, or the database cannot be reached; 2 wrong arguments.`;

/** There is nothing to resolve; `message` says why. */
export class ResolveError extends Error {
  readonly name = "ResolveError";
  constructor(
    readonly code: "MIGRATION_UNKNOWN" | "MIGRATION_NOT_FAILED",
    message: string,
  ) {
    super(message);
  }
}

export const main = command({
  name: "npm run prisma:resolve",
  help: HELP,
  options: { "rolled-back": "value" },
  expected: [ResolveError],
  exitCode: (error) => (error instanceof UsageError ? 2 : 1),
  run: async ({ values }, env, io) => {
    const migration = values["rolled-back"];
    if (!migration) throw new UsageError("--rolled-back is missing; it names the migration.");
    const { databaseUrl, directUrl } = databaseEnvironment(env);
    const db = await connectDatabase(directUrl ?? databaseUrl);
    try {
      await markRolledBack(db, migration);
    } finally {
      await db.$disconnect();
    }
    io.out(`${migration} is marked as rolled back. Run it again with: npm run prisma:migrate`);
    return 0;
  },
});

/** @throws {ResolveError} when there is nothing to resolve */
export async function markRolledBack(db: Db, migration: string, projectFolder = "."): Promise<void> {
  const folder = db.engine === "sqlite" ? "prisma/migrations-sqlite" : "prisma/migrations";
  if (!/^\w+$/.test(migration) || !existsSync(`${projectFolder}/${folder}/${migration}`))
    throw new ResolveError("MIGRATION_UNKNOWN", `There is no migration "${migration}" in ${folder}.`);
  const log = await readLog(db);
  if (!log.some(({ name, finished, rolledBack }) => name === migration && !finished && !rolledBack))
    throw new ResolveError(
      "MIGRATION_NOT_FAILED",
      `The migration ${migration} has not failed in this database; only a failed one can be resolved.`,
    );
  await changeRows(
    db,
    `UPDATE "_prisma_migrations" SET "rolled_back_at" = CURRENT_TIMESTAMP
     WHERE "migration_name" = ? AND "finished_at" IS NULL AND "rolled_back_at" IS NULL`,
    [migration],
  );
}
