/** `npm run secrets:rewrap`, and the rewrap below it, on both engines. */
import { once } from "node:events";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { openSubject } from "~/features/compliance/record-request.server";
import { secretPlace } from "~/features/connections/secret-place";
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
import type { Source } from "~/platform/env.server";
import { openTokens } from "~/platform/shopify/session-storage.server";
import { main } from "../../ops/rewrap";
import { runMain, spawnScript, startMain } from "../support/commands";
import { eachDatabase } from "../support/databases";
import { KMS_CREDENTIALS, startKms, type LocalKms } from "../support/kms";
import { insertSealedStores, PROVIDERS_OF_EACH } from "../support/sealed-stores";

const OLD = `old:${Buffer.alloc(32, 1).toString("base64")}`;
const NEW = `new:${Buffer.alloc(32, 2).toString("base64")}`;
const provider = (...entries: string[]) => localKeyProvider(parseKeyring(entries.join(",")) as Keyring);
const [oldKeys, bothKeys, newKeys] = [provider(OLD), provider(NEW, OLD), provider(NEW)];

/** Of each: two secrets, the store's token, the session's pair, and whom a privacy request is about. */
const VALUES_EACH = 6;
const FEW = 10;
/** Their secrets are two batches. */
const MANY = 255;
/** So many that a process is met, or killed, before it is done. */
const MOST = 600;
const TABLES = ["Store", "Session", "ComplianceRequest", "StoreSecret"];

const environmentOf = (url: string, changes: Source = {}) => ({
  ...{ DATABASE_URL: url, ENCRYPTION_KEY: `${NEW},${OLD}` },
  ...changes,
});

/** Of the report: how many were sealed again, and how many are not under the current key */
const totals = (out: string) => /^(\d+) in \S+ s \(.*\), (\d+) /m.exec(out)?.slice(1).map(Number);

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
  for (const { storeId, provider, cipherText } of await db.storeSecret.findMany())
    same(await open(keys, secretPlace(storeId, provider), cipherText), `${provider} of ${storeId}`);
  for (const request of await db.complianceRequest.findMany())
    same((await openSubject(keys, request))?.email ?? null, `customer@${request.shopDomain}`);
  return opened;
}

const keyIds = async (db: Db) => [...new Set((await countByKey(db)).map(({ keyId }) => keyId))].sort();

