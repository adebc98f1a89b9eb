/** `npm run restore` (ops/RUNBOOK.md, "Restore"). */
import { command, UsageError, type Io } from "~/platform/command.server";
import { LeaseLostError } from "~/platform/db/lease.server";
import { backupEnvironment, backupIdentities, databaseEnvironment, type Source } from "~/platform/env.server";
import { BackupError } from "./backup/backup-error";
import { knownMigrations } from "./backup/manifest";
import { restoreBackup } from "./backup/restore-backup";
import { locate } from "./backup/stores";
import { unlessStopped } from "./backup/unless-stopped";

type Options = { file: string; yes: boolean; noPrivileges: boolean };

export const main = command({
  name: "npm run restore",
  help: `Usage: npm run restore -- <file or s3://bucket/key> [--yes] [--no-privileges]

Replaces the database by a backup (ops/RUNBOOK.md, "Restore"). Everything about the file, which has its .json beside it, is
checked before the database is touched, and on Postgres all of it is one transaction. Stop the app first.
  --yes            replace what is there
  --no-privileges  Postgres: without what was granted to roles, which this server may not have

0    restored, and every table is what was backed up
1    restored, but tables differ from the backup (something else was writing), or they could not be compared
2    refused, or it could not run: the database is as it was
130  stopped by SIGINT or SIGTERM: the database is as it was`,
  options: { yes: "flag", "no-privileges": "flag" },
  positionals: 1,
  run: ({ values, positionals: [file] }, env, io) => {
    if (!file) throw new UsageError("Name the file of the backup.");
    const options = { file, yes: values.yes ?? false, noPrivileges: values["no-privileges"] ?? false };
    return unlessStopped(io, () => restore(options, env, io));
  },
  expected: [BackupError, LeaseLostError],
  exitCode: (error) => (error instanceof BackupError && error.code === "UNPROVEN" ? 1 : undefined),
});

async function restore({ file, ...options }: Options, env: Source, io: Io): Promise<number> {
  const { databaseUrl, directUrl } = databaseEnvironment(env);
  const { bucket, folder, environment } = backupEnvironment(env);
  const identities = backupIdentities(env);
  const url = directUrl ?? databaseUrl;
  const differing = await restoreBackup(await locate(file, bucket), {
    ...options,
    ...{ databaseUrl: url, variables: env, environment, identities, folder },
    ...{ say: io.out, signal: io.signal },
  });
  for (const sentence of differing) io.err(sentence);
  if (differing.length) {
    io.err("Something wrote to the database meanwhile. Stop the app, and restore again with --yes.");
    return 1;
  }
  const newest = knownMigrations(url.startsWith("file:") ? "sqlite" : "postgres").at(-1);
  io.out(
    `Every table is what was backed up. Before the app starts: npm run prisma:migrate (up to ${newest}).`,
  );
  return 0;
}
