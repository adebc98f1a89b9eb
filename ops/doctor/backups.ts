/** Whether backups are made, of today, and could be restored here. */
import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { identityToRecipient } from "age-encryption";
import type { Db } from "~/platform/db/client.server";
import { queryRows } from "~/platform/db/raw.server";
import { backupEnvironment, backupIdentities, ConfigurationError, type Source } from "~/platform/env.server";
import { formatSpan } from "~/platform/time-span";
import { encryptTo } from "../backup/age";
import { BackupError } from "../backup/backup-error";
import { FolderStore } from "../backup/folder-store";
import { bucketStore, listBackups, type StoredBackup } from "../backup/stores";
import { toolVersion } from "../backup/tool";
import type { Check, Context } from "./context";
import { lowDisk } from "./database";
import { found, type Found } from "./finding";
import { HOUR_MS } from "./rows-now";

/** A nightly backup, and some hours in which a late one is no fault */
const OLDEST_MS = 30 * HOUR_MS;
const UNFINISHED_MS = 2 * HOUR_MS;
const LEAST_BYTES = 500 * 2 ** 20;

type Settings = ReturnType<typeof backupEnvironment>;

export const backups: Check = async (context) => {
  const { variables, isProduction } = context;
  if (!Object.keys(variables).some((name) => /^BACKUP_(?!FOLDER|KEEP_DAYS)/.test(name) && variables[name]))
    return [
      found(
        isProduction ? "warning" : "note",
        "BACKUPS_NOT_SET_UP",
        "No backups are set up here (no BACKUP_… variable).",
        'See ops/RUNBOOK.md, "Back up"; a provider\'s snapshots alone do not survive the loss of its account.',
      ),
    ];
  const { settings, findings } = readSettings(variables);
  if (!settings) return findings;
  return [
    ...findings,
    ...(await keyPair(variables, settings)),
    ...(await folder(settings, context)),
    ...(await stored(settings, context)),
    ...(context.db?.engine === "postgres" ? await tools(context.db, context) : []),
  ];
};

function readSettings(variables: Source): { settings: Settings | undefined; findings: Found[] } {
  const findings: Found[] = [];
  const read = <T>(work: () => T): T | undefined => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      findings.push(...error.problems.map((problem) => found("mend", "BACKUP_ENV_INVALID", problem)));
    }
  };
  const settings = read(() => backupEnvironment(variables));
  if (settings) read(() => encryptTo(settings.recipients));
  return { settings, findings };
}

async function keyPair(variables: Source, { recipients }: Settings): Promise<Found[]> {
  if (!variables.BACKUP_IDENTITY && !variables.BACKUP_IDENTITY_FILE) return [];
  try {
    const identities = backupIdentities(variables);
    const own = await Promise.all(identities.map((identity) => identityToRecipient(identity)));
    if (!recipients.length || own.some((recipient) => recipients.includes(recipient))) return [];
    return [
      found(
        "mend",
        "BACKUP_KEY_MISMATCH",
        "BACKUP_IDENTITY does not belong to BACKUP_RECIPIENT, so it opens none of the backups that are made here.",
        "Print the recipient of an identity with age-keygen -y, and write the one that you keep.",
      ),
    ];
  } catch (error) {
    const problems =
      error instanceof ConfigurationError
        ? error.problems
        : ["BACKUP_IDENTITY is not a secret key of age; look for a typing error."];
    return problems.map((problem) => found("mend", "BACKUP_ENV_INVALID", problem));
  }
}

async function folder({ folder }: Settings, { host }: Context): Promise<Found[]> {
  let there = resolve(host.folder, folder);
  while (!existsSync(there) && there !== dirname(there)) there = dirname(there);
  const free = await host.freeBytes(there);
  return [
    ...((await host.mayWrite(there))
      ? []
      : [
          found(
            "mend",
            "BACKUP_FOLDER_UNWRITABLE",
            `This user may not write to ${there}, where backups are to lie (BACKUP_FOLDER).`,
            "Give it the right, or set BACKUP_FOLDER to a folder of its own.",
          ),
        ]),
    ...(free !== undefined && free < LEAST_BYTES
      ? [found("mend", "BACKUP_DISK_LOW", ...lowDisk(free, there))]
      : []),
  ];
}

async function stored(settings: Settings, { engine, host }: Context): Promise<Found[]> {
  if (!engine) return [];
  const { environment, bucket } = settings;
  let listed: StoredBackup[];
  let name: string;
  try {
    const store = bucket ? await bucketStore(bucket) : new FolderStore(resolve(host.folder, settings.folder));
    name = store.name;
    listed = await listBackups(store, { environment, engine });
  } catch (error) {
    if (!(error instanceof BackupError)) throw error;
    return [found("mend", "BACKUP_STORE_UNAVAILABLE", error.message)];
  }
  const now = host.now().getTime();
  const newest = listed.find(({ good }) => good);
  const unfinished = listed.filter(
    (backup) =>
      !backup.good &&
      backup.number > (newest?.number ?? -1) &&
      now - backup.createdAt.getTime() > UNFINISHED_MS,
  );
  const age = newest ? now - newest.createdAt.getTime() : 0;
  return [
    ...(newest
      ? []
      : [
          found(
            "mend",
            "BACKUP_MISSING",
            `There is no whole backup of "${environment}" in ${name}.`,
            "Run npm run backup, and schedule it.",
          ),
        ]),
    ...(age > OLDEST_MS
      ? [
          found(
            "mend",
            "BACKUP_OLD",
            `The newest whole backup in ${name} is ${formatSpan(age)} old.`,
            "Run npm run backup, and see why its schedule did not.",
          ),
        ]
      : []),
    ...(unfinished.length
      ? [
          found(
            "warning",
            "BACKUP_UNFINISHED",
            `The last backup in ${name}, ${unfinished[0]!.file}, did not come to its end.`,
            "Run npm run backup and read what it says.",
          ),
        ]
      : []),
  ];
}

async function tools(db: Db, { variables, signal }: Context): Promise<Found[]> {
  const [server] = await queryRows<{ major: number; mayCreate: boolean }>(
    db,
    `SELECT current_setting('server_version_num')::int / 10000 AS "major",
       (SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user) AS "mayCreate"`,
    [],
  );
  const { major, mayCreate } = server!;
  return [
    ...(await dumpTool(major, variables, signal)),
    ...(mayCreate || variables.VERIFY_DATABASE_URL
      ? []
      : [
          found(
            "warning",
            "VERIFY_NOT_ALLOWED",
            "The role of the database may not create databases, so npm run backup:verify has none to restore into.",
            "Give it the right (ALTER ROLE … CREATEDB), or verify on another server.",
          ),
        ]),
  ];
}

async function dumpTool(server: number, variables: Source, signal: AbortSignal): Promise<Found[]> {
  try {
    for (const tool of ["pg_dump", "pg_restore", "psql"]) {
      const version = await toolVersion(tool, { variables, signal });
      const major = Number(/\) (\d+)/.exec(version)?.[1] ?? 0);
      if (tool === "pg_dump" && major < server)
        return [
          found(
            "mend",
            "BACKUP_TOOL",
            `pg_dump is of Postgres ${major}, and refuses the server's ${server}.`,
            `Install the client programs of Postgres ${server} or later.`,
          ),
        ];
    }
    return [];
  } catch (error) {
    if (!(error instanceof BackupError)) throw error;
    return [found("mend", "BACKUP_TOOL", error.message)];
  }
}
