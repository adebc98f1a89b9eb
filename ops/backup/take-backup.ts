/** One backup: archive, encrypt, store, read back, and only then call it one and let go of what is past its time. */
import { createWriteStream } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { parseDatabaseUrl } from "~/platform/db/database-url";
import type { Source } from "~/platform/env.server";
import type { Encrypt } from "./age";
import type { ArchiveFacts, Bytes } from "./archive";
import { Meter, type Digest } from "./digest";
import { rows, totalRows } from "./fingerprint";
import type { FolderStore } from "./folder-store";
import { describeFolderTrouble } from "./folder-trouble";
import { keep, letGo } from "./keep";
import { appVersion, describeLeftOut, writeManifest, type Manifest } from "./manifest";
import { fileName } from "./names";
import { dumpPostgres } from "./postgres-dump";
import { removeForgotten } from "./scratch-folder";
import { dumpSqlite } from "./sqlite-dump";
import { listBackups, lookInto, type Whose } from "./stores";
import type { BackupStore } from "./store";

export type BackupPlan = {
  /** Past the pooler */
  databaseUrl: string;
  /** Of the command, for pg_dump */
  variables: Source;
  environment: string;
  encrypt: Encrypt;
  keepDays: number;
  folder: FolderStore;
  /** Also there, when there is one */
  bucket: BackupStore | undefined;
  /** By the database's clock */
  now: Date;
  say: (sentence: string) => void;
  signal: AbortSignal;
};

/**
 * @throws {BackupError} DAMAGED when a store kept something else, STORE when one does not take or give: nothing is pruned then,
 * that store has no manifest, and a bucket's trouble leaves this machine its copy
 */
export async function takeBackup(plan: BackupPlan): Promise<Manifest> {
  try {
    return await take(plan);
  } catch (error) {
    throw describeFolderTrouble(error, plan.folder.folder);
  }
}

async function take(plan: BackupPlan): Promise<Manifest> {
  const { folder, bucket, encrypt, say, signal } = plan;
  const { engine } = parseDatabaseUrl(plan.databaseUrl);
  const whose = { environment: plan.environment, engine };
  const here = await listBackups(folder, whose);
  const { there, refusal } = bucket ? await lookInto(bucket, whose) : { there: [] };
  const stores = bucket && !refusal ? [folder, bucket] : [folder];
  // Above all that is known. Where the bucket's are not, the folder's number goes to no bucket, and the next goes above both.
  const number = Math.max(0, ...[...here, ...there].map((backup) => backup.number)) + 1;
  const file = fileName({ ...whose, number, createdAt: plan.now });
  const draft = join(folder.folder, `${file}.part`);

  await mkdir(folder.folder, { recursive: true });
  await removeDrafts(folder, whose);
  await removeForgotten(folder.folder, "backroom-fetched-");
  try {
    const startedAt = performance.now();
    const archived = await writeEncrypted(plan, encrypt.stream, draft);
    const manifest: Manifest = {
      format: 1,
      app: "backroom",
      appVersion: appVersion(),
      ...whose,
      number,
      createdAt: plan.now.toISOString(),
      ...archived,
    };
    const { tables, archive } = manifest;
    say(
      `Dumped and encrypted ${Object.keys(tables).length} tables, ${rows(totalRows(tables))}, ${size(archive)}, in ${seconds(startedAt)}.`,
    );
    for (const sentence of describeLeftOut(manifest)) say(sentence);
    const text = await writeManifest(manifest, encrypt.text);
    for (const store of stores) {
      const storedAt = performance.now();
      await keep(store, file, store === folder ? draft : folder.path(file), manifest.file, text, signal);
      say(`Stored ${store.name}${file} and read it back in ${seconds(storedAt)}.`);
    }
    // Nor is anything let go of while nobody knows what the bucket has.
    if (refusal) throw refusal;
    for (const store of stores) await letGo(store, plan, whose);
    return manifest;
  } finally {
    await rm(draft, { force: true });
  }
}

/** Of a run that was killed: there is none but us, and on SQLite they may be clear text. */
async function removeDrafts(folder: FolderStore, { environment, engine }: Whose) {
  const ours = new RegExp(
    `^backroom-${environment}-${engine}-\\d+-\\w+\\.\\w+\\.age(\\.json)?\\.part(\\.copy(-wal|-shm|-journal)?)?$`,
  );
  for (const { file } of await folder.list()) if (ours.test(file)) await folder.remove(file);
}

/** In one stream: nothing of the archive touches the disk in clear (on SQLite, nothing but the copy). */
async function writeEncrypted(
  { databaseUrl, variables, signal }: BackupPlan,
  encrypted: (source: Bytes) => Bytes,
  draft: string,
): Promise<ArchiveFacts & { archive: Digest; file: Digest }> {
  const [clear, sealed] = [new Meter(), new Meter()];
  const write = (source: Bytes) =>
    pipeline(
      source,
      (bytes: Bytes) => clear.through(bytes),
      encrypted,
      (bytes: Bytes) => sealed.through(bytes),
      createWriteStream(draft, { mode: 0o600 }),
      { signal },
    );
  const { engine } = parseDatabaseUrl(databaseUrl);
  const make = engine === "postgres" ? dumpPostgres : dumpSqlite;
  const options = { write, scratch: draft, variables, signal };
  const facts = await make(databaseUrl, options);
  return { ...facts, archive: clear.digest(), file: sealed.digest() };
}

function size({ bytes }: Digest): string {
  return bytes < 2 ** 20 ? `${Math.ceil(bytes / 1024)} KiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

export function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}
