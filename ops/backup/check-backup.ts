/** Everything that can be known of a backup before a database is touched. */
import { createReadStream } from "node:fs";
import type { Engine } from "~/platform/db/database-url";
import type { Source } from "~/platform/env.server";
import { decrypted } from "./age";
import type { Bytes } from "./archive";
import { BackupError } from "./backup-error";
import { digestOf, isSame, Meter } from "./digest";
import type { FolderStore } from "./folder-store";
import { parseManifest, proveManifest, refuseForeign, type Manifest } from "./manifest";
import { isNameFor, manifestName } from "./names";
import { runTool } from "./tool";

export type CheckedBackup = {
  file: string;
  manifest: Manifest;
  /** What pg_restore says is in the archive; "" of SQLite */
  list: string;
  /** Its archive, decrypted while it is read; throws at the end when it is not what was checked */
  archive: () => Bytes;
};

/**
 * @param folder where it lies; one in a bucket is fetched first
 * @throws {BackupError} whatever is wrong with it
 */
export async function checkBackup(
  folder: FolderStore,
  file: string,
  expected: {
    environment: string;
    engine: Engine;
    identities: string[];
    variables: Source;
    signal: AbortSignal;
  },
): Promise<CheckedBackup> {
  const stored = await readManifest(folder, file);
  const { manifest } = stored;
  if (!isSame(await digestOf(await folder.read(file, expected.signal)), manifest.file))
    throw new BackupError(
      "DAMAGED",
      `${file} is damaged, or the manifest beside it is of another backup: its bytes are not those that were stored.`,
    );
  await proveManifest(stored, expected.identities, manifestName(file));
  refuseForeign(manifest, expected, file);
  if (!isNameFor(file, manifest))
    throw new BackupError(
      "DAMAGED",
      `${file} is another backup under this name: number ${manifest.number}, taken ${manifest.createdAt}.`,
    );

  const archive = () => provenArchive(folder.path(file), file, manifest, expected.identities);
  await readThrough(archive(), file, manifest.engine, expected.signal);
  const list = manifest.engine === "postgres" ? await readList(archive(), file, manifest, expected) : "";
  return { file, manifest, list, archive };
}

async function readManifest(folder: FolderStore, file: string) {
  const there = (await folder.list()).map((entry) => entry.file);
  if (!there.includes(file)) throw new BackupError("MISSING", `There is no ${folder.name}${file}.`);
  if (!there.includes(manifestName(file)))
    throw new BackupError(
      "MISSING",
      `${file} has no ${manifestName(file)} beside it: it is no backup of Backroom, or one that was never finished.`,
    );
  return parseManifest(await folder.readText(manifestName(file)), manifestName(file));
}

/** The last piece comes only after all are proven: who reads on from this one never gets a whole archive that is not ours. */
async function* provenArchive(
  path: string,
  file: string,
  manifest: Manifest,
  identities: string[],
): AsyncGenerator<Uint8Array> {
  const meter = new Meter();
  const source = createReadStream(path, { highWaterMark: 2 ** 16 });
  let held: Uint8Array | undefined;
  for await (const chunk of meter.through(decrypted(source, identities, file))) {
    if (held) yield held;
    held = chunk;
  }
  if (!isSame(meter.digest(), manifest.archive))
    throw new BackupError("DAMAGED", `${file} is damaged: it decrypts to something else than was encrypted.`);
  if (held) yield held;
}

const MAGIC = { postgres: "PGDMP", sqlite: "SQLite format 3\0" } as const;

async function readThrough(archive: Bytes, file: string, engine: Engine, signal: AbortSignal) {
  let head = Buffer.alloc(0);
  for await (const chunk of archive) {
    signal.throwIfAborted();
    if (head.length < 16) head = Buffer.concat([head, chunk]).subarray(0, 16);
  }
  if (!head.toString("latin1").startsWith(MAGIC[engine]))
    throw new BackupError(
      "DAMAGED",
      `${file} holds no ${engine === "postgres" ? "dump of pg_dump" : "SQLite file"}.`,
    );
}

/** By the pg_restore that is installed here, which may be older than the pg_dump that wrote it. */
async function readList(
  archive: Bytes,
  file: string,
  manifest: Manifest,
  { variables, signal }: { variables: Source; signal: AbortSignal },
): Promise<string> {
  let list = "";
  try {
    await runTool("pg_restore", ["--list"], {
      variables,
      signal,
      input: archive,
      output: async (bytes) => {
        for await (const part of bytes) list += Buffer.from(part).toString();
      },
    });
    return list;
  } catch (error) {
    // One with a cause could not even be started.
    if (!(error instanceof BackupError) || error.code !== "TOOL" || error.cause) throw error;
    const sentence = `${file} cannot be read by the pg_restore that is installed here: ${error.message}`;
    // The file is as it was made; another host may well read it. The tool's own words, for which toolEnvironment sets LC_ALL.
    throw /unsupported version/.test(error.message)
      ? new BackupError("TOOL", `${sentence}. Install the pg_restore of ${manifest.tool} or a later one.`)
      : new BackupError("DAMAGED", sentence);
  }
}
