/** Which backups there are, and in which store. */
import type { Engine } from "~/platform/db/database-url";
import type { BackupBucket } from "~/platform/env.server";
import { BackupError } from "./backup-error";
import { FolderStore } from "./folder-store";
import { parseManifest } from "./manifest";
import { isNameFor, manifestName, parseFileName, type BackupName } from "./names";
import type { BackupStore } from "./store";

/** Whose backups: others in the same place are none of ours. */
export type Whose = { environment: string; engine: Engine };
export type StoredBackup = BackupName & { file: string; good: boolean };

/** The SDK is large, and loaded only where there is a bucket. */
export async function bucketStore(bucket: BackupBucket): Promise<BackupStore> {
  const { BucketStore } = await import("./bucket-store");
  return new BucketStore(bucket);
}

/** What lies in the store, unfinished backups and manifests without a file included. */
export async function listBackups(store: BackupStore, whose: Whose): Promise<StoredBackup[]> {
  const sizes = new Map((await store.list()).map(({ file, bytes }) => [file, bytes]));
  const files = new Set([...sizes.keys()].map(withoutJson));
  const found: StoredBackup[] = [];
  for (const file of files) {
    const name = parseFileName(file);
    if (name?.environment !== whose.environment || name.engine !== whose.engine) continue;
    found.push({ ...name, file, good: await isWhole(store, file, sizes) });
  }
  return found.sort((one, other) => other.number - one.number);
}

/** A bucket that cannot be listed does not cost this machine its copy; it is told of when there is one. */
export async function lookInto(
  bucket: BackupStore,
  whose: Whose,
): Promise<{ there: StoredBackup[]; refusal?: BackupError }> {
  try {
    return { there: await listBackups(bucket, whose) };
  } catch (error) {
    if (!(error instanceof BackupError) || error.code !== "STORE") throw error;
    return { there: [], refusal: error };
  }
}

/** As far as it can be told without reading it: the manifest comes last, and knows how many bytes there must be. */
async function isWhole(store: BackupStore, file: string, sizes: Map<string, number>): Promise<boolean> {
  if (!sizes.has(file) || !sizes.has(manifestName(file))) return false;
  try {
    const { manifest } = parseManifest(await store.readText(manifestName(file)), file);
    return manifest.file.bytes === sizes.get(file) && isNameFor(file, manifest);
  } catch (error) {
    if (error instanceof BackupError && error.code !== "STORE") return false;
    throw error;
  }
}

export type Located = { store: BackupStore; file: string };

/** @param place a path, or s3://bucket/key in the bucket's provider of BACKUP_S3_ENDPOINT */
export async function locate(place: string, bucket: BackupBucket | undefined): Promise<Located> {
  const [, name, prefix = "", object] = /^s3:\/\/([^/]+)\/(.*\/)?([^/]+)$/.exec(place) ?? [];
  if (name && object) {
    if (!bucket)
      throw new BackupError(
        "STORE",
        `${place} is in a bucket; set BACKUP_S3_BUCKET, its region and its endpoint.`,
      );
    return { store: await bucketStore({ ...bucket, name, prefix }), file: withoutJson(object) };
  }
  const at = place.lastIndexOf("/");
  return {
    store: new FolderStore(at < 0 ? "." : place.slice(0, at) || "/"),
    file: withoutJson(place.slice(at + 1)),
  };
}

/** Naming the manifest is naming the backup. */
function withoutJson(file: string): string {
  return file.replace(/\.age\.json$/, ".age");
}

/** The newest whole backup; the bucket's, when there is one. */
export async function newest(store: BackupStore, whose: Whose): Promise<Located> {
  const backup = (await listBackups(store, whose)).find(({ good }) => good);
  if (!backup)
    throw new BackupError(
      "MISSING",
      `There is no whole backup of "${whose.environment}" (${whose.engine}) in ${store.name}. Make one with: npm run backup`,
    );
  return { store, file: backup.file };
}
