import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { DAY_MS } from "~/platform/clock";
import { BackupError } from "./backup-error";

export type ScratchKind = "backroom-fetched-" | "backroom-restore-";

/**
 * A folder of our own in `parent`, gone when `work` ends.
 * @throws {BackupError} STORE when `parent` is missing, full or not to be written: a container's root is often read-only
 */
export async function withScratchFolder<T>(
  parent: string,
  kind: ScratchKind,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await makeFolder(parent, kind);
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function makeFolder(parent: string, kind: ScratchKind): Promise<string> {
  try {
    await removeForgotten(parent, kind);
    return await mkdtemp(join(parent, kind));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!code) throw error;
    throw new BackupError(
      "STORE",
      `A folder for temporary files is needed, and none can be made in ${parent} (${code}). Mount one there (docker run --tmpfs /tmp), or name one that can be written in TMPDIR.`,
      { cause: error },
    );
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
