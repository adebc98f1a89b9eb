/**
 * `npm run backup:verify [-- <file>]`: restores a backup into a scratch database and compares every table (ops/RUNBOOK.md,
 * "Verify"). Without a file the newest one, of the bucket where there is one. The database of DATABASE_URL is not touched:
 * the scratch database is created beside it and dropped again.
 *
 * 0    verified: it can be restored, and every table is what was backed up
 * 1    it is damaged, or a table differs
 * 2    it could not run: configuration, no such backup, another key, database, pg_restore, bucket
 * 130  stopped by SIGINT or SIGTERM
 */
import { parseArgs } from "node:util";
import { parseDatabaseUrl } from "~/platform/db/database-url";
import {
  backupEnvironment,
  backupIdentities,
  ConfigurationError,
  databaseEnvironment,
} from "~/platform/env.server";
import { runCommand } from "./backup/command";
import { FolderStore } from "./backup/folder-store";
import { bucketStore, locate, newest } from "./backup/stores";
import { verifyBackup } from "./backup/verify-backup";

const USAGE = "Usage: npm run backup:verify [-- <file or s3://bucket/key>]";

async function main(signal: AbortSignal): Promise<number> {
  const file = readOptions();
  const { databaseUrl, directUrl } = databaseEnvironment();
  const { bucket, folder, environment } = backupEnvironment();
  const identities = backupIdentities();
  const url = directUrl ?? databaseUrl;
  const whose = { environment, engine: parseDatabaseUrl(url).engine };
  const backup = file
    ? await locate(file, bucket)
    : await newest(bucket ? await bucketStore(bucket) : new FolderStore(folder), whose);
  const plan = { databaseUrl: url, environment, identities, folder, say: console.log, signal };
  const differing = await verifyBackup(backup, plan);
  for (const sentence of differing) console.error(sentence);
  console.log(
    differing.length ? "It is not what was backed up." : "Verified: every table is what was backed up.",
  );
  return differing.length ? 1 : 0;
}

function readOptions(): string | undefined {
  try {
    const { positionals } = parseArgs({ allowPositionals: true, options: {} });
    if (positionals.length > 1) throw new ConfigurationError([USAGE]);
    return positionals[0];
  } catch {
    throw new ConfigurationError([USAGE]);
  }
}

runCommand(main, ({ code }) => (code === "DAMAGED" ? 1 : 2));
