/** Whatever is done to a backup, a restore finds it out before it touches the database. */
import { createHash } from "node:crypto";
import { copyFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { Encrypter } from "age-encryption";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectDatabase } from "~/platform/db/client.server";
import { digestOfText, type Digest } from "../../ops/backup/digest";
import { FolderStore } from "../../ops/backup/folder-store";
import { parseManifest, writeManifest, type Manifest } from "../../ops/backup/manifest";
import { fileName, manifestName } from "../../ops/backup/names";
import { restoreBackup } from "../../ops/backup/restore-backup";
import { listBackups } from "../../ops/backup/stores";
import { createFolder, createKeyPair, restorePlan, take, type KeyPair } from "../support/backups";
import { createTestDatabase, type TestDatabase } from "../support/databases";
import { insertTenant } from "../support/tenant-rows";

/** age: a header of text, 16 bytes of nonce, then chunks of 64 KiB with 16 bytes of tag each. */
const CHUNK = 65_536 + 16;

let database: TestDatabase;
let keys: KeyPair;
let strangers: KeyPair;
/** Two good backups; the second has a row more. */
let originals: FolderStore;
let earlier: string;
let file: string;

beforeAll(async () => {
  database = await createTestDatabase("sqlite");
  [keys, strangers] = await Promise.all([createKeyPair(), createKeyPair()]);
  originals = createFolder();
  const db = await connectDatabase(database.url);
  await insertTenant(db, "first");
  await take(database.url, keys, originals);
  await insertTenant(db, "second");
  await take(database.url, keys, originals, { now: new Date("2026-11-23T13:00:00Z") });
  await db.$disconnect();
  [earlier, file] = readdirSync(originals.folder)
    .filter((name) => name.endsWith(".age"))
    .sort() as [string, string];
});
afterAll(async () => {
  rmSync(originals.folder, { recursive: true, force: true });
  await database?.drop();
});

type Sabotage = (bytes: Buffer, path: string) => Buffer | void | Promise<Buffer | void>;

const header = (bytes: Buffer) => bytes.indexOf("\n--- ");
const payload = (bytes: Buffer) => bytes.indexOf("\n", header(bytes) + 1) + 1;
const chunk = (bytes: Buffer, n: number) => payload(bytes) + 16 + n * CHUNK;
const flipAt =
  (where: (bytes: Buffer) => number): Sabotage =>
  (bytes) => {
    bytes[where(bytes)]! ^= 1;
    return bytes;
  };
const cutAt =
  (where: (bytes: Buffer) => number): Sabotage =>
  (bytes) =>
    bytes.subarray(0, where(bytes));
const parts = (bytes: Buffer, ...edges: number[]) =>
  [0, ...edges, bytes.length].slice(1).map((end, i) => bytes.subarray([0, ...edges][i], end));
const editManifest =
  (edit: (manifest: Manifest & { seal: string }, path: string) => object | string): Sabotage =>
  (_, path) => {
    const before = JSON.parse(readFileSync(manifestName(path), "utf8")) as Manifest & { seal: string };
    const after = edit(before, path);
    writeFileSync(manifestName(path), typeof after === "string" ? after : JSON.stringify(after));
  };
const manifestOf = (name: string) =>
  JSON.parse(readFileSync(originals.path(manifestName(name)), "utf8")) as Manifest & { seal: string };

/** A backup made with all that is public, by somebody who means harm or by a Backroom that is not this one. */
const forge =
  (
    changes: (
      manifest: Manifest,
      clear: Buffer,
    ) => { manifest?: Partial<Manifest>; clear?: Buffer; to?: KeyPair },
  ): Sabotage =>
  async (bytes, path) => {
    const { Decrypter } = await import("age-encryption");
    const decrypter = new Decrypter();
    decrypter.addIdentity(keys.identity);
    const original = Buffer.from(await decrypter.decrypt(bytes));
    const { manifest: before } = parseManifest(readFileSync(manifestName(path), "utf8"), path);
    const { manifest, clear = original, to = keys } = changes(before, original);
    const encrypt = (recipient: string, data: Uint8Array | string) => {
      const encrypter = new Encrypter();
      encrypter.addRecipient(recipient);
      return encrypter.encrypt(data as Uint8Array);
    };
    const sealed = Buffer.from(await encrypt(to.recipient, clear));
    const forged = { ...before, archive: digest(clear), file: digest(sealed), ...manifest };
    writeFileSync(manifestName(path), await writeManifest(forged, (text) => encrypt(keys.recipient, text)));
    return sealed;
  };

