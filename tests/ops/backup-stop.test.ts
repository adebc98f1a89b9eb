/** A restore that is stopped has replaced the database, or has not; and what it says of that is so. */
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectDatabase } from "~/platform/db/client.server";
import type { FolderStore } from "../../ops/backup/folder-store";
import { restoreBackup, type RestorePlan } from "../../ops/backup/restore-backup";
import { withSqlite } from "../../ops/backup/sqlite-file";
import { runTool } from "../../ops/backup/tool";
import { main } from "../../ops/restore";
import {
  createFolder,
  createKeyPair,
  NEVER,
  restorePlan,
  take,
  VARIABLES,
  type KeyPair,
} from "../support/backups";
import { startMain } from "../support/commands";
import { createTestDatabase, type TestDatabase } from "../support/databases";
import { insertTenant } from "../support/tenant-rows";

let source: TestDatabase;
let keys: KeyPair;
let store: FolderStore;
let file: string;

beforeAll(async () => {
  keys = await createKeyPair();
  store = createFolder();
  source = await createTestDatabase("sqlite");
  const db = await connectDatabase(source.url);
  await insertTenant(db, "kept");
  await db.$disconnect();
  await take(source.url, keys, store);
  file = readdirSync(store.folder).find((name) => name.endsWith(".age"))!;
});
afterAll(() => source?.drop());

const fileOf = ({ url }: TestDatabase) => url.slice("file:".length);
const restore = (target: TestDatabase, changes: Partial<RestorePlan>) =>
  restoreBackup({ store, file }, restorePlan(target.url, keys, store.folder, changes));
/** Whether every byte of the target, and of the folder it is in, is as before */
async function untouched(target: TestDatabase, work: () => Promise<unknown>) {
  const before = readFileSync(fileOf(target));
  await work();
  expect(readFileSync(fileOf(target)).equals(before)).toBe(true);
  expect(readdirSync(dirname(fileOf(target)))).toHaveLength(1);
}

describe("a restore on SQLite", () => {
  it("that is stopped after its checks replaces nothing", async () => {
    const target = await createTestDatabase("sqlite");
    const stop = new AbortController();
    const say = (sentence: string) => sentence.includes("It is whole") && stop.abort();
    await untouched(target, () =>
      expect(restore(target, { say, signal: stop.signal })).rejects.toMatchObject({ name: "AbortError" }),
    );
    await target.drop();
  });

  it("that is stopped while it decrypts replaces nothing, and leaves nothing beside", async () => {
    const target = await createTestDatabase("sqlite");
    const stop = new AbortController();
    await untouched(target, async () => {
      const stopped = expect(restore(target, { signal: stop.signal })).rejects.toMatchObject({
        name: "AbortError",
      });
      while (readdirSync(dirname(fileOf(target))).length === 1) await new Promise(setImmediate);
      stop.abort();
      await stopped;
    });
    await target.drop();
  });

  it.each([
    ["checked: it answers 130, and the database is as it was", 1, 130, []],
    ["replaced the database: it goes on to its end, and answers 0", 2, 0, ["kept"]],
  ])("that is stopped when it has %s", async (_, line, expected, names) => {
    const target = await createTestDatabase("sqlite");
    const environment = {
      ...{ DATABASE_URL: target.url, BACKUP_ENVIRONMENT: "test", BACKUP_FOLDER: store.folder },
      BACKUP_IDENTITY: keys.identity,
    };
    const run = startMain(main, [store.path(file)], environment, (out) => {
      if (out.split("\n").length > line) run.stop();
    });
    const { code, error } = await run.ended;
    const stores = await withSqlite(fileOf(target), (db) =>
      db.prepare(`SELECT "name" FROM "Store"`).pluck().all(),
    );
    expect({ code, stores }).toEqual({ code: expected, stores: names });
    expect(error).toMatch(code ? /^Stopped\. .+\n$/ : /^$/);
    await target.drop();
  });

  it("that cannot compare in the end says that the database was replaced", async () => {
    const target = await createTestDatabase("sqlite");
    const say = (sentence: string) => sentence.startsWith("Restored") && rmSync(fileOf(target));
    await expect(restore(target, { say })).rejects.toMatchObject({
      code: "UNPROVEN",
      message: expect.stringContaining(fileOf(target)) as string,
    });
    await target.drop();
  });
});

describe("a tool", () => {
  /** Is stopped as soon as it prints something */
  const run = (script: string) => {
    const stop = new AbortController();
    const output = async (bytes: AsyncIterable<Uint8Array>) => {
      for await (const _ of bytes) stop.abort();
    };
    return runTool("sh", ["-c", script], { variables: VARIABLES, signal: stop.signal, output });
  };
  const WAIT = "echo ready; sleep 5 > /dev/null 2>&1 & wait";

  it("that ended well has done its work, also when a signal came before it said so", async () => {
    await expect(run(`trap 'exit 0' TERM; ${WAIT}`)).resolves.toBeUndefined();
  });

  it("that a signal ended has not", async () => {
    await expect(run("echo ready; exec sleep 5")).rejects.toMatchObject({ name: "AbortError" });
    await expect(run(`trap 'exit 3' TERM; ${WAIT}`)).rejects.toMatchObject({ name: "AbortError" });
  });

  it("that ended well on half of its input has not", async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      throw new Error("half of it");
    }
    const cat = runTool("sh", ["-c", "trap '' TERM; cat > /dev/null"], {
      ...{ variables: VARIABLES, signal: NEVER },
      input: broken(),
    });
    await expect(cat).rejects.toThrow("half of it");
  });
});
