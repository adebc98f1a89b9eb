import { createSecretKey } from "node:crypto";
import { Session } from "@shopify/shopify-api";
import { beforeEach, describe, expect, it } from "vitest";
import { keyIdOf } from "~/platform/crypto/envelope.server";
import { localKeyProvider } from "~/platform/crypto/keyring.server";
import { EncryptedSessionStorage } from "~/platform/shopify/session-storage.server";
import { eachDatabase } from "../../support/databases";
import { TEST_KEYS } from "../../support/tenant-rows";

const ACCESS = "shpat_0123456789abcdef0123456789abcdef";
const REFRESH = "shprt_fedcba9876543210fedcba9876543210";
const SHOP = "conformance.myshopify.com";

const offline = (shop = SHOP, changes: object = {}) =>
  new Session({
    id: `offline_${shop}`,
    shop,
    state: "",
    isOnline: false,
    scope: "read_orders",
    accessToken: ACCESS,
    ...changes,
  });

const online = (id: string, shop = SHOP) =>
  new Session({
    id,
    shop,
    state: "state",
    isOnline: true,
    scope: "read_orders",
    accessToken: ACCESS,
    expires: new Date("2030-01-01T00:00:00.000Z"),
    onlineAccessInfo: {
      expires_in: 1,
      associated_user_scope: "read_orders",
      associated_user: {
        id: 902541635,
        first_name: "Ada",
        last_name: "Lovelace",
        email: "ada@example.com",
        email_verified: true,
        account_owner: true,
        locale: "en",
        collaborator: false,
      },
    },
  });

