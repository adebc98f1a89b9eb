import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Source } from "~/platform/env.server";
import { BackupError } from "./backup-error";
import type { CheckedBackup } from "./check-backup";
import type { Fingerprints } from "./fingerprint";
import { databaseName, describeAddress, libpqEnvironment } from "./postgres-address";
import { withClient } from "./postgres-client";
import { appliedMigrations, fingerprintPostgres, inSnapshot } from "./postgres-fingerprint";
import { proveSameDatabase } from "./postgres-same";
import { prepareTarget, undoAll } from "./postgres-prepare";
import { listRelations, refuseUnreadable, tablesOf } from "./postgres-scope";
import { withScratchFolder } from "./scratch-folder";
import type { Target } from "./target";
import { runTool } from "./tool";

type Options = { variables: Source; noPrivileges?: boolean; signal: AbortSignal };

/** @param schemas whose tables a restore would replace */
export async function postgresTarget(
  databaseUrl: string,
  schemas: string[],
  options: Options,
): Promise<Target> {
  const { migrations, filled } = await withClient(databaseUrl, (client) =>
    inSnapshot(client, async () => {
      const filled: string[] = [];
      const relations = await listRelations(client, schemas);
      refuseUnreadable(relations);
      for (const { name, quoted } of tablesOf(relations)) {
        const { rows } = await client.query<{ has: boolean }>(`SELECT EXISTS (SELECT FROM ${quoted}) AS has`);
        if (rows[0]!.has) filled.push(name);
      }
      return { migrations: await appliedMigrations(client), filled };
    }),
  );
  return {
    name: `the database ${describeAddress(databaseUrl)}`,
    filled,
    refusal({ migration }) {
      const later = migrations.at(-1);
      if (!later || !migration || later <= migration) return undefined;
      return new BackupError(
        "TARGET",
        `The database ${describeAddress(databaseUrl)} has later migrations (${later}) than the backup (${migration}), and a restore would leave their tables behind. Restore into an empty database, or empty this one: npm run database:empty`,
      );
    },
    replace: (backup) => restoreInto(databaseUrl, backup, options),
    fingerprint: () => fingerprintOf(databaseUrl, schemas),
  };
}

/** In one transaction: what fails leaves the database as it was. */
export async function restoreInto(
  databaseUrl: string,
  backup: CheckedBackup,
  { variables, noPrivileges, signal }: Options,
) {
  const env = libpqEnvironment(databaseUrl);
  await proveSameDatabase(databaseUrl, { variables, env, signal });
  const { entries, undo } = await withClient(databaseUrl, (client) =>
    prepareTarget(client, backup, { noPrivileges }),
  );
  try {
    await withScratchFolder(tmpdir(), "backroom-restore-", async (folder) => {
      const list = join(folder, "list");
      await writeFile(list, `${entries.map(({ line }) => line).join("\n")}\n`);
      const args = [
        ...[
          "--clean",
          "--if-exists",
          "--no-owner",
          "--single-transaction",
          "--exit-on-error",
          "--no-password",
        ],
        ...(noPrivileges ? ["--no-privileges"] : []),
        ...[`--use-list=${list}`, `--dbname=${databaseName(databaseUrl)}`],
      ];
      await runTool("pg_restore", args, { variables, env, signal, input: backup.archive() });
    });
  } catch (error) {
    if (undo.length) await withClient(databaseUrl, (client) => undoAll(client, undo));
    throw await describe(error, databaseUrl);
  }
}

/**
 * The roles of a server are not in the dump of a database. Which statement failed pg_restore says as SQL, and why in the language
 * of the server; so the server is asked whether it has the role.
 */
async function describe(error: unknown, databaseUrl: string): Promise<unknown> {
  const role = error instanceof BackupError && grantedRole(error.message);
  if (!role || (await hasRole(databaseUrl, role).catch(() => true))) return error;
  return new BackupError(
    "TARGET",
    `The backup grants rights to the role "${role}", which this server does not have. Create it (CREATE ROLE), or restore without such rights: run this again with --no-privileges.`,
    { cause: error },
  );
}

function grantedRole(text: string): string | undefined {
  const [, name] =
    /Command was: (?:GRANT|REVOKE|ALTER DEFAULT PRIVILEGES)\b[^;]* (?:TO|FROM) ("(?:[^"]|"")+"|\w+)/.exec(
      text,
    ) ?? [];
  return name?.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}

async function hasRole(databaseUrl: string, role: string): Promise<boolean> {
  return withClient(databaseUrl, async (client) => {
    const { rowCount } = await client.query("SELECT FROM pg_roles WHERE rolname = $1", [role]);
    return rowCount === 1;
  });
}

export function fingerprintOf(databaseUrl: string, schemas: string[]): Promise<Fingerprints> {
  return withClient(databaseUrl, (client) =>
    inSnapshot(client, async () =>
      fingerprintPostgres(client, tablesOf(await listRelations(client, schemas))),
    ),
  );
}
