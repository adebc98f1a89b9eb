import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { FolderStore } from "./folder-store";
import { describeFolderTrouble } from "./folder-trouble";
import { manifestName } from "./names";
import type { Located } from "./stores";

/** The backup in a folder of this machine; one in a bucket is brought there, still encrypted, for as long as `work` takes. */
export async function withLocal<T>(
  { store, file }: Located,
  folder: string,
  signal: AbortSignal,
  work: (local: FolderStore) => Promise<T>,
): Promise<T> {
  if (store instanceof FolderStore) return work(store);
  const told = (error: unknown) => {
    throw describeFolderTrouble(error, folder);
  };
  await mkdir(folder, { recursive: true }).catch(told);
  const fetched = new FolderStore(await mkdtemp(join(folder, "fetched-")));
  try {
    for (const name of [manifestName(file), file]) {
      const sink = createWriteStream(fetched.path(name), { mode: 0o600 });
      await pipeline(await store.read(name, signal), sink, { signal }).catch(told);
    }
    return await work(fetched);
  } finally {
    await rm(fetched.folder, { recursive: true, force: true });
  }
}
