import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { childEnvironment } from "~/platform/env.server";
import { encryptTo } from "../../ops/backup/age";
import { FolderStore } from "../../ops/backup/folder-store";
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
    ...changes,
  });
}

export type Command = "backup" | "restore" | "verify";

/** The command as an operator runs it; nothing of this process's own configuration reaches it. */
export function runBackupCommand(command: Command, environment: Record<string, string>, ...args: string[]) {
  const child = spawn(
    process.execPath,
    ["--import", "./prisma/register-ts-loader.mjs", `ops/${command}.ts`, ...args],
    {
      env: childEnvironment({
        ...{ DIRECT_URL: "", BACKUP_RECIPIENT: "", BACKUP_IDENTITY: "", BACKUP_IDENTITY_FILE: "" },
        ...{ BACKUP_ENVIRONMENT: "", BACKUP_KEEP_DAYS: "", BACKUP_S3_BUCKET: "", BACKUP_S3_ENDPOINT: "" },
        ...{ BACKUP_S3_REGION: "", BACKUP_S3_PREFIX: "", AWS_REGION: "" },
        ...environment,
      }),
    },
  );
  const told = { out: "", error: "" };
  child.stdout.on("data", (chunk) => (told.out += String(chunk)));
  child.stderr.on("data", (chunk) => (told.error += String(chunk)));
  const ended = new Promise<{ code: number | null; out: string; error: string }>((resolve) =>
    child.once("close", (code) => resolve({ code, ...told })),
  );
  return { child, ended, told };
}
