import { parseDatabaseUrl } from "~/platform/db/database-url";
import type { Source } from "~/platform/env.server";
import { schemasOf } from "./archive-list";
import { BackupError } from "./backup-error";
import { checkBackup, type CheckedBackup } from "./check-backup";
import { withLocal } from "./fetch";
import { differences, rows, totalRows, type Fingerprints } from "./fingerprint";
import { describeLeftOut } from "./manifest";
import { postgresTarget } from "./postgres-restore";
import { sqliteTarget } from "./sqlite-restore";
import type { Located } from "./stores";
import { seconds } from "./take-backup";
import type { Target } from "./target";

export type RestorePlan = {
  /** Past the pooler */
  databaseUrl: string;
  /** Of the command, for pg_restore */
  variables: Source;
  environment: string;
  identities: string[];
  /** For what is fetched from a bucket */
  folder: string;
  /** Replaces what is there */
  yes: boolean;
  /** Postgres only: without what was granted to roles, which this server may not have */
  noPrivileges?: boolean;
  say: (sentence: string) => void;
  signal: AbortSignal;
};

/** What a freshly migrated database has rows in. */
const NO_CONTENT = ["_prisma_migrations", "JobLease"];

/**
 * Replaces the database by the backup, after everything that can be checked beforehand was. Returns what differs afterwards, a
 * sentence per table.
 * @throws {BackupError} UNPROVEN when it was replaced and could not be compared; any other with the database as it was
 */
export async function restoreBackup(backup: Located, plan: RestorePlan): Promise<string[]> {
  const { databaseUrl, signal, say } = plan;
  const address = parseDatabaseUrl(databaseUrl);
  const startedAt = performance.now();
  return withLocal(backup, plan.folder, signal, async (local) => {
    const checked = await checkBackup(local, backup.file, { ...plan, engine: address.engine });
    say(`${describeBackup(checked)} It is whole (checked in ${seconds(startedAt)}).`);
    const target =
      address.engine === "postgres"
        ? await postgresTarget(databaseUrl, schemasOf(checked.manifest), plan)
        : await sqliteTarget(address.file, signal);
    refuse(target, checked, plan.yes);

    const replacedAt = performance.now();
    signal.throwIfAborted();
    await target.replace(checked);
    for (const sentence of describeLeftOut(checked.manifest)) say(sentence);
    say(`Restored into ${target.name} in ${seconds(replacedAt)}. Comparing every table…`);
    return differences(checked.manifest.tables, await fingerprintOf(target));
  });
}

/** From here on the database is another one: whatever ends the command now must not sound as if nothing had happened. */
async function fingerprintOf(target: Target): Promise<Fingerprints> {
  try {
    return await target.fingerprint();
  } catch (error) {
    throw new BackupError(
      "UNPROVEN",
      `${capitalized(target.name)} was replaced by the backup, and could not be compared with it: ${(error as Error).message}`,
      { cause: error },
    );
  }
}

function refuse(target: Target, { manifest }: CheckedBackup, yes: boolean) {
  const refusal = target.refusal(manifest);
  if (refusal) throw refusal;
  const content = target.filled.filter((table) => !NO_CONTENT.includes(table));
  if (!content.length || yes) return;
  const some =
    content.length > 4
      ? `${content.slice(0, 3).join(", ")} and ${content.length - 3} more`
      : content.join(", ");
  throw new BackupError(
    "TARGET",
    `${capitalized(target.name)} is not empty (rows in ${some}). All of it would be replaced by the backup: stop the app, and run this again with --yes.`,
  );
}

function capitalized(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}`;
}

export function describeBackup({ file, manifest }: CheckedBackup): string {
  const { createdAt, environment, appVersion, migration, server, tables } = manifest;
  return `${file}: taken ${createdAt} in "${environment}" by Backroom ${appVersion} (${server}, migration ${migration ?? "unknown"}), ${Object.keys(tables).length} tables, ${rows(totalRows(tables))}.`;
}
