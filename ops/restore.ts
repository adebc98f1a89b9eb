/**
 * `npm run restore -- <file> [--yes] [--no-privileges]`: replaces the database by a backup (ops/RUNBOOK.md, "Restore"). The file is a path or
 * s3://bucket/key, with its .json beside it. Everything about it is checked before the database is touched, and on Postgres
 * all of it is one transaction. Stop the app first.
 *
 * 0    restored, and every table is what was backed up
 * 1    restored, but tables differ from the backup (something else was writing), or they could not be compared
 * 2    refused, or it could not run: the database is as it was
 * 130  stopped by SIGINT or SIGTERM: the database is as it was
 */
import { parseArgs } from "node:util";
import {
  backupEnvironment,
  backupIdentities,
  ConfigurationError,
  databaseEnvironment,
} from "~/platform/env.server";
import { runCommand } from "./backup/command";
import { knownMigrations } from "./backup/manifest";
import { restoreBackup } from "./backup/restore-backup";
import { locate } from "./backup/stores";

const USAGE = "Usage: npm run restore -- <file or s3://bucket/key> [--yes] [--no-privileges]";

async function main(signal: AbortSignal): Promise<number> {
  const { file, ...options } = readOptions();
  const { databaseUrl, directUrl } = databaseEnvironment();
  const { bucket, folder, environment } = backupEnvironment();
  const identities = backupIdentities();
  const url = directUrl ?? databaseUrl;
  const plan = { ...options, databaseUrl: url, environment, identities, folder, say: console.log, signal };
  const differing = await restoreBackup(await locate(file, bucket), plan);
  for (const sentence of differing) console.error(sentence);
  if (differing.length) {
    console.error("Something wrote to the database meanwhile. Stop the app, and restore again with --yes.");
    return 1;
  }
  const newest = knownMigrations(url.startsWith("file:") ? "sqlite" : "postgres").at(-1);
  console.log(
    `Every table is what was backed up. Before the app starts: npm run prisma:migrate (up to ${newest}).`,
  );
  return 0;
}

function readOptions(): { file: string; yes: boolean; noPrivileges: boolean } {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { yes: { type: "boolean" }, "no-privileges": { type: "boolean" } },
    });
    const [file, ...others] = positionals;
    if (!file || others.length) throw new ConfigurationError([USAGE]);
    return { file, yes: values.yes ?? false, noPrivileges: values["no-privileges"] ?? false };
  } catch {
    throw new ConfigurationError([USAGE]);
  }
}

runCommand(main, ({ code }) => (code === "UNPROVEN" ? 1 : 2));
