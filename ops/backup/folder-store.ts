import { createReadStream, existsSync } from "node:fs";
import {
  chmod,
  copyFile,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { BackupError } from "./backup-error";
import type { BackupStore, StoredFile } from "./store";

/** Small pieces: Node lets go of what was read only once in a while, and by then less of it lies about. */
const READ_BYTES = 2 ** 14;
/** For whoever makes backups, and nobody else: they are encrypted, but whose they are need not be known. */
const MODE = 0o600;

export class FolderStore implements BackupStore {
  readonly name: string;
  constructor(readonly folder: string) {
    this.name = `${folder.replace(/\/+$/, "")}/`;
  }

  async list() {
    if (!existsSync(this.folder)) return [];
    const files = await readdir(this.folder, { withFileTypes: true });
    const found = files
      .filter((entry) => entry.isFile())
      .map(async ({ name }) => ({ file: name, bytes: await sizeOf(this.path(name)) }));
    return (await Promise.all(found)).filter((entry): entry is StoredFile => entry.bytes !== undefined);
  }

  /** A file that already lies here is renamed. On the disk when it returns, also after a power cut. */
  async put(file: string, path: string) {
    await mkdir(this.folder, { recursive: true });
    const draft = dirname(resolve(path)) === resolve(this.folder) ? path : this.path(`${file}.part`);
    if (draft !== path) await copyFile(path, draft);
    await chmod(draft, MODE);
    await flush(draft);
    await rename(draft, this.path(file));
    await flush(this.folder);
  }

  async putText(file: string, text: string) {
    const draft = this.path(`${file}.part`);
    await writeFile(draft, text, { mode: MODE });
    await this.put(file, draft);
  }

  async read(file: string, signal?: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    signal?.throwIfAborted();
    this.#mustExist(file);
    return createReadStream(this.path(file), { highWaterMark: READ_BYTES, signal });
  }

  async readText(file: string) {
    this.#mustExist(file);
    return readFile(this.path(file), "utf8");
  }

  remove(file: string) {
    return rm(this.path(file), { force: true });
  }

  path(file: string): string {
    return join(this.folder, file);
  }

  #mustExist(file: string) {
    if (!existsSync(this.path(file))) throw new BackupError("MISSING", `There is no ${this.name}${file}.`);
  }
}

/** Undefined when it went meanwhile: another environment's backups may share the folder. */
async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

async function flush(path: string) {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
