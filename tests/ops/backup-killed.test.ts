/** What a run leaves that was killed outright, and what becomes of it. */
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectDatabase } from "~/platform/db/client.server";
import { DAY_MS } from "~/platform/clock";
import { restoreBackup } from "../../ops/backup/restore-backup";
import { removeForgotten } from "../../ops/backup/scratch-folder";
import { createFolder, createKeyPair, restorePlan, take, type KeyPair } from "../support/backups";
import { createTestDatabase, type TestDatabase } from "../support/databases";
import { insertTenant } from "../support/tenant-rows";

let database: TestDatabase;
let keys: KeyPair;

beforeAll(async () => {
  keys = await createKeyPair();
  database = await createTestDatabase("sqlite");
  const db = await connectDatabase(database.url);
  await insertTenant(db, "kept");
  await db.$disconnect();
});
afterAll(() => database?.drop());

function folderOfAge(path: string, ageMs: number) {
  mkdirSync(path);
  writeFileSync(join(path, "something"), "half");
  const then = new Date(Date.now() - ageMs);
  utimesSync(path, then, then);
}

describe("the next backup", () => {
  it("removes every draft of this environment, and those alone", async () => {
    const own = createFolder();
    const stem = "backroom-test-sqlite-000001-20261123T110000Z.sqlite.age";
    const ends = [
      ".part",
      ".json.part",
      ".part.copy",
      ".part.copy-wal",
      ".part.copy-shm",
      ".part.copy-journal",
    ];
    const drafts = ends.map((end) => `${stem}${end}`);
    const others = [
      stem.replace("test", "staging") + ".part.copy-wal",
      `${stem}.part.copy-notes`,
      "notes.part",
    ];
    for (const name of [...drafts, ...others]) writeFileSync(own.path(name), "clear text");
    await take(database.url, keys, own);
    const left = readdirSync(own.folder).filter((name) => !/\.age(\.json)?$/.test(name));
    expect(left.sort()).toEqual(others.sort());
  });

  it("removes what was fetched by a run that ended more than a day ago", async () => {
    const own = createFolder();
    folderOfAge(own.path("backroom-fetched-aB3xYz"), DAY_MS + 1_000);
    folderOfAge(own.path("backroom-fetched-cD4xYz"), DAY_MS - 60_000);
    await take(database.url, keys, own);
    expect(readdirSync(own.folder).filter((name) => name.includes("fetched"))).toEqual([
      "backroom-fetched-cD4xYz",
    ]);
  });
});

describe("the next restore on SQLite", () => {
  it("removes what an earlier one left beside the database in clear text, after a day", async () => {
    const own = createFolder();
    await take(database.url, keys, own);
    const target = await createTestDatabase("sqlite");
    const beside = (name: string) => join(dirname(target.url.slice("file:".length)), name);
    folderOfAge(beside("backroom-restore-aB3xYz"), DAY_MS + 1_000);
    folderOfAge(beside("backroom-restore-cD4xYz"), DAY_MS - 60_000);
    const plan = restorePlan(target.url, keys, own.folder);
    const file = readdirSync(own.folder).find((name) => name.endsWith(".age"))!;
    expect(await restoreBackup({ store: own, file }, plan)).toEqual([]);
    expect([
      existsSync(beside("backroom-restore-aB3xYz")),
      existsSync(beside("backroom-restore-cD4xYz")),
    ]).toEqual([...[false, true]]);
    await target.drop();
  });
});

describe("folders that are not ours", () => {
  it("stay, whatever their age", async () => {
    const { folder } = createFolder();
    const names = [
      "backroom-restore-mine",
      "backroom-restore-2025-01-01",
      "my-backroom-restore-aB3xYz",
      "photos",
    ];
    for (const name of names) folderOfAge(join(folder, name), 90 * DAY_MS);
    writeFileSync(join(folder, "backroom-restore-aB3xYz"), "a file");
    await removeForgotten(folder, "backroom-restore-");
    expect(readdirSync(folder).sort()).toEqual([...names, "backroom-restore-aB3xYz"].sort());
  });
});
