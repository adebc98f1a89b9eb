/** `npm run backup` (ops/RUNBOOK.md, "Back up"). */
import cuid from "@bugsnag/cuid";
import { SWEEP_JOB } from "~/features/retention/retention";
import { command, type Io } from "~/platform/command.server";
import { databaseNow } from "~/platform/db/clock.server";
import { connectRaw } from "~/platform/db/client.server";
import { describeDatabaseError, isDatabaseUnavailable, isMissingTable } from "~/platform/db/errors.server";
import { LeaseLostError, withLease } from "~/platform/db/lease.server";
import { backupEnvironment, databaseEnvironment, type Source } from "~/platform/env.server";
import { encryptTo } from "./backup/age";
import { BackupError } from "./backup/backup-error";
import { FolderStore } from "./backup/folder-store";
import { bucketStore } from "./backup/stores";
import { takeBackup } from "./backup/take-backup";
import { unlessStopped } from "./backup/unless-stopped";

export const main = command({
  name: "npm run backup",
  help: `Usage: npm run backup

The whole database, encrypted with age, into backups/ and the bucket (ops/RUNBOOK.md, "Back up"). Safe to stop or kill at any
moment, and to run beside the app; never beside a sweep.

0    it is stored, was read back, and older ones were let go
1    a store has something else than was sent; that copy was removed, and nothing was let go
2    it could not run to its end: arguments, configuration, database, pg_dump, bucket (then this machine has its copy)
3    a sweep or another backup is running; run it again later
130  stopped by SIGINT or SIGTERM`,
  run: (_, env, io) => unlessStopped(io, () => backUp(env, io)),
  expected: [BackupError, LeaseLostError],
  exitCode: (error) => (error instanceof BackupError && error.code === "DAMAGED" ? 1 : undefined),
});

async function backUp(env: Source, io: Io): Promise<number> {
  const { databaseUrl, directUrl } = databaseEnvironment(env);
  const { bucket, folder, recipients, ...settings } = backupEnvironment(env);
  const encrypt = encryptTo(recipients);
  const url = directUrl ?? databaseUrl;
  const db = await connectRaw(url, { maxConnections: 2 });
  const runId = `backup-${cuid()}`;
  try {
    const leased = await withLease(db, SWEEP_JOB, runId, async (lost) =>
      takeBackup({
        ...settings,
        ...{ databaseUrl: url, variables: env, encrypt },
        folder: new FolderStore(folder),
        bucket: bucket && (await bucketStore(bucket)),
        now: await databaseNow(db),
        say: io.out,
        signal: AbortSignal.any([io.signal, lost]),
      }),
    );
    if (leased.outcome !== "running") return 0;
    io.err(`A sweep or another backup is running (${leased.runId}); run this again when it has ended.`);
    return 3;
  } catch (error) {
    throw describe(error, url);
  } finally {
    await db.close();
  }
}

function describe(error: unknown, url: string): unknown {
  // A bucket that refuses connections is told of in the words of a database that does.
  if (error instanceof BackupError) return error;
  if (isMissingTable(error))
    return new BackupError(
      "TARGET",
      "The database has no tables of Backroom. Create them with: npm run prisma:migrate",
    );
  return isDatabaseUnavailable(error) ? describeDatabaseError(error, url) : error;
}
