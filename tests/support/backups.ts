import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { childEnvironment } from "~/platform/env.server";
import { encryptTo } from "../../ops/backup/age";
import { FolderStore } from "../../ops/backup/folder-store";
import type { RestorePlan } from "../../ops/backup/restore-backup";
import { takeBackup, type BackupPlan } from "../../ops/backup/take-backup";

export type KeyPair = { identity: string; recipient: string };

export async function createKeyPair(): Promise<KeyPair> {
  const identity = await generateX25519Identity();
  return { identity, recipient: await identityToRecipient(identity) };
}

export function createFolder(): FolderStore {
  return new FolderStore(mkdtempSync(join(tmpdir(), "backroom-backups-")));
}

export const NEVER = new AbortController().signal;

/** Of this process, for the programs of Postgres */
export const VARIABLES = childEnvironment({});

/** A backup of the environment "test", without the command around it. */
export function take(
  databaseUrl: string,
  keys: KeyPair,
  folder: FolderStore,
  changes: Partial<BackupPlan> = {},
) {
  return takeBackup({
    ...{ databaseUrl, folder, environment: "test", encrypt: encryptTo([keys.recipient]), keepDays: 30 },
    ...{ bucket: undefined, now: new Date("2026-11-23T12:00:00Z"), say: () => {}, signal: NEVER },
    variables: VARIABLES,
    ...changes,
  });
}

/** What a restore of the environment "test" is told, with --yes */
export function restorePlan(
  databaseUrl: string,
  keys: KeyPair,
  folder: string,
  changes: Partial<RestorePlan> = {},
): RestorePlan {
  return {
    ...{ databaseUrl, identities: [keys.identity], environment: "test", folder, variables: VARIABLES },
    ...{ yes: true, say: () => {}, signal: NEVER },
    ...changes,
  };
}
