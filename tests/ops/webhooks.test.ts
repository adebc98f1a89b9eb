/** `npm run webhooks` as an operator runs it, on both engines. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Session } from "@shopify/shopify-api";
import { beforeEach, describe, expect, it } from "vitest";
import { localKeyProvider, parseKeyring, type Keyring } from "~/platform/crypto/keyring.server";
import { childEnvironment } from "~/platform/env.server";
import { EncryptedSessionStorage } from "~/platform/shopify/session-storage.server";
import { SHOP } from "../dev/support/catalogue";
import { APP, exchangeToken, localAdmin } from "../dev/support/local-admin";
import { eachDatabase } from "../support/databases";
import { insertTenant, type Tenant } from "../support/tenant-rows";

const KEY = `ops:${Buffer.alloc(32, 3).toString("base64")}`;
const keys = localKeyProvider(parseKeyring(KEY) as Keyring);

function run(url: string, args: string[], environment: Record<string, string> = {}) {
  const preload = environment.LOCAL_ADMIN_ORIGIN ? ["--import", "./dev/preload.mjs"] : [];
  const loader = ["--import", "./prisma/register-ts-loader.mjs"];
  const child = spawn(process.execPath, [...preload, ...loader, "ops/webhooks.ts", ...args], {
    env: childEnvironment({ DATABASE_URL: url, DIRECT_URL: "", ENCRYPTION_KEY: KEY, ...environment }),
  });
  const told = { out: "", error: "" };
  child.stdout.on("data", (chunk) => (told.out += String(chunk)));
  child.stderr.on("data", (chunk) => (told.error += String(chunk)));
  return new Promise<{ code: number | null; out: string; error: string }>((resolve) =>
    child.once("close", (code) => resolve({ code, ...told })),
  );
}

eachDatabase("npm run webhooks", ({ db, url }) => {
  let ours: Tenant;
  let theirs: Tenant;
  beforeEach(async () => {
    await db().store.deleteMany();
    await db().webhookEvent.deleteMany();
    ours = await insertTenant(db(), "ours");
    theirs = await insertTenant(db(), "theirs");
  });
  const webhooks = (...args: string[]) => run(url(), args);
  const statusOf = async ({ deadWebhook }: Tenant) =>
    (await db().webhookEvent.findUniqueOrThrow({ where: { webhookId: deadWebhook } })).status;

  it("counts every shop's deliveries, or one's", async () => {
    const all = await webhooks("status");
    expect(all.code).toBe(0);
    expect(all.out).toMatch(/ours\.myshopify\.com {2}DEAD +1, the oldest of 2026-11-16T15:00:00\.000Z/);
    expect(all.out).toMatch(/4 deliveries of 2 shops\./);
    expect((await webhooks("status", "--shop", ours.shopDomain)).out).toMatch(/2 deliveries of 1 shops\./);
    expect((await webhooks("status", "--shop", "nobody.myshopify.com")).code).toBe(1);
  });

  it("lists by filter, over all shops", async () => {
    const { code, out } = await webhooks("list", "--status", "dead");
    expect(code).toBe(0);
    expect(out.trim().split("\n")).toHaveLength(2);
    expect(out).toContain(`${ours.deadWebhook}  8 attempts: ours`);
    expect((await webhooks("list", "--topic", "nothing/like")).code).toBe(1);
  });

  it("shows one, masked", async () => {
    await db().webhookEvent.update({
      where: { webhookId: ours.deadWebhook },
      data: {
        payload: { id: 7, email: "ada@example.com", title: "a\u009b31mb\u007fc\u001bd" },
        lastError: "boom\u001b[31m",
      },
    });
    const { code, out } = await webhooks("show", ours.deadWebhook);
    expect(code).toBe(0);
    expect(out).toMatch(/"id": 7/);
    expect(out).toMatch(/lastError: boom/);
    expect(out).toContain('"title": "a\\u009b31mb\\u007fc\\u001bd"');
    expect(out).not.toMatch(/ada@example\.com|[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    expect((await webhooks("show", "nothing")).code).toBe(1);
  });

  it("tells what a replay would do, and does it with --yes, for one shop", async () => {
    const filter = ["replay", "--status", "DEAD", "--shop", ours.shopDomain];
    const told = await webhooks(...filter);
    expect(told.code).toBe(0);
    expect(told.out).toMatch(/ours\.myshopify\.com: 1 \(orders\/updated 1\)/);
    expect(told.out).toMatch(/1 would be replayed\. Nothing was changed/);
    expect(await statusOf(ours)).toBe("DEAD");
    const done = await webhooks(...filter, "--yes");
    expect([done.code, done.out]).toEqual([0, expect.stringMatching(/1 replayed in/)]);
    expect([await statusOf(ours), await statusOf(theirs)]).toEqual(["RECEIVED", "DEAD"]);
    const { replayedBy } = await db().webhookEvent.findUniqueOrThrow({
      where: { webhookId: ours.deadWebhook },
    });
    expect(replayedBy).toMatch(/^operator /);
    expect((await webhooks(...filter, "--yes")).code).toBe(1);
  });

  it("dismisses one by its id, wherever it is", async () => {
    expect((await webhooks("dismiss", theirs.deadWebhook, "--yes")).code).toBe(0);
    expect([await statusOf(ours), await statusOf(theirs)]).toEqual(["DEAD", "SKIPPED"]);
  });

  it("replays the whole installation only when it is told so", async () => {
    expect((await webhooks("replay", "--yes")).code).toBe(2);
    expect(await statusOf(ours)).toBe("DEAD");
    expect((await webhooks("replay", "--all", "--yes")).out).toMatch(/2 replayed/);
  });

  describe("test", () => {
    const environment = {
      ...{ NODE_ENV: "development", SHOPIFY_APP_URL: "http://127.0.0.1:9", SCOPES: "read_orders" },
      ...{ SHOPIFY_API_KEY: APP.apiKey, SHOPIFY_API_SECRET: APP.apiSecret },
    };
    const test = (...args: string[]) => run(url(), ["test", ...args], environment);

    it("says what to do about an address where nothing answers", async () => {
      const { code, out, error } = await test("--shop", ours.shopDomain);
      expect(out).toMatch(/^Signed orders\/updated as .*, sending it to http:\/\/127\.0\.0\.1:9\/webhooks/);
      expect(error).toMatch(/^Nothing answers at http:\/\/127\.0\.0\.1:9\/webhooks/);
      expect(code).toBe(1);
    });
    it.each([
      ["SUCCEEDED", 0, /Stored in the inbox at .*\nProcessed, 1 attempts\nAt its end after 0 ms\./],
      ["DEAD", 1, /Stored in the inbox at .*\nGiven up, 1 attempts: boom/],
    ] as const)("follows what the door took until it is %s", async (status, code, told) => {
      const receivedAt = new Date();
      const ended = status === "DEAD" ? { lastError: "boom" } : { processedAt: receivedAt };
      const door = createServer((request, response) => {
        const header = (name: string) => String(request.headers[`x-shopify-${name}`]);
        const delivery = { webhookId: header("webhook-id"), topic: header("topic"), payload: {}, receivedAt };
        const shopDomain = header("shop-domain");
        void db()
          .webhookEvent.create({ data: { ...delivery, shopDomain, status, attempts: 1, ...ended } })
          .then(() => response.end());
      }).listen(0, "127.0.0.1");
      await once(door, "listening");
      const { port } = door.address() as AddressInfo;
      const there = { ...environment, SHOPIFY_APP_URL: `http://127.0.0.1:${port}` };
      const done = await run(url(), ["test", "--shop", ours.shopDomain], there);
      door.close();
      expect(done.out).toMatch(told);
      expect(done.code).toBe(code);
    });
    it("needs a shop that is there and a topic that has a sample", async () => {
      expect((await test()).error).toMatch(/^Usage/);
      expect((await test("--shop", "nobody.myshopify.com")).code).toBe(1);
      const { code, error } = await test("--shop", ours.shopDomain, "--topic", "shop/redact");
      expect([code, error]).toEqual([2, expect.stringMatching(/^--topic is one of orders\/updated, /)]);
    });
  });

  it("audits and repairs a shop with its stored token", async () => {
    const local = await localAdmin();
    await db().store.create({ data: { shopDomain: SHOP, onboardingFlags: {} } });
    const { access_token: accessToken, refresh_token: refreshToken } = await exchangeToken(local);
    const session = new Session({ id: `offline_${SHOP}`, shop: SHOP, state: "", isOnline: false });
    Object.assign(session, { accessToken, refreshToken, expires: new Date(Date.now() + 3_600_000) });
    await new EncryptedSessionStorage(async () => db(), keys).storeSession(session);
    local
      .state(SHOP)
      .subscriptions.create("THEMES_PUBLISH", { uri: "https://app.test/webhooks" }, new Date());
    const environment = {
      ...{ NODE_ENV: "development", LOCAL_ADMIN_ORIGIN: local.origin, SHOPIFY_APP_URL: "https://app.test" },
      ...{ SHOPIFY_API_KEY: APP.apiKey, SHOPIFY_API_SECRET: APP.apiSecret, SCOPES: "read_orders" },
    };
    const registry = (...args: string[]) => run(url(), [...args, "--shop", SHOP], environment);
    const audit = await registry("audit");
    expect(audit.error).toBe("");
    expect(audit.code).toBe(1);
    expect(audit.out).toMatch(/unexpected THEMES_PUBLISH: https:\/\/app\.test\/webhooks/);
    expect((await registry("sync")).out).toMatch(/1 changes would be made\. Nothing was changed/);
    expect(local.state(SHOP).subscriptions.all).toHaveLength(1);
    const sync = await registry("sync", "--yes");
    expect(sync.out).toMatch(/1 changes made, 0 refused/);
    expect(local.state(SHOP).subscriptions.all).toEqual([]);
    expect((await registry("audit")).code).toBe(0);
    const otherKey = `ops:${Buffer.alloc(32, 4).toString("base64")}`;
    const sealed = await run(url(), ["audit", "--shop", SHOP], { ...environment, ENCRYPTION_KEY: otherKey });
    expect([sealed.code, sealed.error]).toEqual([2, expect.stringMatching(/^The secret of Session.*\n$/)]);
    await db().session.deleteMany();
    const lost = await registry("audit");
    expect([lost.code, lost.error]).toEqual([2, expect.stringMatching(/^Backroom no longer has access to/)]);
  }, 60_000);
});

describe("npm run webhooks", () => {
  it.each([
    ["a command that it does not know", ["erase"]],
    ["a limit that is none", ["list", "--limit", "many"]],
    ["a state that is none", ["list", "--status", "LOST"]],
    ["no webhook id to show", ["show"]],
  ])("answers %s with how it is used", async (_, args) => {
    const { code, error } = await run("file:/nowhere.sqlite", args);
    expect(code).toBe(2);
    expect(error).toMatch(/^Usage: npm run webhooks|^--status is one of|^There is no SQLite file/);
  });
});
