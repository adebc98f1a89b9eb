import { HttpResponseError, Session } from "@shopify/shopify-api";
import { beforeEach, expect, it } from "vitest";
import { connectDatabase } from "~/platform/db/client.server";
import {
  offlineSession,
  ReconnectRequiredError,
  type OfflineAccess,
} from "~/platform/shopify/offline-access.server";
import { EncryptedSessionStorage } from "~/platform/shopify/session-storage.server";
import { eachDatabase } from "../../support/databases";
import { TEST_KEYS } from "../../support/tenant-rows";

const SHOP = "refresh.myshopify.com";
const MINUTE = 60_000;

eachDatabase("the offline token", ({ db, url, engine }) => {
  let refreshes: string[] = [];
  const storage = () => new EncryptedSessionStorage(async () => db(), TEST_KEYS);

  /** A session with `minutesLeft`, and a Shopify that hands out numbered pairs and remembers what it was sent. */
  const session = (minutesLeft: number, pair = 0) =>
    new Session({
      id: `offline_${SHOP}`,
      shop: SHOP,
      state: "",
      isOnline: false,
      accessToken: `access-${pair}`,
      refreshToken: `refresh-${pair}`,
      expires: new Date(Date.now() + minutesLeft * MINUTE),
    });
  const access = (refresh?: OfflineAccess["refresh"]): OfflineAccess => ({
    db: db(),
    storage: storage(),
    sessionId: (shop) => `offline_${shop}`,
    refresh:
      refresh ??
      (async ({ refreshToken }) => {
        refreshes.push(refreshToken);
        await new Promise((resolve) => setTimeout(resolve, 50));
        return { session: session(60, refreshes.length) };
      }),
  });
  const refusing = (code: number) =>
    access(async () => {
      throw new HttpResponseError({ message: "refused", code, statusText: "", body: {}, headers: {} });
    });

  beforeEach(async () => {
    refreshes = [];
    await db().session.deleteMany();
  });

  it("is used unchanged with more than five minutes left, and refreshed with less", async () => {
    await storage().storeSession(session(5.2));
    expect((await offlineSession(access(), SHOP)).accessToken).toBe("access-0");
    await storage().storeSession(session(4.8));
    expect((await offlineSession(access(), SHOP)).accessToken).toBe("access-1");
    expect(refreshes).toEqual(["refresh-0"]);
  });

  it("is refreshed once for thirty callers that find it expired, on Postgres over two clients", async () => {
    await storage().storeSession(session(-1));
    // SQLite is for one process: two connections in one would wait for each other's lock with the event loop held.
    const elsewhere = engine === "postgres" ? await connectDatabase(url()) : db();
    const other = {
      ...access(),
      db: elsewhere,
      storage: new EncryptedSessionStorage(async () => elsewhere, TEST_KEYS),
    };
    const sessions = await Promise.all(
      Array.from({ length: 30 }, (_, i) => offlineSession(i % 2 ? access() : other, SHOP)),
    );
    if (elsewhere !== db()) await elsewhere.$disconnect();
    expect(refreshes).toEqual(["refresh-0"]);
    expect(new Set(sessions.map((s) => s.accessToken))).toEqual(new Set(["access-1"]));
  });

  it("needs a reconnect after a permanent refusal, and the stored token is kept", async () => {
    for (const code of [400, 401]) {
      await storage().storeSession(session(-1));
      await expect(offlineSession(refusing(code), SHOP)).rejects.toBeInstanceOf(ReconnectRequiredError);
      expect((await storage().loadSession(`offline_${SHOP}`))?.refreshToken).toBe("refresh-0");
    }
  });

  it("is refreshed with the same pair again after a temporary failure, which is passed on", async () => {
    await storage().storeSession(session(-1));
    await expect(offlineSession(refusing(503), SHOP)).rejects.toBeInstanceOf(HttpResponseError);
    expect((await offlineSession(access(), SHOP)).accessToken).toBe("access-1");
  });

  it("is refreshed once the lock of a process that was killed while refreshing has expired", async () => {
    await storage().storeSession(session(-1));
    await db().session.updateMany({ data: { refreshLockedUntil: new Date(Date.now() + 300) } });
    expect((await offlineSession(access(), SHOP)).accessToken).toBe("access-1");
  });

  it("needs a reconnect when there is no session or no refresh token", async () => {
    await expect(offlineSession(access(), SHOP)).rejects.toBeInstanceOf(ReconnectRequiredError);
    const expired = session(-1);
    expired.refreshToken = undefined;
    await storage().storeSession(expired);
    await expect(offlineSession(access(), SHOP)).rejects.toMatchObject({ code: "RECONNECT_REQUIRED" });
  });
});
