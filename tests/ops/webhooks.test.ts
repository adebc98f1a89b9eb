/** `npm run webhooks`, on both engines. */
import { beforeEach, describe, expect, it } from "vitest";
import { STATUS_NAMES } from "~/features/webhooks/webhook-status";
import { localKeyProvider, parseKeyring, type Keyring } from "~/platform/crypto/keyring.server";
import type { Source } from "~/platform/env.server";
import { main } from "../../ops/webhooks";
import { SHOP } from "../dev/support/catalogue";
import { runMain, startMain } from "../support/commands";
import { CONNECTED_APP, connectShop, startReceiver } from "../support/connected-shop";
import { eachDatabase } from "../support/databases";
import { insertTenant, type Tenant } from "../support/tenant-rows";

const KEY = `ops:${Buffer.alloc(32, 3).toString("base64")}`;
const keys = localKeyProvider(parseKeyring(KEY) as Keyring);

const environmentOf = (url: string, changes: Source = {}) => ({
  ...{ DATABASE_URL: url, ENCRYPTION_KEY: KEY },
  ...changes,
});
const lastLine = (text: string) => text.trimEnd().split("\n").at(-1)!;
const numbersIn = (text: string) => (text.match(/\d+/g) ?? []).map(Number);

eachDatabase("npm run webhooks", ({ db, url }) => {
  let ours: Tenant;
  let theirs: Tenant;
  beforeEach(async () => {
    await db().store.deleteMany();
    await db().webhookEvent.deleteMany();
    ours = await insertTenant(db(), "ours");
    theirs = await insertTenant(db(), "theirs");
  });
  const webhooks = (...args: string[]) => runMain(main, args, environmentOf(url()));
  const statusOf = async ({ deadWebhook }: Tenant) =>
    (await db().webhookEvent.findUniqueOrThrow({ where: { webhookId: deadWebhook } })).status;

  it("counts every shop's deliveries, or one's", async () => {
    const all = await webhooks("status");
    expect(all.code).toBe(0);
    expect(all.out).toMatch(/^ours\.myshopify\.com +DEAD +1\b.* 2026-11-16T15:00:00\.000Z$/m);
    expect(numbersIn(lastLine(all.out))).toEqual([4, 2]);
    const ofOne = await webhooks("status", "--shop", ours.shopDomain);
    expect(numbersIn(lastLine(ofOne.out))).toEqual([2, 1]);
    expect((await webhooks("status", "--shop", "unknown.myshopify.com")).code).toBe(1);
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

  it("says what a replay would do, and does it with --yes, for one shop", async () => {
    const filter = ["replay", "--status", "DEAD", "--shop", ours.shopDomain];
    const planned = await webhooks(...filter);
    expect(planned.code).toBe(0);
    expect(planned.out).toMatch(/^ours\.myshopify\.com: 1 \(orders\/updated 1\)/);
    expect(lastLine(planned.out)).toMatch(/^1 .*--yes/);
    expect(await statusOf(ours)).toBe("DEAD");
    const done = await webhooks(...filter, "--yes");
    expect([done.code, lastLine(done.out)]).toEqual([0, expect.stringMatching(/^1 /)]);
    expect([await statusOf(ours), await statusOf(theirs)]).toEqual(["RECEIVED", "DEAD"]);
    const { replayedBy } = await db().webhookEvent.findUniqueOrThrow({
      where: { webhookId: ours.deadWebhook },
    });
    expect(replayedBy).toMatch(/^operator /);
    expect((await webhooks(...filter, "--yes")).code).toBe(1);
  });

  it("dismisses one by its id, of every shop", async () => {
    expect((await webhooks("dismiss", theirs.deadWebhook, "--yes")).code).toBe(0);
    expect([await statusOf(ours), await statusOf(theirs)]).toEqual(["DEAD", "SKIPPED"]);
  });

  it("replays the whole installation only with --all", async () => {
    expect((await webhooks("replay", "--yes")).code).toBe(2);
    expect(await statusOf(ours)).toBe("DEAD");
    expect(lastLine((await webhooks("replay", "--all", "--yes")).out)).toMatch(/^2 /);
    expect([await statusOf(ours), await statusOf(theirs)]).toEqual(["RECEIVED", "RECEIVED"]);
  });

  describe("test", () => {
    const app = { ...CONNECTED_APP, SHOPIFY_APP_URL: "http://127.0.0.1:9" };
    const test = (args: string[], changes: Source = {}) =>
      runMain(main, ["test", ...args], environmentOf(url(), { ...app, ...changes }));

    it("answers 1 and names the address where nothing answers", async () => {
      const { code, out, error } = await test(["--shop", ours.shopDomain]);
      expect(out).toMatch(/ orders\/updated .* http:\/\/127\.0\.0\.1:9\/webhooks\n$/);
      expect(error).toMatch(/ http:\/\/127\.0\.0\.1:9\/webhooks\b/);
      expect(code).toBe(1);
    });

    it.each([
      ["SUCCEEDED", 0],
      ["DEAD", 1],
    ] as const)("follows a delivery that was stored until it is %s, and answers %i", async (status, code) => {
      const receivedAt = new Date();
      const end = status === "DEAD" ? { lastError: "boom" } : { processedAt: receivedAt };
      const receiver = await startReceiver(db(), { receivedAt, status, ...end });
      const done = await test(["--shop", ours.shopDomain], { SHOPIFY_APP_URL: receiver.url });
      await receiver.close();
      const [, answered, stored, ended] = done.out.split("\n");
      expect(answered).toMatch(/ 200 /);
      expect(stored).toContain(receivedAt.toISOString());
      expect(ended).toBe(`${STATUS_NAMES[status]}, 1 attempts${status === "DEAD" ? ": boom" : ""}`);
      if (status === "SUCCEEDED") expect(numbersIn(lastLine(done.out))).toEqual([0]);
      else expect(done.error).toContain("boom");
      expect(done.code).toBe(code);
    });

    it("stops waiting at a signal, with 130", async () => {
      const receiver = await startReceiver(db(), { receivedAt: new Date(), status: "RECEIVED" });
      const environment = environmentOf(url(), { ...app, SHOPIFY_APP_URL: receiver.url });
      const waiting = startMain(main, ["test", "--shop", ours.shopDomain], environment, (out) => {
        if (out.includes(STATUS_NAMES.RECEIVED)) waiting.stop();
      });
      expect((await waiting.ended).code).toBe(130);
      await receiver.close();
    });

    it("needs a shop that is there and a topic that has a sample", async () => {
      expect(await test([])).toMatchObject({ code: 2, error: expect.stringMatching(/^--shop /) as string });
      expect((await test(["--shop", "unknown.myshopify.com"])).code).toBe(1);
      expect(await test(["--shop", ours.shopDomain, "--topic", "shop/redact"])).toMatchObject({
        code: 2,
        error: expect.stringMatching(/^--topic .* orders\/updated, /) as string,
      });
    });
  });

  it("audits and repairs a shop with its stored token", async () => {
    const { subscriptions } = (await connectShop(db(), keys)).state(SHOP);
    subscriptions.create("THEMES_PUBLISH", { uri: "https://app.test/webhooks" }, new Date());
    const registry = (args: string[], changes: Source = {}) =>
      runMain(main, [...args, "--shop", SHOP], environmentOf(url(), { ...CONNECTED_APP, ...changes }));
    const audit = await registry(["audit"]);
    expect(audit).toMatchObject({ code: 1, error: "" });
    expect(audit.out).toMatch(/^unexpected THEMES_PUBLISH: https:\/\/app\.test\/webhooks/m);
    expect(lastLine((await registry(["sync"])).out)).toMatch(/^1 .*--yes/);
    expect(subscriptions.all).toHaveLength(1);
    expect(numbersIn(lastLine((await registry(["sync", "--yes"])).out))).toEqual([1, 0]);
    expect(subscriptions.all).toEqual([]);
    expect((await registry(["audit"])).code).toBe(0);
    const otherKey = `ops:${Buffer.alloc(32, 4).toString("base64")}`;
    expect(await registry(["audit"], { ENCRYPTION_KEY: otherKey })).toMatchObject({
      code: 2,
      error: expect.stringMatching(/^[^\n]*Session[^\n]*\n$/) as string,
    });
    await db().session.deleteMany();
    expect(await registry(["audit"])).toMatchObject({
      code: 2,
      error: expect.stringMatching(new RegExp(`^[^\\n]*${SHOP}[^\\n]*\\n$`)) as string,
    });
  });
});

describe("npm run webhooks", () => {
  it.each([
    ["a command that it does not know", ["erase"], /"erase"/],
    ["no command", [], /""/],
    ["a limit that is none", ["list", "--limit", "many"], /^--limit /],
    ["a state that is none", ["list", "--status", "LOST"], /^--status /],
    ["no webhook id to show", ["show"], /--help/],
    ["nothing to replay", ["replay", "--yes"], /--all/],
    ["no shop to audit", ["audit"], /^--shop /],
    ["no database", ["status"], /\/nowhere\.sqlite/],
  ])("answers %s with 2 and one sentence", async (_, args, named) => {
    const { code, out, error } = await runMain(main, args, environmentOf("file:/nowhere.sqlite"));
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(error).toMatch(named);
    expect(error.trimEnd()).not.toContain("\n");
  });
});
