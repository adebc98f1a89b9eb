import { expect, it } from "vitest";
import { recordInstall } from "~/features/stores/install.server";
import { hasTokenIssuedAfter } from "~/platform/shopify/session-storage.server";
import { Session } from "@shopify/shopify-api";
import { eachDatabase } from "../../../support/databases";
import { TEST_KEYS } from "../../../support/tenant-rows";
import { everyRow, handle, sample } from "../../../support/webhook-events";
import { insertSession, insertStore } from "../../../support/webhook-rows";

const AT = new Date("2026-11-20T12:00:00.000Z");
const HOUR = 60 * 60 * 1000;
const after = (ms: number) => new Date(AT.getTime() + ms);
const TOPIC = "app/uninstalled";
const INSTALLED_SINCE = { skipped: "The shop has installed Backroom again since." };

eachDatabase("app/uninstalled", ({ db }) => {
  let shops = 0;
  async function installed(changes: object = {}) {
    const store = await insertStore(db(), `leaving-${++shops}`, { accessToken: "sealed", ...changes });
    const { shopDomain, id: storeId } = store;
    await insertSession(db(), shopDomain);
    await db().webhookRegistry.create({
      data: {
        ...{ shopDomain, storeId, topicKey: "ORDERS_CREATE", deliveryMethod: "HTTP" },
        ...{ operation: "REGISTER", recordedAt: AT },
      },
    });
    return store;
  }
  const uninstall = (shop: string, changes = {}, triggeredAt: Date | null = AT) =>
    handle(db(), shop, TOPIC, sample(TOPIC, changes), { triggeredAt });

  async function remains(shopDomain: string) {
    const [store, sessions, registry] = await Promise.all([
      db().store.findUnique({ where: { shopDomain } }),
      db().session.count({ where: { shop: shopDomain } }),
      db().webhookRegistry.count({ where: { shopDomain } }),
    ]);
    const { status, accessToken, uninstalledAt } = store ?? {};
    return { status, accessToken, uninstalledAt, sessions, registry };
  }
  const everything = {
    status: "ACTIVE",
    accessToken: "sealed",
    uninstalledAt: null,
    sessions: 1,
    registry: 1,
  };
  const nothing = { status: "UNINSTALLED", accessToken: null, uninstalledAt: AT, sessions: 0, registry: 0 };

  it("deletes tokens, sessions and registry of its shop only, and marks the store", async () => {
    const [leaving, staying] = [await installed(), await installed()];
    expect(await uninstall(leaving.shopDomain)).toBe("done");
    expect(await remains(leaving.shopDomain)).toEqual(nothing);
    expect(await remains(staying.shopDomain)).toEqual(everything);
  });

  it("changes nothing when repeated", async () => {
    const { shopDomain } = await installed();
    await uninstall(shopDomain);
    const before = await everyRow(db());
    expect(await uninstall(shopDomain)).toEqual({
      skipped: "The shop did not have Backroom installed any more.",
    });
    expect(await everyRow(db())).toBe(before);
  });

  it("is skipped when it is older than the installation, and applied at its instant", async () => {
    const later = await installed({ installedAt: after(1) });
    expect(await uninstall(later.shopDomain)).toEqual(INSTALLED_SINCE);
    expect(await remains(later.shopDomain)).toEqual(everything);
    const same = await installed({ installedAt: AT });
    expect(await uninstall(same.shopDomain)).toBe("done");
  });

  it("is skipped when a newer token shows a reinstall", async () => {
    const { shopDomain } = await installed();
    await db().session.updateMany({
      where: { shop: shopDomain },
      data: { expires: after(HOUR + 1), updatedAt: after(1) },
    });
    expect(await uninstall(shopDomain)).toEqual(INSTALLED_SINCE);
    expect(await remains(shopDomain)).toEqual(everything);
    // What was registered at Shopify before is gone there: its row goes, so that the shop is registered anew.
    await db().webhookRegistry.updateMany({ where: { shopDomain }, data: { recordedAt: after(-1) } });
    await uninstall(shopDomain);
    expect(await remains(shopDomain)).toEqual({ ...everything, registry: 0 });
  });

  it("deletes an older token whose hour is not over", async () => {
    const { shopDomain } = await installed();
    await db().session.updateMany({
      where: { shop: shopDomain },
      // A lock taken later writes the row and issues no token.
      data: { expires: after(HOUR), updatedAt: after(1) },
    });
    expect(await uninstall(shopDomain)).toBe("done");
    expect(await remains(shopDomain)).toEqual(nothing);
  });

  it("deletes an older token that lives longer than an hour", async () => {
    const { shopDomain } = await installed();
    await db().session.updateMany({
      where: { shop: shopDomain },
      data: { expires: after(24 * HOUR), updatedAt: AT },
    });
    expect(await uninstall(shopDomain)).toBe("done");
  });

  it("is skipped as a redelivery after a reinstall on the same row", async () => {
    const { shopDomain, id } = await installed({ shopGid: "gid://shopify/Shop/1" });
    await uninstall(shopDomain);
    const session = new Session({
      id: "offline",
      shop: shopDomain,
      state: "",
      isOnline: false,
      scope: "read_orders",
    });
    session.accessToken = "new";
    await recordInstall(db(), TEST_KEYS, { session, admin: {} as never, now: after(1000) });
    expect(await uninstall(shopDomain)).toEqual(INSTALLED_SINCE);
    const store = await db().store.findUniqueOrThrow({ where: { shopDomain } });
    expect([store.id, store.status, store.uninstalledAt]).toEqual([id, "ACTIVE", null]);
  });

  it("is dated by its arrival when it has no instant", async () => {
    const { shopDomain } = await installed();
    expect(await uninstall(shopDomain, {}, null)).toBe("done");
  });

  it("is skipped when its payload names another shop, and applied when it differs in case only", async () => {
    const { shopDomain } = await installed();
    expect(await uninstall(shopDomain, { myshopify_domain: "other.myshopify.com" })).toEqual({
      skipped: "The payload is about another shop than the one that it came in under.",
    });
    expect(await remains(shopDomain)).toEqual(everything);
    expect(await uninstall(shopDomain, { myshopify_domain: shopDomain.toUpperCase() })).toBe("done");
  });

  it("of a shop without a store deletes its session, unless that is newer", async () => {
    const shop = "never-here.myshopify.com";
    expect(await uninstall(shop)).toMatchObject({ skipped: expect.any(String) });
    await insertSession(db(), shop);
    expect(await uninstall(shop)).toBe("done");
    expect(await db().session.count({ where: { shop } })).toBe(0);
    await insertSession(db(), shop, { expires: after(HOUR + 1), updatedAt: after(1) });
    expect(await uninstall(shop)).toMatchObject({ skipped: expect.any(String) });
    expect(await db().session.count({ where: { shop } })).toBe(1);
    expect(await hasTokenIssuedAfter(db(), shop, AT)).toBe(true);
  });

  it("is skipped for a redacted store", async () => {
    const { shopDomain } = await installed({ status: "REDACTED" });
    expect(await uninstall(shopDomain)).toMatchObject({ skipped: expect.any(String) });
  });
});
