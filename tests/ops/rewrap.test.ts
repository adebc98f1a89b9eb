/** `npm run secrets:rewrap` as an operator runs it, and the rewrap below it, on both engines. */
import { spawn } from "node:child_process";
import { beforeEach, describe, expect, it } from "vitest";
import { openSubject } from "~/features/compliance/record-request.server";
import { StoreSecretRepository } from "~/features/connections/store-secret.repository.server";
import { countByKey, rewrap } from "~/features/rewrap/rewrap.server";
import { accessTokenPlace } from "~/features/stores/install.server";
import { open } from "~/platform/crypto/envelope.server";
import {
  localKeyProvider,
  parseKeyring,
  type KeyProvider,
  type Keyring,
} from "~/platform/crypto/keyring.server";
import type { Db } from "~/platform/db/client.server";
import { childEnvironment } from "~/platform/env.server";
import { openTokens } from "~/platform/shopify/session-storage.server";
import { eachDatabase } from "../support/databases";
import { startKms } from "../support/kms";
import { insertSealedStores, PROVIDERS_OF_EACH } from "../support/sealed-stores";

const OLD = `old:${Buffer.alloc(32, 1).toString("base64")}`;
const NEW = `new:${Buffer.alloc(32, 2).toString("base64")}`;
const provider = (...entries: string[]) => localKeyProvider(parseKeyring(entries.join(",")) as Keyring);
const [oldKeys, bothKeys, newKeys] = [provider(OLD), provider(NEW, OLD), provider(NEW)];

const STORES = 400;
/** Two secrets, the store's token, the session's pair, and whom a privacy request is about. */
const VALUES = STORES * 6;

function run(url: string, environment: Record<string, string>, ...args: string[]) {
  const child = spawn(
    process.execPath,
    ["--import", "./prisma/register-ts-loader.mjs", "ops/rewrap.ts", ...args],
    {
      env: childEnvironment({
        ...{ DATABASE_URL: url, DIRECT_URL: "", ENCRYPTION_KEY: "" },
        ...{ KMS_KEY_ID: "", KMS_KEY_ID_PREVIOUS: "", KMS_ENDPOINT: "", AWS_REGION: "" },
        ...environment,
      }),
    },
  );
  const told = { out: "", error: "" };
  child.stdout.on("data", (chunk) => (told.out += String(chunk)));
  child.stderr.on("data", (chunk) => (told.error += String(chunk)));
  const ended = new Promise<{ code: number | null; out: string; error: string }>((resolve) =>
    child.once("close", (code) => resolve({ code, ...told })),
  );
  return { child, ended, told };
}

/** Opens everything that is sealed; throws at the first value that does not open or is not what it was. */
async function openAll(db: Db, keys: KeyProvider): Promise<number> {
  let opened = 0;
  const same = (value: string | null, expected: string) => {
    if (value !== expected) throw new Error(`a value is not what it was: ${expected}`);
    opened += 1;
  };
  for (const { id, shopDomain, accessToken } of await db.store.findMany())
    same(await open(keys, accessTokenPlace(id), accessToken!), `token of ${shopDomain}`);
  for (const row of await db.session.findMany()) {
    const tokens = await openTokens(keys, row);
    same(tokens.accessToken, `access of ${row.shop}`);
    same(tokens.refreshToken, `refresh of ${row.shop}`);
  }
  for (const { storeId, provider } of await db.storeSecret.findMany())
    same(await new StoreSecretRepository(db, storeId, keys).reveal(provider), `${provider} of ${storeId}`);
  for (const request of await db.complianceRequest.findMany())
    same((await openSubject(keys, request))?.email ?? null, `customer@${request.shopDomain}`);
  return opened;
}

const keyIds = async (db: Db) => [...new Set((await countByKey(db)).map(({ keyId }) => keyId))].sort();

