import type { Digest } from "./digest";
import { digestOf, isSame } from "./digest";
import { BackupError } from "./backup-error";

export type StoredFile = { file: string; bytes: number };

/** Where backups lie: a folder, or a bucket. */
export interface BackupStore {
  /** For sentences, and to find it again: backups/, s3://bucket/prefix/ */
  readonly name: string;
  list(): Promise<StoredFile[]>;
  /** Moves or copies the file at `path` in; whether it arrived whole is for `proveStored`. */
  put(file: string, path: string, signal: AbortSignal): Promise<void>;
  putText(file: string, text: string): Promise<void>;
  /** @throws {BackupError} MISSING when it is not there */
  read(file: string, signal?: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  readText(file: string): Promise<string>;
  remove(file: string): Promise<void>;
}

/**
 * Reads back what is stored: servers have been seen to say yes, and to keep something else (s3rver 3.7.1 keeps the checksum
 * trailer of the SDK as data).
 * @throws {BackupError} DAMAGED when it is not what was sent
 */
export async function proveStored(
  store: BackupStore,
  file: string,
  sent: Digest,
  signal?: AbortSignal,
): Promise<void> {
  const stored = await digestOf(await store.read(file, signal));
  if (isSame(stored, sent)) return;
  const what =
    stored.bytes === sent.bytes
      ? "other bytes than were sent"
      : `${stored.bytes} bytes, and ${sent.bytes} were sent`;
  throw new BackupError("DAMAGED", `${store.name}${file} is not what was sent: it has ${what}.`);
}
