/** What one store does: it keeps a backup that was proven there, and lets go of old ones. */
import { digestOfText, type Digest } from "./digest";
import { manifestName } from "./names";
import { pastTheirTime } from "./prune";
import { listBackups, type Whose } from "./stores";
import { proveStored, type BackupStore } from "./store";

/** The manifest comes last: a file without one is no backup. */
export async function keep(
  store: BackupStore,
  file: string,
  path: string,
  digest: Digest,
  manifest: string,
  signal: AbortSignal,
) {
  try {
    await store.put(file, path, signal);
    await proveStored(store, file, digest, signal);
    signal.throwIfAborted();
    await store.putText(manifestName(file), manifest);
    await proveStored(store, manifestName(file), digestOfText(manifest), signal);
  } catch (error) {
    // What is not proven must not look like a backup; if it cannot be taken away, it lacks its manifest.
    await store.remove(manifestName(file)).catch(() => undefined);
    await store.remove(file).catch(() => undefined);
    throw error;
  }
}

/** Of what is past its time in this store. */
export async function letGo(
  store: BackupStore,
  { now, keepDays, say }: { now: Date; keepDays: number; say: (sentence: string) => void },
  whose: Whose,
) {
  const past = pastTheirTime(await listBackups(store, whose), now, keepDays);
  for (const { file } of past) {
    // The manifest first: what is half removed is no backup any more.
    for (const name of [manifestName(file), file]) await store.remove(name);
  }
  if (past.length)
    say(
      `Removed ${past.length} from ${store.name} that ${past.length === 1 ? "was" : "were"} older than ${keepDays} days.`,
    );
}