function digest(bytes: Buffer): Digest {
  return { bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
}

const SABOTAGES: [string, Sabotage, string, RegExp][] = [
  ["a flipped bit in the first byte", flipAt(() => 0), "DAMAGED", /its bytes are not those that were stored/],
  [
    "a flipped bit in the wrapped key",
    flipAt((b) => b.indexOf("X25519") + 60),
    "DAMAGED",
    /not those that were stored/,
  ],
  [
    "a flipped bit in the header's code",
    flipAt((b) => header(b) + 10),
    "DAMAGED",
    /not those that were stored/,
  ],
  ["a flipped bit in the nonce", flipAt(payload), "DAMAGED", /not those that were stored/],
  [
    "a flipped bit in the first chunk",
    flipAt((b) => chunk(b, 0) + 99),
    "DAMAGED",
    /not those that were stored/,
  ],
  ["a flipped bit in the middle", flipAt((b) => b.length >> 1), "DAMAGED", /not those that were stored/],
  ["a flipped bit in the last byte", flipAt((b) => b.length - 1), "DAMAGED", /not those that were stored/],
  ["a lost last byte", cutAt((b) => b.length - 1), "DAMAGED", /not those that were stored/],
  ["a lost last chunk", cutAt((b) => chunk(b, 2)), "DAMAGED", /not those that were stored/],
  ["all but the header lost", cutAt(payload), "DAMAGED", /not those that were stored/],
  ["an empty file", cutAt(() => 0), "DAMAGED", /not those that were stored/],
  ["a byte too many", (b) => Buffer.concat([b, Buffer.alloc(1)]), "DAMAGED", /not those that were stored/],
  [
    "two chunks in each other's place",
    (b) => {
      const [a, one, two, rest] = parts(b, chunk(b, 0), chunk(b, 1), chunk(b, 2));
      return Buffer.concat([a!, two!, one!, rest!]);
    },
    "DAMAGED",
    /not those that were stored/,
  ],
  [
    "a chunk twice",
    (b) => {
      const [a, one, rest] = parts(b, chunk(b, 0), chunk(b, 1));
      return Buffer.concat([a!, one!, one!, rest!]);
    },
    "DAMAGED",
    /not those that were stored/,
  ],
  [
    "a chunk left out",
    (b) => {
      const [a, , rest] = parts(b, chunk(b, 0), chunk(b, 1));
      return Buffer.concat([a!, rest!]);
    },
    "DAMAGED",
    /not those that were stored/,
  ],
  ["no file", (_, path) => rmSync(path), "MISSING", /^There is no /],
  ["no manifest", (_, path) => rmSync(manifestName(path)), "MISSING", /has no .*\.json beside it/],
  [
    "the manifest of an earlier backup",
    (_, path) => copyFileSync(originals.path(manifestName(earlier)), manifestName(path)),
    "DAMAGED",
    /or the manifest beside it is of another backup/,
  ],
  [
    "the file of an earlier backup",
    () => readFileSync(originals.path(earlier)),
    "DAMAGED",
    /not those that were stored/,
  ],
  [
    "an earlier backup and its manifest, under the names of this one",
    (_, path) => {
      copyFileSync(originals.path(manifestName(earlier)), manifestName(path));
      return readFileSync(originals.path(earlier));
    },
    "DAMAGED",
    /is another backup under this name: number 1, taken 2026-11-23T12:00:00\.000Z/,
  ],
  [
    "a flipped bit, and a manifest that was made to agree",
    async (bytes, path) => {
      bytes[bytes.length >> 1]! ^= 1;
      await editManifest((manifest) => ({ ...manifest, file: digest(bytes) }))(bytes, path);
      return bytes;
    },
    "DAMAGED",
    /was changed after the backup was made/,
  ],
  ["half a manifest", editManifest((m) => JSON.stringify(m).slice(0, 400)), "DAMAGED", /it is not JSON/],
  [
    "another number of rows in the manifest",
    editManifest((m) => ({ ...m, tables: { ...m.tables, Store: { ...m.tables.Store!, rows: 7 } } })),
    "DAMAGED",
    /was changed after the backup was made/,
  ],
  [
    "another time in the manifest",
    editManifest((m) => ({ ...m, createdAt: "2027-01-01T00:00:00.000Z" })),
    "DAMAGED",
    /was changed after/,
  ],
  [
    "a manifest without its seal",
    editManifest(({ seal: _, ...m }) => m),
    "DAMAGED",
    /"seal" is not as it must be/,
  ],
  [
    "a manifest with a field of nobody's",
    editManifest((m) => ({ ...m, note: "hello" })),
    "DAMAGED",
    /not as it must be/,
  ],
  [
    "the seal of another backup",
    editManifest((m) => ({ ...m, seal: manifestOf(earlier).seal })),
    "DAMAGED",
    /was changed after/,
  ],
  [
    "a seal to another key",
    async (_, path) => {
      const { manifest } = parseManifest(readFileSync(manifestName(path), "utf8"), path);
      const encrypter = new Encrypter();
      encrypter.addRecipient(strangers.recipient);
      writeFileSync(manifestName(path), await writeManifest(manifest, (text) => encrypter.encrypt(text)));
    },
    "KEY",
    /was encrypted to another key/,
  ],
  ["an archive to another key", forge(() => ({ to: strangers })), "KEY", /was encrypted to another key/],
  [
    "another environment",
    forge(() => ({ manifest: { environment: "staging" } })),
    "FOREIGN",
    /from the environment "staging"/,
  ],
  [
    "another engine",
    forge(() => ({ manifest: { engine: "postgres" } })),
    "FOREIGN",
    /is a backup of Postgres/,
  ],
  [
    "another app",
    editManifest((m) => ({ ...m, app: "frontroom" })),
    "FOREIGN",
    /is of another app \("frontroom"\)/,
  ],
  ["a later format", editManifest((m) => ({ ...m, format: 2 })), "NEWER", /of a later version of Backroom/],
  [
    "a later schema",
    forge(() => ({ manifest: { migration: "20991231000000_add_time_travel" } })),
    "NEWER",
    /has the migration 20991231000000_add_time_travel, which this version of Backroom does not know/,
  ],
  [
    "what is no database",
    forge(() => ({ clear: Buffer.from("Dear diary, ".repeat(20_000)) })),
    "DAMAGED",
    /holds no SQLite file/,
  ],
  [
    "a damaged database in a good envelope",
    forge((_, clear) => ({
      clear: Buffer.concat([clear.subarray(0, 40_000), Buffer.alloc(60_000, 1), clear.subarray(100_000)]),
    })),
    "DAMAGED",
    /holds a damaged SQLite file/,
  ],
  [
    "half a database in a good envelope",
    forge((_, clear) => ({ clear: clear.subarray(0, clear.length >> 1) })),
    "DAMAGED",
    /holds a damaged SQLite file/,
  ],
  [
    "other rows than the sealed manifest says",
    forge(({ tables }) => ({
      manifest: { tables: { ...tables, Store: { ...tables.Store!, hash: "0".repeat(64) } } },
    })),
    "DAMAGED",
    /Store has other content/,
  ],
  [
    "a table that the sealed manifest does not name",
    forge(({ tables: { Store: _, ...tables } }) => ({ manifest: { tables } })),
    "DAMAGED",
    /Store is not in the backup/,
  ],
];

describe("a restore", () => {
  it.each(SABOTAGES)(
    "finds out %s, and leaves the database as it is",
    async (_, sabotage, code, sentence) => {
      const folder = mkdtempSync(join(tmpdir(), "backroom-sabotage-"));
      cpSync(originals.folder, folder, { recursive: true });
      const path = join(folder, file);
      const spoiled = await sabotage(readFileSync(path), path);
      if (spoiled) writeFileSync(path, spoiled);
      const target = await createTestDatabase("sqlite");
      const targetFile = target.url.slice("file:".length);
      const before = readFileSync(targetFile);

      await expect(restore(folder, target.url)).rejects.toMatchObject({
        name: "BackupError",
        code,
        message: expect.stringMatching(sentence),
      });
      expect(readFileSync(targetFile).equals(before)).toBe(true);
      expect(readdirSync(dirname(targetFile))).toEqual([basename(targetFile)]);
      rmSync(folder, { recursive: true });
      await target.drop();
    },
  );

  it("without any key of its own opens nothing, and with two it takes the one that fits", async () => {
    const target = await createTestDatabase("sqlite");
    await expect(restore(originals.folder, target.url, [strangers.identity])).rejects.toMatchObject({
      code: "KEY",
    });
    expect(await restore(originals.folder, target.url, [strangers.identity, keys.identity])).toEqual([]);
    await target.drop();
  });

  it("takes the very same backup when nothing was done to it", async () => {
    const target = await createTestDatabase("sqlite");
    expect(await restore(originals.folder, target.url)).toEqual([]);
    const db = await connectDatabase(target.url);
    expect((await db.store.findMany()).map(({ name }) => name).sort()).toEqual(["first", "second"]);
    await db.$disconnect();
    await target.drop();
  });

  it("takes a backup under a name of somebody's own, and no list calls an earlier one the newest", async () => {
    const folder = new FolderStore(mkdtempSync(join(tmpdir(), "backroom-renamed-")));
    const copy = (from: string, to: string) => {
      copyFileSync(originals.path(from), folder.path(to));
      copyFileSync(originals.path(manifestName(from)), folder.path(manifestName(to)));
    };
    copy(file, "before-the-move.age");
    copy(earlier, file);
    const target = await createTestDatabase("sqlite");
    expect(await restore(folder.folder, target.url, [keys.identity], "before-the-move.age")).toEqual([]);
    expect(await listBackups(folder, { environment: "test", engine: "sqlite" })).toMatchObject([
      { file, good: false },
    ]);
    await target.drop();
  });

  it("was tried against a backup of several chunks, whose name says what it is", () => {
    const bytes = readFileSync(originals.path(file));
    expect(bytes.length).toBeGreaterThan(chunk(bytes, 3));
    const { manifest } = parseManifest(readFileSync(originals.path(manifestName(file)), "utf8"), file);
    expect(fileName({ ...manifest, createdAt: new Date(manifest.createdAt) })).toBe(file);
    expect(digestOfText("")).toEqual(digest(Buffer.alloc(0)));
  });
});

function restore(folder: string, databaseUrl: string, identities = [keys.identity], name = file) {
  const plan = restorePlan(databaseUrl, keys, folder, { identities });
  return restoreBackup({ store: new FolderStore(folder), file: name }, plan);
}
