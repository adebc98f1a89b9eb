import { randomBytes, randomInt } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DATABASE_URL_FORMS } from "~/platform/db/database-url";
import type { Source } from "~/platform/env.server";
import { schemasOf } from "./archive-list";
import { BackupError } from "./backup-error";
import type { CheckedBackup } from "./check-backup";
import type { Fingerprints } from "./fingerprint";
import { databaseName, describeAddress, libpqEnvironment, withDatabase } from "./postgres-address";
import { withClient } from "./postgres-client";
import { appliedMigrations, fingerprintPostgres, inSnapshot } from "./postgres-fingerprint";
import { prepareTarget, undoAll } from "./postgres-prepare";
import { listRelations, refuseUnreadable, tablesOf } from "./postgres-scope";
import { withScratchFolder } from "./scratch-folder";
import type { Target } from "./target";
import { runTool, type ToolOptions } from "./tool";

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
        `The database ${describeAddress(databaseUrl)} has later migrations (${later}) than the backup (${migration}), and a restore would leave their tables behind. Restore into an empty database.`,
      );
    },
    replace: (backup) => restoreInto(databaseUrl, backup, options),
    fingerprint: () => fingerprintOf(databaseUrl, schemas),
  };
}

/** A database of its own on the server, dropped when `work` ends. */
export async function withScratchPostgres<T>(
  databaseUrl: string,
  options: Pick<Options, "variables" | "signal">,
  work: (restore: (backup: CheckedBackup) => Promise<Fingerprints>) => Promise<T>,
): Promise<T> {
  const name = `backroom_verify_${randomBytes(6).toString("hex")}`;
  const url = withDatabase(databaseUrl, name);
  await administer(databaseUrl, `CREATE DATABASE ${name} TEMPLATE template0`);
  try {
    return await work(async (backup) => {
      // The roles that were granted something need not exist on this server.
      await restoreInto(url, backup, { ...options, noPrivileges: true });
      return fingerprintOf(url, schemasOf(backup.manifest));
    });
  } finally {
    await administer(databaseUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  }
}

/** In one transaction: what fails leaves the database as it was. */
async function restoreInto(
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
 * Our driver checked the target, and libpq will replace it. This proves that both reach the same database of the same server:
 * psql must see an advisory lock that the driver holds.
 * @throws {BackupError} TARGET when it does not
 */
async function proveSameDatabase(
  databaseUrl: string,
  options: Pick<ToolOptions, "variables" | "env" | "signal">,
) {
  const key = [randomInt(2 ** 31), randomInt(2 ** 31)];
  let seen = "";
  await withClient(databaseUrl, (client) =>
    inSnapshot(client, async () => {
      await client.query("SELECT pg_advisory_xact_lock($1, $2)", key);
      await runTool("psql", ["--no-psqlrc", "--no-password", "-At", "-c", lockQuery(key)], {
        ...options,
        output: async (bytes) => {
          for await (const part of bytes) seen += Buffer.from(part).toString();
        },
      });
    }),
  );
  if (seen.trim() === "t") return;
  throw new BackupError(
    "TARGET",
    `pg_restore would reach another database than ${describeAddress(databaseUrl)}. Nothing was changed. Write host and port of DATABASE_URL in their usual places: ${DATABASE_URL_FORMS}.`,
  );
}

const lockQuery = ([first, second]: number[]) =>
  `SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE d.datname = current_database()
     AND l.locktype = 'advisory' AND l.classid = ${first} AND l.objid = ${second} AND l.objsubid = 2 AND l.granted)`;

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

function fingerprintOf(databaseUrl: string, schemas: string[]): Promise<Fingerprints> {
  return withClient(databaseUrl, (client) =>
    inSnapshot(client, async () =>
      fingerprintPostgres(client, tablesOf(await listRelations(client, schemas))),
    ),
  );
}

async function administer(databaseUrl: string, statement: string) {
  await withClient(databaseUrl, async (client) => {
    try {
      await client.query(statement);
    } catch (error) {
      if ((error as { code?: string }).code !== "42501") throw error;
      throw new BackupError(
        "TARGET",
        `The user of ${describeAddress(databaseUrl)} may not create a database to verify in. Give it the right (ALTER ROLE … CREATEDB), or name another server in DATABASE_URL for this one command.`,
      );
    }
  });
}