eachDatabase("rewrap", ({ db, url }) => {
  beforeEach(async () => {
    await db().session.deleteMany();
    await db().complianceRequest.deleteMany();
    await db().store.deleteMany();
    await insertSealedStores(db(), oldKeys, STORES);
  });

  it("seals everything again under the current key, and what was the old key's opens without it", async () => {
    const before = await db().store.findMany({ orderBy: { id: "asc" } });
    const report = await rewrap(db(), bothKeys);
    expect(report).toEqual({
      rewrapped: {
        "StoreSecret.cipherText": STORES * PROVIDERS_OF_EACH.length,
        "Store.accessToken": STORES,
        "Session.accessToken": STORES,
        "Session.refreshToken": STORES,
        "ComplianceRequest.subject": STORES,
      },
      refused: [],
      remaining: 0,
      stopped: false,
    });
    expect(await keyIds(db())).toEqual(["new"]);
    expect(await openAll(db(), newKeys)).toBe(VALUES);
    const secrets = await db().storeSecret.findMany();
    expect(new Set(secrets.map(({ keyId }) => keyId))).toEqual(new Set(["new"]));
    const { storeId, provider } = secrets[0]!;
    const repository = new StoreSecretRepository(db(), storeId, newKeys);
    expect(await repository.holds(provider, `${provider} of ${storeId}`)).toBe(true);
    expect(await repository.holds(provider, "another")).toBe(false);
    // A store's own writers compare updatedAt: to them nothing has happened.
    const untouched = (store: (typeof before)[number]) => ({ ...store, accessToken: null });
    const after = await db().store.findMany({ orderBy: { id: "asc" } });
    expect(after.map(untouched)).toEqual(before.map(untouched));
    expect(await rewrap(db(), bothKeys)).toMatchObject({
      rewrapped: { "Store.accessToken": 0 },
      remaining: 0,
    });
  });

  it("is the end of the old key: it opens nothing any more, and what it still holds is refused without it", async () => {
    const { id, accessToken } = (await db().store.findFirst())!;
    await expect(open(newKeys, accessTokenPlace(id), accessToken!)).rejects.toMatchObject({
      name: "KeyUnavailableError",
      keyId: "old",
    });
    await rewrap(db(), bothKeys);
    const resealed = (await db().store.findUnique({ where: { id } }))!.accessToken!;
    await expect(open(oldKeys, accessTokenPlace(id), resealed)).rejects.toMatchObject({
      name: "KeyUnavailableError",
      keyId: "new",
    });
  });

  it("lets readers read: not one of them fails while it works", async () => {
    let working = true;
    let reads = 0;
    const reader = async () => {
      while (working) {
        const opened = await openAll(db(), bothKeys);
        reads += opened;
        // SQLite answers without waiting; the script's end has to get a word in.
        await new Promise(setImmediate);
      }
    };
    const readers = [reader(), reader()];
    const finished = run(url(), { ENCRYPTION_KEY: `${NEW},${OLD}` }).ended.finally(() => (working = false));
    expect((await finished).code).toBe(0);
    await Promise.all(readers);
    expect(reads).toBeGreaterThanOrEqual(VALUES * 2);
    expect(await keyIds(db())).toEqual(["new"]);
  });

  it("leaves to a writer what the writer wrote, and looks at it again", async () => {
    const { storeId } = (await db().storeSecret.findFirst({
      where: { provider: "GA4" },
      orderBy: { id: "desc" },
    }))!;
    const late = (plaintext: string) => ({
      plaintext,
      setBy: null,
      rotationReminderAt: null,
      lastFour: "",
      nextTestAt: null,
    });
    // A process that has not got the new key yet writes between our reading and our writing.
    let opened = 0;
    const interrupted: KeyProvider = {
      current: () => bothKeys.current(),
      open: async (id, wrapped) => {
        opened += 1;
        if (opened === 1) {
          for (const row of await db().storeSecret.findMany({
            where: { provider: "GA4" },
            take: 20,
            orderBy: { id: "asc" },
          }))
            await new StoreSecretRepository(db(), row.storeId, oldKeys).upsert(
              "GA4",
              late("written meanwhile"),
              new Date(),
            );
          await new StoreSecretRepository(db(), storeId, oldKeys).upsert(
            "GA4",
            late("written meanwhile"),
            new Date(),
          );
        }
        return bothKeys.open(id, wrapped);
      },
    };
    expect(await rewrap(db(), interrupted)).toMatchObject({ refused: [], remaining: 0 });
    expect(await new StoreSecretRepository(db(), storeId, newKeys).reveal("GA4")).toBe("written meanwhile");
    const first = (await db().storeSecret.findFirst({ where: { provider: "GA4" }, orderBy: { id: "asc" } }))!;
    expect(await new StoreSecretRepository(db(), first.storeId, newKeys).reveal("GA4")).toBe(
      "written meanwhile",
    );
  });

  it("tells which records do not open, leaves them as they are, and seals all others", async () => {
    const [damaged, foreign] = await db().storeSecret.findMany({ take: 2 });
    const [session] = await db().session.findMany({ take: 1 });
    const lost = `bk1.lost..${Buffer.alloc(60).toString("base64url")}`;
    await db().storeSecret.update({ where: { id: damaged!.id }, data: { cipherText: "sk_live_plaintext" } });
    await db().storeSecret.update({ where: { id: foreign!.id }, data: { cipherText: lost } });
    await db().session.update({ where: { id: session!.id }, data: { accessToken: "bk1.old..AAAA" } });

    const { code, out, error } = await run(url(), { ENCRYPTION_KEY: `${NEW},${OLD}` }).ended;
    expect(code).toBe(1);
    expect(out).toMatch(new RegExp(`^${VALUES - 3} in .*, 3 not under the current key\\.$`, "m"));
    expect(error).toContain(`StoreSecret.cipherText of the row ${damaged!.id} was left as it is: `);
    expect(error).toContain(`the row ${foreign!.id} was left as it is: No key with the id "lost"`);
    expect(error).toContain(`Session.accessToken of the row ${session!.id} was left as it is`);
    expect(out + error).not.toMatch(/plaintext|AAAA/);
    expect(await db().storeSecret.findUnique({ where: { id: foreign!.id } })).toMatchObject({
      cipherText: lost,
    });
    expect(await keyIds(db())).toEqual(["", "lost", "new", "old"]);
  });

  it("goes on after kill -9, with nothing lost and nothing twice", async () => {
    await insertSealedStores(db(), oldKeys, 2_000, STORES);
    const killed = run(url(), { ENCRYPTION_KEY: `${NEW},${OLD}` });
    while (!killed.told.out.includes("10 %")) await new Promise((resolve) => setTimeout(resolve, 2));
    killed.child.kill("SIGKILL");
    await killed.ended;
    expect(await keyIds(db())).toEqual(["new", "old"]);
    const counts = await countByKey(db());
    const left = counts.filter(({ keyId }) => keyId === "old").reduce((sum, { count }) => sum + count, 0);

    const again = await run(url(), { ENCRYPTION_KEY: `${NEW},${OLD}` }).ended;
    expect(again).toMatchObject({ code: 0, error: "" });
    expect(again.out).toMatch(new RegExp(`^${left} in .*, 0 not under the current key\\.$`, "m"));
    expect(again.out).toMatch(
      /^Nothing here is under old any more; ENCRYPTION_KEY may drop it, but keep it/m,
    );
    expect(await openAll(db(), newKeys)).toBe(2_400 * 6);
  });

  it("stops at a signal after its batch, and says how to go on", async () => {
    await insertSealedStores(db(), oldKeys, 2_000, STORES);
    const stopped = run(url(), { ENCRYPTION_KEY: `${NEW},${OLD}` });
    while (!stopped.told.out.includes("10 %")) await new Promise((resolve) => setTimeout(resolve, 2));
    stopped.child.kill("SIGINT");
    const { code, error } = await stopped.ended;
    expect({ code, error }).toEqual({ code: 130, error: "Stopped. Run it again to go on.\n" });
    expect(await keyIds(db())).toEqual(["new", "old"]);
    expect(await openAll(db(), bothKeys)).toBe(2_400 * 6);
  });

  it("may run twice at once", async () => {
    const runs = [1, 2].map(() => run(url(), { ENCRYPTION_KEY: `${NEW},${OLD}` }).ended);
    for (const { code, error } of await Promise.all(runs))
      expect({ code, error }).toEqual({ code: 0, error: "" });
    expect(await keyIds(db())).toEqual(["new"]);
    expect(await openAll(db(), newKeys)).toBe(VALUES);
  });

  it("counts and changes nothing when it is a dry run", async () => {
    const { code, out } = await run(url(), { ENCRYPTION_KEY: `${NEW},${OLD}` }, "--dry-run").ended;
    expect(code).toBe(0);
    expect(out).toContain(
      `StoreSecret.cipherText: ${STORES * PROVIDERS_OF_EACH.length} under the key "old"\n`,
    );
    expect(out).toContain(`${VALUES} of ${VALUES} wait to be sealed under the current key, "new".\n`);
    expect(await keyIds(db())).toEqual(["old"]);
  });

  it("moves to AWS KMS and back, and does not seal again what another data key of it sealed", async () => {
    const kms = await startKms();
    const moved = { ...kms.environment(kms.createKey("alias/backroom")), ENCRYPTION_KEY: OLD };
    const there = await run(url(), moved).ended;
    expect(there).toMatchObject({ code: 0 });
    expect(there.out).toMatch(/Nothing here is under old any more; ENCRYPTION_KEY may drop it/);
    expect(kms.calls.map(({ target }) => target)).toEqual(["GenerateDataKey"]);
    const onlyKms = { ...moved, ENCRYPTION_KEY: "" };
    expect((await run(url(), onlyKms).ended).out).toMatch(/^0 in .*, 0 not under the current key\.$/m);
    expect((await run(url(), onlyKms, "--all").ended).out).toMatch(new RegExp(`^${VALUES} in `, "m"));

    const back = { ...moved, KMS_KEY_ID: "", KMS_KEY_ID_PREVIOUS: "alias/backroom", ENCRYPTION_KEY: NEW };
    const returned = await run(url(), back).ended;
    expect(returned).toMatchObject({ code: 0 });
    expect(returned.out).toMatch(/under alias\/backroom any more; KMS_KEY_ID_PREVIOUS may drop it/);
    expect(await openAll(db(), newKeys)).toBe(VALUES);
    await kms.stop();
  });

  it("ends with a sentence when the KMS does, and has touched nothing", async () => {
    const kms = await startKms();
    const arn = kms.createKey();
    kms.setState(arn, "disabled");
    const { code, error } = await run(url(), { ...kms.environment(arn), ENCRYPTION_KEY: OLD }).ended;
    expect(code).toBe(2);
    expect(error).toMatch(/^The KMS key arn:\S+ is disabled or waits for its deletion/m);
    expect(await keyIds(db())).toEqual(["old"]);
    await kms.stop();
  });

  it("does not blame the database for a KMS that refuses the connection", async () => {
    const kms = await startKms();
    const environment = kms.environment(kms.createKey());
    await kms.stop();
    const { code, error } = await run(url(), { ...environment, ENCRYPTION_KEY: OLD }).ended;
    expect(code).toBe(2);
    expect(error).toMatch(/^AWS KMS does not answer for arn:\S+ \(ECONNREFUSED\)/m);
  });
});