eachDatabase("the session storage", ({ db }) => {
  const storage = () => new EncryptedSessionStorage(async () => db(), TEST_KEYS);
  beforeEach(async () => void (await db().session.deleteMany()));

  // The first eight are the cases of Shopify's own battery (session-storage-test-utils, not published).
  describe("in the cases of Shopify's conformance tests", () => {
    it("stores, loads and deletes sessions of every kind", async () => {
      for (const session of [
        offline(),
        online("online_1"),
        offline("b.myshopify.com", { expires: new Date("2030-01-01T00:00:00Z") }),
      ]) {
        expect(await storage().storeSession(session)).toBe(true);
        expect((await storage().loadSession(session.id))?.equals(session)).toBe(true);
        expect(await storage().storeSession(session)).toBe(true);
        expect(await storage().deleteSession(session.id)).toBe(true);
        expect(await storage().loadSession(session.id)).toBeUndefined();
        expect(await storage().deleteSession(session.id)).toBe(true);
      }
    });

    it("ignores unknown fields", async () => {
      const session = Object.assign(offline(), { someField: "not in the table" });
      expect(await storage().storeSession(session)).toBe(true);
      expect(await storage().loadSession(session.id)).toBeDefined();
    });

    it("stores the user of an online session", async () => {
      await storage().storeSession(online("online_user"));
      const loaded = await storage().loadSession("online_user");
      expect(loaded?.onlineAccessInfo?.associated_user).toMatchObject({
        id: 902541635,
        first_name: "Ada",
        email: "ada@example.com",
        account_owner: true,
      });
    });

    it("finds no session under an unknown id", async () => {
      await storage().storeSession(offline());
      expect(await storage().loadSession("not_there")).toBeUndefined();
      expect(await storage().loadSession("")).toBeUndefined();
    });

    it("finds the sessions of one shop only", async () => {
      for (const session of [offline(), online("a"), online("b"), offline("other.myshopify.com")])
        await storage().storeSession(session);
      expect((await storage().findSessionsByShop(SHOP)).map((s) => s.id).sort()).toEqual([
        "a",
        "b",
        `offline_${SHOP}`,
      ]);
      expect(await storage().findSessionsByShop("nobody.myshopify.com")).toEqual([]);
    });

    it("deletes several sessions in one call", async () => {
      for (const id of ["a", "b", "c"]) await storage().storeSession(online(id));
      expect(await storage().deleteSessions(["a", "c", "not_there"])).toBe(true);
      expect((await storage().findSessionsByShop(SHOP)).map((s) => s.id)).toEqual(["b"]);
    });

    it("stores a scope of more than 255 characters", async () => {
      const scope = Array.from({ length: 60 }, (_, i) => `read_something_${i}`).join(",");
      await storage().storeSession(offline(SHOP, { scope }));
      expect((await storage().loadSession(`offline_${SHOP}`))?.scope?.length).toBe(scope.length);
    });

    it("stores the refresh token and its end", async () => {
      const session = offline(SHOP, {
        expires: new Date("2030-01-01T00:00:00Z"),
        refreshToken: REFRESH,
        refreshTokenExpires: new Date("2030-04-01T00:00:00Z"),
      });
      await storage().storeSession(session);
      const loaded = await storage().loadSession(session.id);
      expect(loaded?.equals(session)).toBe(true);
      expect(loaded?.refreshToken).toBe(REFRESH);
      expect(loaded?.refreshTokenExpires).toEqual(session.refreshTokenExpires);
    });
  });

  describe("beyond Shopify's conformance tests", () => {
    it("stores no token in the clear, nor in base64 or hex", async () => {
      await storage().storeSession(offline(SHOP, { refreshToken: REFRESH }));
      const [row] = await db().$queryRawUnsafe<object[]>(`SELECT * FROM "Session"`);
      const text = JSON.stringify(row, (_k, v: unknown) => (typeof v === "bigint" ? String(v) : v));
      for (const token of [ACCESS, REFRESH])
        for (const encoding of ["utf8", "base64", "base64url", "hex"] as const)
          expect(text).not.toContain(Buffer.from(token).toString(encoding));
      expect(
        keyIdOf((row as { accessToken: string }).accessToken, {
          table: "Session",
          storeId: SHOP,
          field: "accessToken",
        }),
      ).toBe("test");
    });

    it("does not open a token that was copied to another shop's row or to another field", async () => {
      await storage().storeSession(offline(SHOP, { refreshToken: REFRESH }));
      await storage().storeSession(offline("thief.myshopify.com", { refreshToken: REFRESH }));
      const row = await db().session.findUniqueOrThrow({ where: { id: `offline_${SHOP}` } });
      await db().session.update({
        where: { id: "offline_thief.myshopify.com" },
        data: { accessToken: row.accessToken },
      });
      await expect(storage().loadSession("offline_thief.myshopify.com")).rejects.toMatchObject({
        code: "SESSION_UNREADABLE",
        cause: { code: "NOT_AUTHENTIC" },
      });
      await db().session.update({ where: { id: row.id }, data: { accessToken: row.refreshToken ?? "" } });
      await expect(storage().loadSession(row.id)).rejects.toMatchObject({
        code: "SESSION_UNREADABLE",
        cause: { code: "NOT_AUTHENTIC" },
      });
    });

    it("refuses a token that was written into the row as plain text", async () => {
      await storage().storeSession(offline());
      await db().session.updateMany({ data: { accessToken: ACCESS } });
      await expect(storage().loadSession(`offline_${SHOP}`)).rejects.toMatchObject({
        code: "SESSION_UNREADABLE",
        cause: { code: "MALFORMED" },
      });
    });

    it("names the missing key when the keyring no longer holds it", async () => {
      await storage().storeSession(offline());
      const other = new EncryptedSessionStorage(
        async () => db(),
        localKeyProvider([{ id: "k9", key: createSecretKey(Buffer.alloc(32)) }]),
      );
      await expect(other.loadSession(`offline_${SHOP}`)).rejects.toMatchObject({
        code: "SESSION_UNREADABLE",
        cause: { name: "KeyUnavailableError", keyId: "test" },
      });
    });

    it("stores one session when twenty loaders insert the first one of a shop", async () => {
      await Promise.all(Array.from({ length: 20 }, () => storage().storeSession(offline())));
      expect(await db().session.count()).toBe(1);
      expect((await storage().loadSession(`offline_${SHOP}`))?.accessToken).toBe(ACCESS);
    });

    it("sets an end of one hour for a refreshable session without one", async () => {
      await storage().storeSession(offline(SHOP, { refreshToken: REFRESH }));
      const expires = (await storage().loadSession(`offline_${SHOP}`))?.expires?.getTime() ?? 0;
      expect(Math.abs(expires - Date.now() - 3_600_000)).toBeLessThan(60_000);
    });

    it("sets no end for a session without a refresh token", async () => {
      await storage().storeSession(offline());
      expect((await storage().loadSession(`offline_${SHOP}`))?.expires).toBeUndefined();
    });

    it("throws when a delete fails", async () => {
      const error = new Error("the database is away");
      const broken = new EncryptedSessionStorage(() => Promise.reject(error), TEST_KEYS);
      await expect(broken.deleteSession("x")).rejects.toBe(error);
    });

    it("deletes all 30 sessions of a shop and none of another", async () => {
      for (let i = 0; i < 30; i++) await storage().storeSession(online(`online_${i}`));
      await storage().storeSession(offline("other.myshopify.com"));
      await storage().deleteSessionsOfShop(SHOP);
      expect(await db().session.count()).toBe(1);
    });
  });
});
