import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { FolderStore } from "./folder-store";
import { describeFolderTrouble } from "./folder-trouble";
import { manifestName } from "./names";
import { withScratchFolder } from "./scratch-folder";
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
  return withScratchFolder(folder, "backroom-fetched-", async (path) => {
    const fetched = new FolderStore(path);
    for (const name of [manifestName(file), file]) {
      const sink = createWriteStream(fetched.path(name), { mode: 0o600 });
      await pipeline(await store.read(name, signal), sink, { signal }).catch(told);
    }
    return work(fetched);
  });
}
