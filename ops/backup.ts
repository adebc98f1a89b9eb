/**
 * `npm run backup`: the whole database, encrypted with age, into backups/ and the bucket (ops/RUNBOOK.md, "Back up"). Safe to
 * stop or kill at any moment, and to run beside the app; never beside a sweep.
 *
 * 0    it is stored, was read back, and older ones were let go
 * 1    a store has something else than was sent; that copy was removed, and nothing was let go
 * 2    it could not run to its end: configuration, database, pg_dump, bucket (then this machine has its copy)
 * 3    a sweep or another backup is running; run it again later
 * 130  stopped by SIGINT or SIGTERM
 */
import { parseArgs } from "node:util";
import cuid from "@bugsnag/cuid";
import { SWEEP_JOB } from "~/features/retention/retention";
import { databaseNow } from "~/platform/db/clock.server";
import { connectRaw } from "~/platform/db/client.server";
import { describeDatabaseError, isDatabaseUnavailable, isMissingTable } from "~/platform/db/errors.server";
import { withLease } from "~/platform/db/lease.server";
import { backupEnvironment, ConfigurationError, databaseEnvironment } from "~/platform/env.server";
import { encryptTo } from "./backup/age";
import { BackupError } from "./backup/backup-error";
import { runCommand } from "./backup/command";
import { FolderStore } from "./backup/folder-store";
import { bucketStore } from "./backup/stores";
import { takeBackup } from "./backup/take-backup";

async function main(stop: AbortSignal): Promise<number> {
  readOptions();
  const { databaseUrl, directUrl } = databaseEnvironment();
  const { bucket, folder, recipients, ...settings } = backupEnvironment();
  const encrypt = encryptTo(recipients);
  const url = directUrl ?? databaseUrl;
  const db = await connectRaw(url, { maxConnections: 2 });
  const runId = `backup-${cuid()}`;
  try {
    const leased = await withLease(db, SWEEP_JOB, runId, async (lost) =>
      takeBackup({
        ...settings,
        ...{ databaseUrl: url, encrypt },
        folder: new FolderStore(folder),
        bucket: bucket && (await bucketStore(bucket)),
        now: await databaseNow(db),
        say: console.log,
        signal: AbortSignal.any([stop, lost]),
      }),
    );
    if (leased.outcome === "running") {
      console.error(
        `A sweep or another backup is at it (${leased.runId}); run this again when it has ended.`,
      );
      return 3;
    }
    return 0;
  } catch (error) {
    throw describe(error, url);
  } finally {
    await db.close();
  }
}

function readOptions() {
  try {
    parseArgs({ options: {} });
  } catch {
    throw new ConfigurationError(["Usage: npm run backup"]);
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

runCommand(main, ({ code }) => (code === "DAMAGED" ? 1 : 2));
