/** `npm run prisma:migrate:sqlite -- --name add_something`: writes the next SQLite migration and applies it to the file. */
import type { SqlDriverAdapter } from "@prisma/driver-adapter-utils";
import { command, UsageError, type Io } from "~/platform/command.server";
import { difference, listMigrations, MigrationError, writeMigration, type Migration } from "./migrations";
import { runPrisma } from "./prisma-cli";
import { readLog, recordApplied, structureOf, withSqlite } from "./sqlite-file";
import { asArguments, sqliteAddress } from "./sqlite-address";

const HELP = `npm run prisma:migrate:sqlite [-- --name <words_in_snake_case>] [-- --create-only] [-- --skip-generate]

Writes the next SQLite migration, which is what schema.sqlite.prisma has and the migrations have not, applies what is pending to
the SQLite file of DATABASE_URL (prisma/dev.sqlite where that names no file), and writes the client: prisma migrate dev.
A file that npm run prisma:db-push:sqlite has changed keeps its rows: what it has already is recorded as applied, and where it has
what the schema says, the migration is written and recorded too.
  --create-only    writes the migration and does not apply it
  --skip-generate  writes no client
Exit code: that of prisma migrate dev; 1 where the file is neither what the migrations make nor what the schema says; 2 wrong
arguments or configuration.`;

type Given = {
  /** What the schema has and the migrations have not */
  next: () => Promise<string | undefined>;
  io: Pick<Io, "out">;
};

export const main = command({
  name: "npm run prisma:migrate:sqlite",
  help: HELP,
  options: { name: "value", "create-only": "flag", "skip-generate": "flag" },
  expected: [MigrationError],
  exitCode: (error) => (error instanceof MigrationError ? 1 : undefined),
  run: async ({ values }, env, io) => {
    const { url, file } = sqliteAddress(env, io);
    const next = () => difference("sqlite", "file::memory:", { env, io });
    const found = await withSqlite(file, (db) => adoptPushed(db, values.name, { next, io }));
    if (found.written) return 0;
    // `migrate dev` of 6.19 fails where migrations are pending, and where there is no log (P1014).
    if (found.pending) {
      const { code } = await runPrisma(url, ["migrate", "deploy"], { env, io });
      if (code !== 0) return code;
    }
    return (await runPrisma(url, ["migrate", "dev", ...asArguments(values)], { env, io })).code;
  },
});

/**
 * `migrate dev` would empty a file that has another structure than its log says. Such a file was pushed, and its log is
 * completed instead: it has what some of the migrations make, or what the schema says, which is written as a migration first.
 * @throws {MigrationError} when it has neither
 */
export async function adoptPushed(db: SqlDriverAdapter, name: string | undefined, given: Given) {
  const [structure, log, migrations] = [await structureOf(db), await readLog(db), listMigrations("sqlite")];
  const isApplied = ({ name }: Migration) => log?.applied.includes(name) ?? false;
  const applied = migrations.filter(isApplied);
  // An entry that is not of this checkout is for Prisma to report.
  const foreign = (log?.applied.length ?? 0) > applied.length;
  if (foreign || (await isMadeBy(applied, structure)))
    return { pending: applied.length < migrations.length, written: false };

  const had = await firstThatMake(structure, migrations, applied.length);
  const written = had ? [] : [await writeNext(structure, migrations, name, given)];
  const recorded = [...(had ?? migrations), ...written].filter((migration) => !isApplied(migration));
  await recordApplied(db, recorded);
  given.io.out(`The file was pushed. Recorded as applied: ${recorded.map(({ name }) => name).join(", ")}`);
  return { pending: had !== undefined && had.length < migrations.length, written: written.length > 0 };
}

/** The first of the migrations, as many as make this structure and more than `least`; undefined when no number of them does. */
async function firstThatMake(
  structure: string[],
  migrations: Migration[],
  least: number,
): Promise<Migration[] | undefined> {
  for (let count = migrations.length; count > least; count--) {
    const first = migrations.slice(0, count);
    if (await isMadeBy(first, structure)) return first;
  }
}

async function writeNext(
  structure: string[],
  migrations: Migration[],
  name: string | undefined,
  given: Given,
) {
  const sql = await given.next();
  if (!sql || !(await isMadeBy([...migrations, { sql }], structure)))
    throw new MigrationError(
      "The file is neither what the migrations make nor what schema.sqlite.prisma says. Run npm run prisma:db-push:sqlite first, or delete the file.",
    );
  if (!name) throw new UsageError("--name is missing; it names the migration.");
  // As Prisma makes it of a name
  const migration = writeMigration("sqlite", name.toLowerCase().replace(/[^a-z0-9]+/g, "_"), sql);
  given.io.out(`Wrote ${migration.file}.`);
  return migration;
}

async function isMadeBy(migrations: { sql: string }[], structure: string[]): Promise<boolean> {
  const made = await withSqlite(":memory:", async (db) => {
    for (const { sql } of migrations) await db.executeScript(sql);
    return structureOf(db);
  });
  return made.join("\n") === structure.join("\n");
}
