/** `npm run database:empty` (ops/RUNBOOK.md, "Restore"). */
import { command, UsageError, type Io } from "~/platform/command.server";
import { databaseEnvironment, type Source } from "~/platform/env.server";
import { BackupError } from "./backup/backup-error";
import { describeAddress, schemaName } from "./backup/postgres-address";
import { withClient } from "./backup/postgres-client";
import { emptySchemas, listDroppable } from "./backup/postgres-empty";

export const main = command({
  name: "npm run database:empty",
  help: `Usage: npm run database:empty [-- --yes]

Drops the tables, views, sequences, types and functions of Backroom, of Postgres, in one transaction. Their schema stays, with its
owner, grants and comment, and so does what is of extensions, other roles and other schemas. Stop the app first, and have a
verified backup.
  --yes  really does it; without it, what would be dropped is listed

0    it is empty, or what would be dropped was listed
1    something that is not Backroom's would be dropped too: everything is as it was
2    it could not run: arguments, configuration, database, or a role that may not drop it
130  stopped by SIGINT or SIGTERM: it is as it was, or all of it was dropped already`,
  options: { yes: "flag" },
  run: ({ values }, env, io) => empty(values.yes ?? false, env, io),
  stopsAtOnce: true,
  expected: [BackupError],
  exitCode: (error) => (error instanceof BackupError && error.code === "FOREIGN" ? 1 : undefined),
});

async function empty(yes: boolean, env: Source, io: Io): Promise<number> {
  const { databaseUrl, directUrl } = databaseEnvironment(env);
  if (databaseUrl.startsWith("file:") || databaseUrl === ":memory:")
    throw new UsageError("DATABASE_URL names SQLite, and a restore replaces its whole file.");
  const url = directUrl ?? databaseUrl;
  const schemas = [schemaName(url)];
  return withClient(url, async (client) => {
    const droppable = await listDroppable(client, schemas);
    const where = `the database ${describeAddress(url)}`;
    if (!droppable.length) {
      io.out(`Nothing of Backroom is in ${where}.`);
      return 0;
    }
    if (yes) await emptySchemas(client, schemas);
    else for (const { what } of droppable) io.out(what);
    io.out(
      yes
        ? `Dropped ${droppable.length} objects in ${where}.`
        : `All of this would be dropped in ${where}. Do it with: npm run database:empty -- --yes`,
    );
    return 0;
  });
}
