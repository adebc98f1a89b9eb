import { createReadStream } from "node:fs";
import { open, rm } from "node:fs/promises";
import { parseDatabaseUrl } from "~/platform/db/database-url";
import type { MakeArchive } from "./archive";
import { BackupError } from "./backup-error";
import { copySqlite, fingerprintSqlite, newestMigration, sqliteVersion, withSqlite } from "./sqlite-file";

/** A copy of one instant, by SQLite's online backup; the app goes on. The copy is clear text, and gone when this returns. */
export const dumpSqlite: MakeArchive = async (databaseUrl, { write, scratch, signal }) => {
  const { file } = parseDatabaseUrl(databaseUrl) as { file: string };
  const copy = `${scratch}.copy`;
  try {
    // SQLite would let everybody read it; a file that is there it leaves as it is, and makes its journal alike.
    await (await open(copy, "wx", 0o600)).close();
    if (!(await copySqlite(file, copy)))
      throw new BackupError("TARGET", `${file} is held by another process; run this again when it is free.`);
    signal.throwIfAborted();
    const facts = await withSqlite(copy, async (db) => ({
      migration: newestMigration(db),
      server: sqliteVersion(db),
      tool: sqliteVersion(db),
      tables: await fingerprintSqlite(db),
    }));
    await write(createReadStream(copy, { highWaterMark: 2 ** 16 }));
    return facts;
  } finally {
    await rm(copy, { force: true });
  }
};
