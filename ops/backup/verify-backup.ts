import { tmpdir } from "node:os";
import { parseDatabaseUrl } from "~/platform/db/database-url";
import { checkBackup } from "./check-backup";
import { withLocal } from "./fetch";
import { differences } from "./fingerprint";
import { verifyPostgres } from "./postgres-verify";
import { describeBackup, type RestorePlan } from "./restore-backup";
import { withScratchSqlite } from "./sqlite-restore";
import type { Located } from "./stores";
import { seconds } from "./take-backup";

/** Restores it beside the database, which is not touched, and returns what differs, a sentence per table. */
export async function verifyBackup(
  backup: Located,
  plan: Omit<RestorePlan, "yes" | "noPrivileges"> & {
    /** Postgres: the database to verify in, where it is not to be created */
    verifyUrl?: string;
  },
): Promise<string[]> {
  const { databaseUrl, signal, say } = plan;
  const { engine } = parseDatabaseUrl(databaseUrl);
  const startedAt = performance.now();
  return withLocal(backup, plan.folder, signal, async (local) => {
    const checked = await checkBackup(local, backup.file, { ...plan, engine });
    say(`${describeBackup(checked)} It is whole (checked in ${seconds(startedAt)}).`);
    const restoredAt = performance.now();
    const found =
      engine === "postgres"
        ? await verifyPostgres(databaseUrl, plan.verifyUrl, checked, plan)
        : await withScratchSqlite(tmpdir(), signal, (restore) => restore(checked));
    say(`Restored into a scratch database and compared in ${seconds(restoredAt)}.`);
    return differences(checked.manifest.tables, found);
  });
}
