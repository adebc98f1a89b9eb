/** `npm run backup:verify` (ops/RUNBOOK.md, "Verify"). */
import { command, type Io } from "~/platform/command.server";
import { parseDatabaseUrl } from "~/platform/db/database-url";
import { LeaseLostError } from "~/platform/db/lease.server";
import { backupEnvironment, backupIdentities, databaseEnvironment, type Source } from "~/platform/env.server";
import { BackupError } from "./backup/backup-error";
import { FolderStore } from "./backup/folder-store";
import { bucketStore, locate, newest } from "./backup/stores";
import { unlessStopped } from "./backup/unless-stopped";
import { verifyBackup } from "./backup/verify-backup";

export const main = command({
  name: "npm run backup:verify",
  help: `Usage: npm run backup:verify [-- <file or s3://bucket/key>]

Restores a backup into a scratch database and compares every table (ops/RUNBOOK.md, "Verify"). Without a file the newest one,
of the bucket where there is one. The database of DATABASE_URL is not touched: the scratch database is created beside it and
dropped again, or it is that of VERIFY_DATABASE_URL, which must be empty and is emptied again.

0    verified: it can be restored, and every table is what was backed up
1    it is damaged, or a table differs
2    it could not run: arguments, configuration, no such backup, another key, database, pg_restore, bucket
130  stopped by SIGINT or SIGTERM`,
  positionals: 1,
  run: ({ positionals: [file] }, env, io) => unlessStopped(io, () => verify(file, env, io)),
  expected: [BackupError, LeaseLostError],
  exitCode: (error) => (error instanceof BackupError && error.code === "DAMAGED" ? 1 : undefined),
});

async function verify(file: string | undefined, env: Source, io: Io): Promise<number> {
  const { databaseUrl, directUrl, verifyUrl } = databaseEnvironment(env);
  const { bucket, folder, environment } = backupEnvironment(env);
  const identities = backupIdentities(env);
  const url = directUrl ?? databaseUrl;
  const whose = { environment, engine: parseDatabaseUrl(url).engine };
  const backup = file
    ? await locate(file, bucket)
    : await newest(bucket ? await bucketStore(bucket) : new FolderStore(folder), whose);
  const differing = await verifyBackup(backup, {
    ...{ databaseUrl: url, verifyUrl, variables: env, environment, identities, folder },
    ...{ say: io.out, signal: io.signal },
  });
  for (const sentence of differing) io.err(sentence);
  io.out(differing.length ? "It is not what was backed up." : "Verified: every table is what was backed up.");
  return differing.length ? 1 : 0;
}
