import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectDatabase, type Db } from "~/platform/db/client.server";
import { mintSessionToken } from "../../dev/local-admin/session-token";
import { API_KEY, API_SECRET, startDemo, type Demo } from "../e2e/support/demo";
import { findLeaks } from "../support/leaks";
import { USER_AGENT } from "../support/user-agent";

describe.each(["sqlite", "postgres"] as const)(
  "a shop that opens the app for the first time, on %s,",
  (engine) => {
    let demo: Demo;
    let db: Db;
    const shop = () => demo.shop;
    beforeAll(async () => {
      demo = await startDemo({ engine, seeded: false });
      db = await connectDatabase(demo.databaseUrl);
    });
    afterAll(async () => {
      await db?.$disconnect();
      await demo?.stop();
    });

    const token = (claims?: object, secret = API_SECRET) =>
      mintSessionToken({ apiKey: API_KEY, apiSecret: secret, shop: shop(), claims: claims as never });
    const host = () => Buffer.from("admin.shopify.com/store/backroom-demo").toString("base64url");
    const page = async (idToken: string) => {
      const query = new URLSearchParams({ embedded: "1", shop: shop(), host: host(), id_token: idToken });
      return fetch(`${demo.appOrigin}/app?${query}`, {
        redirect: "manual",
        headers: { "User-Agent": USER_AGENT },
      });
    };
    const loader = (idToken: string) =>
      fetch(`${demo.appOrigin}/app?_data=routes%2Fapp._index`, {
        headers: { "User-Agent": USER_AGENT, Authorization: `Bearer ${idToken}` },
      });

    it.each<[string, () => Promise<string>]>([
      ["expired", () => token({ exp: Math.floor(Date.now() / 1000) - 60, nbf: 0, iat: 0 })],
      ["for another app", () => token({ aud: "another-app" })],
      ["signed with another secret", () => token({}, "not-the-secret")],
      ["changed after it was signed", async () => (await token()).replace(/\.[\w-]{6}/, ".AAAAAA")],
      ["not a token", async () => "nonsense"],
    ])("is refused with a token that is %s, and nothing is written", async (_name, make) => {
      const bad = await make();
      const document = await page(bad);
      expect(document.status).toBe(302);
      expect(document.headers.get("location")).toMatch(/\/auth\/session-token\?/);
      const data = await loader(bad);
      expect(data.status).toBe(401);
      expect(data.headers.get("x-shopify-retry-invalid-session-request")).toBe("1");
      expect({ stores: await db.store.count(), sessions: await db.session.count() }).toEqual({
        stores: 0,
        sessions: 0,
      });
    });

    it("is installed once by six concurrent loaders, with sealed tokens, settings and the shop's facts", async () => {
      const idToken = await token();
      const answers = await Promise.all(Array.from({ length: 6 }, () => page(idToken)));
      expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200, 200, 200]);
      const store = await db.store.findUniqueOrThrow({
        where: { shopDomain: shop() },
        include: { settings: true },
      });
      expect(store).toMatchObject({ status: "ACTIVE", currency: "USD", ianaTimezone: "America/New_York" });
      expect(store.shopGid).toMatch(/^gid:\/\/shopify\/Shop\//);
      expect(store.accessToken).toMatch(/^bk1\.e2e\./);
      expect(store.settings?.version).toBe(1);
      const session = await db.session.findUniqueOrThrow({ where: { id: `offline_${shop()}` } });
      expect([session.accessToken, session.refreshToken]).toEqual([
        expect.stringMatching(/^bk1\.e2e\./),
        expect.stringMatching(/^bk1\.e2e\./),
      ]);
      expect(session.expires!.getTime() - Date.now()).toBeGreaterThan(50 * 60_000);
    });

    it("leaves no token in the log or in the database file", async () => {
      const issued = demo.admin.tokens.issued();
      expect(issued.length).toBeGreaterThan(0);
      expect(findLeaks(Buffer.from(demo.log()), issued)).toEqual([]);
      expect(demo.log()).toContain('"path":"/app"');
      if (engine === "sqlite") {
        const file = demo.databaseUrl.slice("file:".length);
        const bytes = Buffer.concat([readFileSync(file), readFileSync(`${file}-wal`)]);
        expect(bytes.includes("bk1.e2e.")).toBe(true);
        expect(findLeaks(bytes, issued)).toEqual([]);
      }
    });

    it("is let in by a new token when its stored session cannot be opened", async () => {
      const id = `offline_${shop()}`;
      const { refreshToken } = await db.session.findUniqueOrThrow({ where: { id } });
      await db.session.update({ where: { id }, data: { accessToken: refreshToken! } });
      expect((await page("nonsense")).status).toBe(302);
      expect(await db.session.findUniqueOrThrow({ where: { id } })).toMatchObject({
        accessToken: refreshToken,
      });
      expect((await page(await token())).status).toBe(200);
      expect((await db.session.findUniqueOrThrow({ where: { id } })).accessToken).not.toBe(refreshToken);
      expect(demo.log()).toContain('"code":"SESSION_UNREADABLE"');
    });

    it("is installed again with its old id when it opens the app after an uninstall", async () => {
      const before = await db.store.findUniqueOrThrow({ where: { shopDomain: shop() } });
      await db.store.update({
        where: { id: before.id },
        data: { status: "UNINSTALLED", uninstalledAt: new Date(), accessToken: null },
      });
      await db.session.deleteMany();
      expect((await page(await token())).status).toBe(200);
      const after = await db.store.findUniqueOrThrow({ where: { shopDomain: shop() } });
      expect(after).toMatchObject({ id: before.id, status: "ACTIVE", uninstalledAt: null });
      expect(after.accessToken).toMatch(/^bk1\./);
    });
  },
);
