/** Buckets: a real S3 server of npm, and one that fails as networks and servers do. */
import { randomBytes } from "node:crypto";
import { createReadStream, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { connectDatabase } from "~/platform/db/client.server";
import { BucketStore } from "../../ops/backup/bucket-store";
import { digestOf } from "../../ops/backup/digest";
import { FolderStore } from "../../ops/backup/folder-store";
import { main as backup } from "../../ops/backup";
import { restoreBackup, type RestorePlan } from "../../ops/backup/restore-backup";
import { proveStored } from "../../ops/backup/store";
import { listBackups, locate, newest } from "../../ops/backup/stores";
import { verifyBackup } from "../../ops/backup/verify-backup";
import { main as verify } from "../../ops/verify";
import { createFolder, createKeyPair, NEVER, restorePlan, take, type KeyPair } from "../support/backups";
import { runMain } from "../support/commands";
import { createTestDatabase, type TestDatabase } from "../support/databases";
import { S3_CREDENTIALS, startS3, type Fault, type LocalS3 } from "../support/s3";
import { insertTenant } from "../support/tenant-rows";

const WHOSE = { environment: "test", engine: "sqlite" } as const;
const UPLOAD = /^(PUT|POST) /;
const ANSWER = /^GET \/backups\/desk\/backroom.*\.age/;

let s3: LocalS3;
let database: TestDatabase;
let keys: KeyPair;
let folder: FolderStore;
let bucket: BucketStore;

beforeAll(async () => {
  for (const [name, value] of Object.entries(S3_CREDENTIALS)) vi.stubEnv(name, value);
  s3 = await startS3();
  keys = await createKeyPair();
  database = await createTestDatabase("sqlite");
  const db = await connectDatabase(database.url);
  await insertTenant(db, "kept");
  await db.$disconnect();
  folder = createFolder();
  bucket = new BucketStore(s3.bucket, { silenceMs: 300 });
});
afterEach(() => s3.fail());
afterAll(async () => {
  vi.unstubAllEnvs();
  await s3?.stop();
  await database?.drop();
});

const plan = (changes?: Partial<RestorePlan>) => restorePlan(database.url, keys, folder.folder, changes);

describe("a folder", () => {
  it("that somebody else removes a file from while it is listed has the others", async () => {
    class SharedStore extends FolderStore {
      path(file: string) {
        if (file === "going") rmSync(super.path(file), { force: true });
        return super.path(file);
      }
    }
    const shared = new SharedStore(createFolder().folder);
    for (const file of ["going", "staying"]) writeFileSync(join(shared.folder, file), "x");
    expect(await shared.list()).toEqual([{ file: "staying", bytes: 1 }]);
  });
});

describe("a bucket", () => {
  it("gets what the folder gets, and gives it back", async () => {
    await take(database.url, keys, folder, { bucket });
    const [here, there] = await Promise.all([listBackups(folder, WHOSE), listBackups(bucket, WHOSE)]);
    expect(there).toEqual(here);
    expect(there).toMatchObject([{ number: 1, good: true }]);

    expect(await verifyBackup(await newest(bucket, WHOSE), plan())).toEqual([]);
    const target = await createTestDatabase("sqlite");
    const place = await locate(`s3://${s3.bucket.name}/desk/${there[0]!.file}`, s3.bucket);
    expect(await restoreBackup(place, plan({ databaseUrl: target.url, yes: false }))).toEqual([]);
    expect(readdirSync(folder.folder)).toHaveLength(2);
    await target.drop();
  });

  it("counts on from the other store when this machine is new", async () => {
    await take(database.url, keys, createFolder(), { bucket });
    expect((await listBackups(bucket, WHOSE)).map(({ number }) => number)).toEqual([2, 1]);
  });

  describe("for a large file", () => {
    /** A busy machine is silent for longer than the other one waits. */
    let patient: BucketStore;
    beforeAll(() => void (patient = new BucketStore(s3.bucket)));
    const PART = /^PUT .*partNumber=/;
    const large = async (bytes: number) => {
      const path = folder.path("large");
      writeFileSync(path, randomBytes(bytes));
      s3.requests.length = 0;
      return path;
    };
    const asked = (what: RegExp) => s3.requests.filter((request) => what.test(request)).length;
    afterEach(() => folder.remove("large"));

    it.each([
      [5 * 2 ** 20, 0],
      [5 * 2 ** 20 + 1, 2],
      [12 * 2 ** 20 + 1, 3],
      [15 * 2 ** 20, 3],
    ])("of %i bytes gets it in %i parts, as it was", async (bytes, parts) => {
      await patient.put("large", await large(bytes), NEVER);
      expect(asked(PART)).toBe(parts);
      expect(s3.openUploads()).toEqual([]);
      const sent = await digestOf(await folder.read("large"));
      await expect(proveStored(patient, "large", sent)).resolves.toBeUndefined();
      await bucket.remove("large");
    });

    it("is sent a part again that it did not take, with the same bytes", async () => {
      const path = await large(12 * 2 ** 20);
      s3.fail({ kind: "status", status: 503, of: /^PUT .*partNumber=2/, times: 2 });
      await patient.put("large", path, NEVER);
      expect(asked(PART)).toBe(5);
      const sent = await digestOf(await folder.read("large"));
      await expect(proveStored(patient, "large", sent)).resolves.toBeUndefined();
      await bucket.remove("large");
    });

    it("keeps no parts of an upload that fails, or is stopped", async () => {
      const path = await large(12 * 2 ** 20);
      s3.fail({ kind: "status", status: 500, of: /^PUT .*partNumber=2/ });
      await expect(patient.put("large", path, NEVER)).rejects.toMatchObject({ code: "STORE" });
      expect(s3.openUploads()).toEqual([]);

      s3.fail({ kind: "silence", of: /^PUT .*partNumber=2/ });
      const stop = new AbortController();
      const stopped = expect(patient.put("large", path, stop.signal)).rejects.toThrow("abort");
      while (!s3.struck()) await sleep(10);
      expect(s3.openUploads()).toEqual(["/backups/desk/large"]);
      stop.abort();
      await stopped;
      expect(s3.openUploads()).toEqual([]);
      expect((await bucket.list()).map(({ file }) => file)).not.toContain("large");
    });
  });

  it("lets go of what is past its time, there too", async () => {
    const [, later] = [0, 40].map((days) => new Date(Date.parse("2026-11-23T12:00:00Z") + days * 86_400_000));
    await take(database.url, keys, folder, { bucket, now: later! });
    for (const store of [folder, bucket])
      expect((await listBackups(store, WHOSE)).map(({ number }) => number)).toEqual([3]);
  });
});

describe("a server that keeps something else than it was sent", () => {
  /** s3rver 3.7.1 keeps the checksum trailer of a streamed upload as data, and says that all is well. */
  class StreamingStore extends BucketStore {
    async put(file: string, path: string) {
      const { name: Bucket, endpoint, region, prefix } = s3.bucket;
      const client = new S3Client({ endpoint, region, forcePathStyle: true });
      const ContentLength = (await folder.list()).find((entry) => path.endsWith(entry.file))!.bytes;
      await client.send(
        new PutObjectCommand({
          Bucket,
          Key: `${prefix}${file}`,
          Body: createReadStream(path),
          ContentLength,
        }),
      );
    }
  }

  it("is found out by reading back, and what it keeps does not look like a backup", async () => {
    const before = await bucket.list();
    const streaming = new StreamingStore(s3.bucket);
    await expect(take(database.url, keys, folder, { bucket: streaming })).rejects.toMatchObject({
      code: "DAMAGED",
      message: expect.stringMatching(/ (\d+) bytes, and (?!\1)\d+ /) as string,
    });
    expect(await bucket.list()).toEqual(before);
  });

  it("is found out when the bytes are as many", async () => {
    const before = await bucket.list();
    s3.fail({ kind: "flip upload", of: /^PUT .*backroom.*\.age(\?|$)/ });
    await expect(take(database.url, keys, folder, { bucket })).rejects.toMatchObject({
      code: "DAMAGED",
      message: expect.not.stringMatching(/ \d+ bytes/) as string,
    });
    expect(await bucket.list()).toEqual(before);
  });

  it("is found out when it is the manifest", async () => {
    const before = await bucket.list();
    s3.fail({ kind: "flip upload", of: /^PUT .*\.json(\?|$)/ });
    await expect(take(database.url, keys, folder, { bucket })).rejects.toMatchObject({ code: "DAMAGED" });
    expect(await bucket.list()).toEqual(before);
  });

  it("does not let go of older ones for it", async () => {
    s3.fail({ kind: "flip upload", of: /^PUT .*backroom.*\.age(\?|$)/ });
    const late = new Date("2028-01-01T00:00:00Z");
    const before = await Promise.all([folder, bucket].map((store) => listBackups(store, WHOSE)));
    await expect(take(database.url, keys, folder, { bucket, now: late })).rejects.toThrow();
    const after = await Promise.all([folder, bucket].map((store) => listBackups(store, WHOSE)));
    expect(after[1]).toEqual(before[1]);
    expect(after[0]).toEqual([expect.objectContaining({ good: true, createdAt: late }), ...before[0]!]);
  });
});

describe("a server that fails", () => {
  it.each<[string, Fault]>([
    ["answers 500 twice", { kind: "status", status: 500, of: UPLOAD, times: 2 }],
    ["answers 503 twice", { kind: "status", status: 503, of: UPLOAD, times: 2 }],
    ["is silent once", { kind: "silence", of: UPLOAD, times: 1 }],
    ["tells another ETag", { kind: "other etag", of: UPLOAD }],
  ])("and %s is asked again, or does no harm", async (_, fault) => {
    s3.fail(fault);
    await take(database.url, keys, folder, { bucket });
    expect(s3.struck()).toBeGreaterThan(0);
    expect(await verifyBackup(await newest(bucket, WHOSE), plan())).toEqual([]);
  });

  it.each<[string, Fault, string]>([
    ["answers nothing but 500", { kind: "status", status: 500, of: UPLOAD }, "STORE"],
    ["is silent", { kind: "silence", of: UPLOAD }, "STORE"],
    ["refuses", { kind: "status", status: 403, of: UPLOAD }, "STORE"],
    ["hangs up while it is read back", { kind: "hang up", of: ANSWER }, "STORE"],
    ["gives back less than it has", { kind: "shorten", of: ANSWER }, "DAMAGED"],
    ["gives back something else", { kind: "flip answer", of: ANSWER }, "DAMAGED"],
  ])(
    "and %s leaves this machine's copy, and nothing in the bucket that looks like one",
    async (_, fault, code) => {
      const before = await listBackups(bucket, WHOSE);
      s3.fail(fault);
      await expect(take(database.url, keys, folder, { bucket })).rejects.toMatchObject({
        code,
        message: expect.not.stringContaining("S3RVER"),
      });
      s3.fail();
      expect((await listBackups(bucket, WHOSE)).filter(({ good }) => good)).toEqual(before);
      expect((await listBackups(folder, WHOSE))[0]).toMatchObject({ good: true });
    },
  );

  it.each<[string, Fault, string]>([
    ["hangs up", { kind: "hang up", of: ANSWER }, "STORE"],
    ["shortens", { kind: "shorten", of: ANSWER }, "DAMAGED"],
    ["changes", { kind: "flip answer", of: ANSWER }, "DAMAGED"],
  ])("and %s what is restored is found out, and what was fetched is gone", async (_, fault, code) => {
    const backup = await newest(bucket, WHOSE);
    const files = readdirSync(folder.folder);
    s3.fail(fault);
    await expect(restoreBackup(backup, plan())).rejects.toMatchObject({ code });
    expect(readdirSync(folder.folder)).toEqual(files);
  });
});

describe("a bucket that cannot be listed", () => {
  const LIST = /^GET \/backups\/?\?.*list-type=2/;

  it.each<[string, Fault]>([
    ["answers 500", { kind: "status", status: 500, of: LIST }],
    ["refuses", { kind: "status", status: 403, of: LIST }],
  ])("because it %s costs this machine no copy, and nobody an old one", async (_, fault) => {
    const own = createFolder();
    const old = new Date("2026-01-01T00:00:00Z");
    for (let n = 0; n < 2; n++)
      await take(database.url, keys, own, { now: new Date(old.getTime() + n * 1_000) });
    const there = await bucket.list();
    s3.fail(fault);
    s3.requests.length = 0;
    await expect(take(database.url, keys, own, { bucket })).rejects.toMatchObject({
      code: "STORE",
      message: expect.stringMatching(/^The bucket backups at http:\S+ /) as string,
    });
    expect(s3.requests.filter((request) => !LIST.test(request))).toEqual([]);
    s3.fail();
    expect(await bucket.list()).toEqual(there);
    expect((await listBackups(own, WHOSE)).map(({ number, good }) => [number, good])).toEqual([
      ...[3, 2, 1].map((number) => [number, true]),
    ]);
  });

  it("gets the next backup, whose number is above those of both", async () => {
    const own = createFolder();
    const most = Math.max(...(await listBackups(bucket, WHOSE)).map(({ number }) => number));
    s3.fail({ kind: "status", status: 500, of: LIST });
    await expect(take(database.url, keys, own, { bucket })).rejects.toMatchObject({ code: "STORE" });
    s3.fail();
    await take(database.url, keys, own, { bucket, now: new Date("2026-11-23T13:00:00Z") });
    expect((await listBackups(own, WHOSE)).map(({ number }) => number)).toEqual([most + 1, 1]);
    expect((await listBackups(bucket, WHOSE))[0]).toMatchObject({ number: most + 1, good: true });
    const place = await newest(own, WHOSE);
    expect(await verifyBackup(place, plan())).toEqual([]);
  });
});

describe("a stop", () => {
  const SOON_MS = 5_000;
  const stoppedWhen = async (struck: (signal: AbortSignal) => Promise<unknown>) => {
    s3.fail({ kind: "stall", of: /^GET .*backroom.*\.age(\?|$)/ });
    const stop = new AbortController();
    const stopped = expect(struck(stop.signal)).rejects.toMatchObject({ name: "AbortError" });
    while (!s3.struck()) await sleep(10);
    await sleep(50);
    const at = performance.now();
    stop.abort();
    await stopped;
    expect(performance.now() - at).toBeLessThan(SOON_MS);
  };

  it("does not wait for a bucket that no longer sends, and leaves nothing of what it fetched", async () => {
    const patient = new BucketStore(s3.bucket);
    const { file } = await newest(bucket, WHOSE);
    const files = readdirSync(folder.folder);
    await stoppedWhen((signal) => verifyBackup({ store: patient, file }, plan({ signal })));
    expect(readdirSync(folder.folder)).toEqual(files);
  });

  it("does not wait for what is read back, and what was not proven is no backup", async () => {
    const patient = new BucketStore(s3.bucket);
    const before = await bucket.list();
    await stoppedWhen((signal) => take(database.url, keys, folder, { bucket: patient, signal }));
    s3.fail();
    expect(await bucket.list()).toEqual(before);
  });
});

describe("the commands with a bucket", () => {
  const environment = () => ({
    ...{ DATABASE_URL: database.url, BACKUP_ENVIRONMENT: "test", BACKUP_FOLDER: folder.folder },
    ...{ BACKUP_RECIPIENT: keys.recipient, BACKUP_IDENTITY: keys.identity },
    ...s3.environment,
  });

  it("back up into it and verify what is newest there", async () => {
    const made = await runMain(backup, [], environment());
    expect(made).toMatchObject({ code: 0, error: "" });
    expect(made.out).toContain(" s3://backups/desk/backroom-test-sqlite-");
    s3.requests.length = 0;
    expect(await runMain(verify, [], environment())).toMatchObject({ code: 0, error: "" });
    const { file } = await newest(bucket, WHOSE);
    expect(s3.requests.some((request) => request.startsWith(`GET /backups/desk/${file}`))).toBe(true);
  });

  it("name a bucket where nothing answers, and not the database", async () => {
    const away = { ...environment(), BACKUP_S3_ENDPOINT: "http://127.0.0.1:9" };
    const before = (await folder.list()).length;
    const named = /^The bucket backups at http:\/\/127\.0\.0\.1:9 .*ECONNREFUSED.*\n$/;
    for (const main of [backup, verify])
      expect(await runMain(main, [], away)).toMatchObject({
        code: 2,
        error: expect.stringMatching(named) as string,
      });
    expect(await folder.list()).toHaveLength(before + 2);
  });

  it("end with 1 when the bucket keeps something else, and name no credential when it refuses", async () => {
    s3.fail({ kind: "flip upload", of: /^PUT .*backroom.*\.age(\?|$)/ });
    expect(await runMain(backup, [], environment())).toMatchObject({ code: 1 });
    s3.fail();
    const good = Object.entries(S3_CREDENTIALS);
    vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIAUNKNOWN");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "hunter2-hunter2");
    const refused = await runMain(backup, [], environment());
    for (const [name, value] of good) vi.stubEnv(name, value);
    expect(refused.code).toBe(2);
    expect(refused.error).toMatch(/^The bucket backups at http:\S+ /);
    expect(refused.out + refused.error).not.toMatch(/hunter2|AKIAUNKNOWN/);
  });
});
