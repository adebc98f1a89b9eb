import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { DAY_MS } from "~/platform/clock";

export type ScratchKind = "backroom-fetched-" | "backroom-restore-";

/** A folder of our own in `parent`, gone when `work` ends. */
export async function withScratchFolder<T>(
  parent: string,
  kind: ScratchKind,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  await removeForgotten(parent, kind);
  const folder = await mkdtemp(join(parent, kind));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What a run left that was killed outright. One may be at work beside us, but none for a whole day. */
export async function removeForgotten(parent: string, kind: ScratchKind): Promise<void> {
  const ours = new RegExp(`^${kind}[A-Za-z0-9]{6}$`);
  const entries = await readdir(parent, { withFileTypes: true });
  for (const { name } of entries.filter((entry) => entry.isDirectory() && ours.test(entry.name))) {
    const path = join(parent, name);
    const since = await stat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => Infinity,
    );
    // By this machine's clock, as the folder's time is. Another user's stays.
    if (Date.now() - since > DAY_MS) await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}