describe("npm run secrets:rewrap", () => {
  it.each<[string, Record<string, string>, string[], RegExp]>([
    ["no key", {}, [], /^ENCRYPTION_KEY is not set; make one/],
    ["a key that is none", { ENCRYPTION_KEY: "k:x" }, [], /^ENCRYPTION_KEY entry 1 .* is not 32 bytes/],
    ["no database", { ENCRYPTION_KEY: OLD }, [], /^There is no SQLite file/],
    ["an option it does not know", { ENCRYPTION_KEY: OLD }, ["--force"], /^Usage: npm run secrets:rewrap/],
  ])("answers %s with one sentence", async (_, environment, args, sentence) => {
    const { code, error } = await run("file:/nowhere.sqlite", environment, ...args).ended;
    expect(code).toBe(2);
    expect(error).toMatch(sentence);
    expect(error.trim()).not.toContain("\n");
  });
});

describe("the list of what is under the cipher", () => {
  it("has every column whose comment or kind says that it is sealed", async () => {
    const { readFileSync } = await import("node:fs");
    const { SEALED_COLUMNS } = await import("~/features/rewrap/rewrap.server");
    const schema = readFileSync("prisma/schema.prisma", "utf8");
    const sealed = [...schema.matchAll(/^model (\w+) \{([^]*?)^\}/gm)].flatMap(([, model, body]) =>
      [...body!.matchAll(/^ {2}(accessToken|refreshToken|cipherText|subject(?= +String\?))\s/gm)].map(
        ([, field]) => `${model}.${field}`,
      ),
    );
    expect(sealed.sort()).toEqual(SEALED_COLUMNS.map(({ table, column }) => `${table}.${column}`).sort());
  });
});