eachDatabase("rewrap", ({ db, url }) => {
  const execute = (statement: string) => db().$executeRawUnsafe(statement);
  beforeAll(async () => {
    await insertSealedStores(db(), oldKeys, MOST);
    for (const table of TABLES) await execute(`CREATE TABLE "${table}Sealed" AS SELECT * FROM "${table}"`);
  });
  /** The first stores, as they were sealed under the old key */
  const fill = async (stores: number) => {
    for (const table of ["Session", "ComplianceRequest", "Store"]) await execute(`DELETE FROM "${table}"`);
    const copy = (table: string, condition: string) =>
      execute(`INSERT INTO "${table}" SELECT * FROM "${table}Sealed" WHERE ${condition}`);
    await copy("Store", `"id" IN (SELECT "id" FROM "StoreSealed" ORDER BY "id" LIMIT ${stores})`);
    await copy("Session", `"shop" IN (SELECT "shopDomain" FROM "Store")`);
    await copy("ComplianceRequest", `"shopDomain" IN (SELECT "shopDomain" FROM "Store")`);
    await copy("StoreSecret", `"storeId" IN (SELECT "id" FROM "Store")`);
  };
  const run = (changes?: Source, ...args: string[]) => runMain(main, args, environmentOf(url(), changes));

  it("seals everything again under the current key, and what was the old key's opens without it", async () => {
    await fill(MANY);
    const before = await db().store.findMany({ orderBy: { id: "asc" } });
    const report = await rewrap(db(), bothKeys);
    expect(report).toEqual({
      rewrapped: {
        "StoreSecret.cipherText": MANY * PROVIDERS_OF_EACH.length,
        "Store.accessToken": MANY,
        "Session.accessToken": MANY,
        "Session.refreshToken": MANY,
        "ComplianceRequest.subject": MANY,
      },
      refused: [],
      remaining: 0,
      stopped: false,
    });
    expect(await keyIds(db())).toEqual(["new"]);
    expect(await openAll(db(), newKeys)).toBe(MANY * VALUES_EACH);
    const secrets = await db().storeSecret.findMany();
    expect(new Set(secrets.map(({ keyId }) => keyId))).toEqual(new Set(["new"]));
    const { storeId, provider } = secrets[0]!;
    const repository = new StoreSecretRepository(db(), storeId, newKeys);
    expect(await repository.reveal(provider)).toBe(`${provider} of ${storeId}`);
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
    await fill(FEW);
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

  it("may run twice at once, and no reader fails while it works", async () => {
    await fill(MOST);
    let working = true;
    let reads = 0;
    const reader = async () => {
      while (working) {
        const opened = await openAll(db(), bothKeys);
        reads += opened;
        // SQLite answers without waiting; the commands have to get their turn.
        await new Promise(setImmediate);
      }
    };
    // On SQLite two in one process would wait for each other.
    const other = spawnScript("secrets:rewrap", [], environmentOf(url()));
    await once(other.child.stdout!, "data");
    const readers = [reader(), reader()];
    const ended = await Promise.all([run(), other.ended]).finally(() => (working = false));
    await Promise.all(readers);
    expect(ended).toMatchObject([
      { code: 0, error: "" },
      { code: 0, stderr: "" },
    ]);
    const [ours, theirs] = [totals(ended[0].out), totals(ended[1].stdout)];
    expect(ours![0]! + theirs![0]!).toBe(MOST * VALUES_EACH);
    expect(reads).toBeGreaterThanOrEqual(MOST * VALUES_EACH * 2);
    expect(await keyIds(db())).toEqual(["new"]);
    expect(await openAll(db(), newKeys)).toBe(MOST * VALUES_EACH);
  });

  it("leaves to a writer what the writer wrote, and looks at it again", async () => {
    await fill(MANY);
    const [first, last] = await Promise.all(
      (["asc", "desc"] as const).map((id) =>
        db().storeSecret.findFirstOrThrow({ where: { provider: "GA4" }, orderBy: { id } }),
      ),
    );
    const write = (storeId: string) =>
      new StoreSecretRepository(db(), storeId, oldKeys).upsert(
        "GA4",
        {
          ...{ plaintext: "written meanwhile", setBy: null, rotationReminderAt: null },
          ...{ lastFour: "", nextTestAt: null },
        },
        new Date(),
      );
    // A process that has not got the new key yet writes between our reading and our writing.
    let opened = 0;
    const interrupted: KeyProvider = {
      current: () => bothKeys.current(),
      open: async (id, wrapped) => {
        opened += 1;
        if (opened === 1) {
          const rows = { where: { provider: "GA4" }, take: 20, orderBy: { id: "asc" } } as const;
          for (const { storeId } of [...(await db().storeSecret.findMany(rows)), last!]) await write(storeId);
        }
        return bothKeys.open(id, wrapped);
      },
    };
    expect(await rewrap(db(), interrupted)).toMatchObject({ refused: [], remaining: 0 });
    for (const { storeId } of [first!, last!])
      expect(await new StoreSecretRepository(db(), storeId, newKeys).reveal("GA4")).toBe("written meanwhile");
  });

  it("names the records that do not open, leaves them as they are, and seals all others", async () => {
    await fill(FEW);
    const [damaged, foreign] = await db().storeSecret.findMany({ take: 2 });
    const [session] = await db().session.findMany({ take: 1 });
    const lost = `bk1.lost..${Buffer.alloc(60).toString("base64url")}`;
    await db().storeSecret.update({ where: { id: damaged!.id }, data: { cipherText: "sk_live_plaintext" } });
    await db().storeSecret.update({ where: { id: foreign!.id }, data: { cipherText: lost } });
    await db().session.update({ where: { id: session!.id }, data: { accessToken: "bk1.old..AAAA" } });

    const { code, out, error } = await run();
    expect(code).toBe(1);
    expect(totals(out)).toEqual([FEW * VALUES_EACH - 3, 3]);
    const lines = error.trimEnd().split("\n");
    expect(lines).toHaveLength(3);
    const lineOf = (column: string, id: string) =>
      lines.find((line) => line.includes(column) && line.includes(id));
    expect(lineOf("StoreSecret.cipherText", damaged!.id)).toBeDefined();
    expect(lineOf("StoreSecret.cipherText", foreign!.id)).toContain('"lost"');
    expect(lineOf("Session.accessToken", session!.id)).toBeDefined();
    expect(out + error).not.toMatch(/plaintext|AAAA/);
    expect(await db().storeSecret.findUnique({ where: { id: foreign!.id } })).toMatchObject({
      cipherText: lost,
    });
    expect(await keyIds(db())).toEqual(["", "lost", "new", "old"]);
  });

  it("goes on after kill -9, with nothing lost and nothing twice", async () => {
    await fill(MOST);
    const killed = spawnScript("secrets:rewrap", [], environmentOf(url()));
    // Its first line: a tenth is done.
    killed.child.stdout!.once("data", () => killed.child.kill("SIGKILL"));
    expect((await killed.ended).code).toBeNull();
    expect(await keyIds(db())).toEqual(["new", "old"]);
    const counts = await countByKey(db());
    const left = counts.filter(({ keyId }) => keyId === "old").reduce((sum, { count }) => sum + count, 0);

    const again = await run();
    expect(again).toMatchObject({ code: 0, error: "" });
    expect(totals(again.out)).toEqual([left, 0]);
    // Which key may be dropped, and from where
    expect(again.out).toMatch(/ old .* ENCRYPTION_KEY /);
    expect(await openAll(db(), newKeys)).toBe(MOST * VALUES_EACH);
  });

  it("stops at a signal after its batch, and answers 130", async () => {
    await fill(FEW);
    const stopped = startMain(main, [], environmentOf(url()), (out) => out.includes("%") && stopped.stop());
    expect((await stopped.ended).code).toBe(130);
    expect(await keyIds(db())).toEqual(["new", "old"]);
    expect(await openAll(db(), bothKeys)).toBe(FEW * VALUES_EACH);
  });

  it("counts and changes nothing when it is a dry run", async () => {
    await fill(FEW);
    const { code, out } = await run({}, "--dry-run");
    expect(code).toBe(0);
    expect(out).toContain(`StoreSecret.cipherText: ${FEW * PROVIDERS_OF_EACH.length} under the key "old"\n`);
    expect(out).toMatch(new RegExp(`^${FEW * VALUES_EACH} of ${FEW * VALUES_EACH} .*"new"\\.$`, "m"));
    expect(await keyIds(db())).toEqual(["old"]);
  });

  describe("with AWS KMS", () => {
    let kms: LocalKms;
    beforeEach(async () => {
      await fill(FEW);
      kms = await startKms();
      // The SDK reads them of the process.
      vi.stubEnv("AWS_ACCESS_KEY_ID", KMS_CREDENTIALS.accessKeyId);
      vi.stubEnv("AWS_SECRET_ACCESS_KEY", KMS_CREDENTIALS.secretAccessKey);
    });
    afterEach(async () => {
      vi.unstubAllEnvs();
      await kms.stop();
    });

    it("moves there and back, and does not seal again what another data key of it sealed", async () => {
      const moved = { ...kms.environment(kms.createKey("alias/backroom")), ENCRYPTION_KEY: OLD };
      const there = await run(moved);
      expect(there.code).toBe(0);
      expect(there.out).toMatch(/ old .* ENCRYPTION_KEY /);
      expect(kms.calls.map(({ target }) => target)).toEqual(["GenerateDataKey"]);
      const onlyKms = { ...moved, ENCRYPTION_KEY: "" };
      expect(totals((await run(onlyKms)).out)).toEqual([0, 0]);
      expect(totals((await run(onlyKms, "--all")).out)).toEqual([FEW * VALUES_EACH, 0]);

      const back = { ...moved, KMS_KEY_ID: "", KMS_KEY_ID_PREVIOUS: "alias/backroom", ENCRYPTION_KEY: NEW };
      const returned = await run(back);
      expect(returned.code).toBe(0);
      expect(returned.out).toMatch(/ alias\/backroom .* KMS_KEY_ID_PREVIOUS /);
      expect(await openAll(db(), newKeys)).toBe(FEW * VALUES_EACH);
    });

    it("ends with 2 when the key is disabled, and has touched nothing", async () => {
      const arn = kms.createKey();
      kms.setState(arn, "disabled");
      const { code, error } = await run({ ...kms.environment(arn), ENCRYPTION_KEY: OLD });
      expect(code).toBe(2);
      expect(error).toContain(arn);
      expect(error.trimEnd()).not.toContain("\n");
      expect(await keyIds(db())).toEqual(["old"]);
    });

    it("does not blame the database for a KMS that refuses the connection", async () => {
      const arn = kms.createKey();
      await kms.stop();
      const { code, error } = await run({ ...kms.environment(arn), ENCRYPTION_KEY: OLD });
      expect(code).toBe(2);
      expect(error).toMatch(new RegExp(`^[^\\n]*KMS[^\\n]*${arn}[^\\n]*ECONNREFUSED[^\\n]*\\n$`));
    });
  });
});

describe("npm run secrets:rewrap", () => {
  it.each<[string, Source, string[], RegExp]>([
    ["no key", { ENCRYPTION_KEY: "" }, [], /^ENCRYPTION_KEY /],
    ["a key that is none", { ENCRYPTION_KEY: "k:x" }, [], /^ENCRYPTION_KEY /],
    ["no database", {}, [], /\/nowhere\.sqlite/],
    ["an option it does not know", {}, ["--force"], /^--force /],
  ])("answers %s with 2 and one sentence", async (_, changes, args, named) => {
    const { code, error } = await runMain(main, args, environmentOf("file:/nowhere.sqlite", changes));
    expect(code).toBe(2);
    expect(error).toMatch(named);
    expect(error.trimEnd()).not.toContain("\n");
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
