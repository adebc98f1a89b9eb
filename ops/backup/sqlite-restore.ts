import { createWriteStream, existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { connectDatabase } from "~/platform/db/client.server";
import { migrationState } from "~/platform/db/migration-state.server";
import { BackupError } from "./backup-error";
import type { CheckedBackup } from "./check-backup";
import { differences, type Fingerprints } from "./fingerprint";
import { withScratchFolder } from "./scratch-folder";
import {
  copySqlite,
  fingerprintSqlite,
  hasRows,
  listTables,
  withSqlite,
  type SqliteDatabase,
} from "./sqlite-file";
import type { Target } from "./target";

export async function sqliteTarget(file: string, signal: AbortSignal): Promise<Target> {
  return {
    name: `the SQLite file ${file}`,
    filled: existsSync(file) ? await filledTables(file) : [],
    refusal: () =>
      existsSync(dirname(file))
        ? undefined
        : new BackupError("TARGET", `There is no folder ${dirname(file)}.`),
    replace: (backup) =>
      withScratchSqlite(dirname(file), signal, async (restore, scratch) => {
        await provenCopy(await restore(backup), backup, scratch);
        // The last moment: a copy that has begun comes to its end.
        signal.throwIfAborted();
        const pages = await copySqlite(scratch, file).catch((error: Error) => {
          throw new BackupError("TARGET", `${file} cannot be replaced (${error.message}); it is as it was.`);
        });
        if (!pages)
          throw new BackupError(
            "TARGET",
            `${file} is held by another process; it is as it was. Stop that process first.`,
          );
      }),
    fingerprint: () => withSqlite(file, fingerprintSqlite),
  };
}

/** A file of its own beside the target, clear text, gone when `work` ends. */
export async function withScratchSqlite<T>(
  folder: string,
  signal: AbortSignal,
  work: (restore: (backup: CheckedBackup) => Promise<Fingerprints>, scratch: string) => Promise<T>,
): Promise<T> {
  return withScratchFolder(folder, "backroom-restore-", (scratchFolder) => {
    const scratch = join(scratchFolder, "restored.sqlite");
    return work(async (backup) => {
      await pipeline(backup.archive(), createWriteStream(scratch, { mode: 0o600 }), { signal });
      return await withSqlite(scratch, provenFingerprint).catch((error: Error) => {
        throw new BackupError("DAMAGED", `${backup.file} holds a damaged SQLite file: ${error.message}.`);
      });
    }, scratch);
  });
}

async function provenFingerprint(db: SqliteDatabase): Promise<Fingerprints> {
  const [check] = db.pragma("integrity_check") as { integrity_check: string }[];
  if (check?.integrity_check !== "ok") throw new Error(check?.integrity_check);
  return fingerprintSqlite(db);
}

/** Everything that is compared afterwards on Postgres is known here before the file is replaced. */
async function provenCopy(found: Fingerprints, { file, manifest }: CheckedBackup, scratch: string) {
  const [first] = differences(manifest.tables, found);
  if (first) throw new BackupError("DAMAGED", `${file} is not what its manifest says: ${first}`);
  if (manifest.migration) return;
  // Pushed, without a log of migrations: its tables have to tell.
  const db = await connectDatabase(`file:${scratch}`);
  const state = await migrationState(db).finally(() => db.$disconnect());
  if (state.state === "ahead") throw new BackupError("NEWER", `${file}: ${state.message}`);
}

async function filledTables(file: string): Promise<string[]> {
  try {
    return await withSqlite(file, (db) => listTables(db).filter((table) => hasRows(db, table)));
  } catch (error) {
    throw new BackupError(
      "TARGET",
      `${file} cannot be read (${(error as Error).message}). Move it out of the way, and run this again.`,
    );
  }
}
