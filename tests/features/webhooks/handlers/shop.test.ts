import { expect, it } from "vitest";
import { OLDER } from "~/features/webhooks/handlers/fields";
import { eachDatabase } from "../../../support/databases";
import { everyRow, handle, sample } from "../../../support/webhook-events";
import { figureDays, insertFigures, insertSession, insertStore } from "../../../support/webhook-rows";

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 20, 12, 0, seconds));

eachDatabase("shop/update", ({ db }) => {
  let shops = 0;
  const newShop = async () => {
    const store = await insertStore(db(), `shop-${++shops}`, {
      name: "Before",
      ianaTimezone: "America/New_York",
    });
    await insertFigures(db(), store.id, ["2026-11-19", "2026-11-20"]);
    return store;
  };
  const update = (shop: string, changes: object, triggeredAt = at(0)) =>
    handle(db(), shop, "shop/update", sample("shop/update", { ...changes }), { triggeredAt });
  const facts = async (id: string) => {
    const store = await db().store.findUniqueOrThrow({ where: { id } });
    return [store.name, store.currency, store.ianaTimezone, store.shopUpdatedAt];
  };

  it("with Shopify's sample, without a zone and an instant, updates the name and keeps the zone and the figures", async () => {
    const { id, shopDomain } = await newShop();
    expect(await update(shopDomain, {})).toBe("done");
    expect(await facts(id)).toEqual(["Toy Shelf", "USD", "America/New_York", at(0)]);
    expect(await figureDays(db(), id)).toEqual(["2026-11-19", "2026-11-20"]);
  });

  it.each([
    ["another currency", { currency: "EUR", iana_timezone: "America/New_York" }, 0],
    ["another time zone", { iana_timezone: "Europe/Berlin" }, 0],
    ["the same of both", { iana_timezone: "America/New_York" }, 2],
    ["a time zone that this Node does not know", { iana_timezone: "Mars/Olympus" }, 2],
  ])("with %s (%o) keeps %i cached days", async (_what, changes, days) => {
    const [{ id, shopDomain }, other] = [await newShop(), await newShop()];
    expect(await update(shopDomain, changes)).toBe("done");
    expect(await figureDays(db(), id)).toHaveLength(days);
    expect(await figureDays(db(), other.id)).toHaveLength(2);
  });

  it("is skipped when it is older, applied when it is a second newer, and changes no row when repeated", async () => {
    const { id, shopDomain } = await newShop();
    await update(shopDomain, { name: "Newer", updated_at: "2026-11-20T12:00:10Z" });
    expect(
      await update(shopDomain, { name: "Older", currency: "EUR", updated_at: "2026-11-20T12:00:09Z" }),
    ).toEqual(OLDER);
    expect(await facts(id)).toEqual(["Newer", "USD", "America/New_York", at(10)]);
    expect(await figureDays(db(), id)).toHaveLength(2);
    await update(shopDomain, { name: "Newest", updated_at: "2026-11-20T07:00:11-05:00" });
    expect((await facts(id))[0]).toBe("Newest");
    const before = await everyRow(db());
    expect(await update(shopDomain, { name: "Newest", updated_at: "2026-11-20T07:00:11-05:00" })).toBe(
      "done",
    );
    expect(await everyRow(db())).toBe(before);
  });

  it("is skipped when its payload names another shop than its header", async () => {
    const { id, shopDomain } = await newShop();
    const foreign = await update(shopDomain, { name: "Theirs", myshopify_domain: "other.myshopify.com" });
    expect(foreign).toMatchObject({ skipped: expect.any(String) });
    expect((await facts(id))[0]).toBe("Before");
  });

  it.each([
    [{ currency: "dollars, secret" }, /^currency: /],
    [{ currency: undefined }, /^currency: /],
    [{ name: 5 }, /^name: /],
    [{ updated_at: "secret yesterday" }, /^updated_at: /],
    [{ myshopify_domain: 7 }, /^myshopify_domain: /],
  ])("is refused for %o with the field's name and without its value", async (changes, message) => {
    const { shopDomain } = await newShop();
    const error: unknown = await update(shopDomain, changes).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "PAYLOAD_INVALID", message: expect.stringMatching(message) });
    expect((error as Error).message).not.toContain("secret");
  });
});

eachDatabase("app/scopes_update", ({ db }) => {
  let shops = 0;
  const newShop = async (changes = {}) => {
    const store = await insertStore(db(), `scopes-${++shops}`, { scopes: "read_orders", ...changes });
    await insertSession(db(), store.shopDomain);
    return store;
  };
  const update = (shop: string, changes: object = {}) =>
    handle(db(), shop, "app/scopes_update", sample("app/scopes_update", { ...changes }));
  const scopes = async (shop: string) => {
    const [store, session] = await Promise.all([
      db().store.findUniqueOrThrow({ where: { shopDomain: shop } }),
      db().session.findFirst({ where: { shop } }),
    ]);
    return [store.scopes, session?.scope];
  };

  it("with Shopify's sample updates the store and its session, and no other shop", async () => {
    const [{ shopDomain }, other] = [await newShop(), await newShop()];
    expect(await update(shopDomain)).toBe("done");
    expect(await scopes(shopDomain)).toEqual([
      "read_products,write_products",
      "read_products,write_products",
    ]);
    expect(await scopes(other.shopDomain)).toEqual(["read_orders", "read_orders"]);
  });

  it("changes no row when repeated, is skipped when it is older, and applied when it is newer", async () => {
    const { shopDomain } = await newShop();
    await update(shopDomain);
    const before = await everyRow(db());
    expect(await update(shopDomain)).toBe("done");
    expect(
      await update(shopDomain, { current: ["read_themes"], updated_at: "2024-06-24T23:59:59.999Z" }),
    ).toEqual(OLDER);
    expect(await everyRow(db())).toBe(before);
    expect(await update(shopDomain, { current: [], updated_at: "2024-06-25T00:00:00.001Z" })).toBe("done");
    expect(await scopes(shopDomain)).toEqual(["", ""]);
  });

  it("is skipped when it is older than the installation", async () => {
    const { shopDomain } = await newShop({ installedAt: new Date("2024-06-25T00:00:00.001Z") });
    expect(await update(shopDomain)).toEqual(OLDER);
    expect(await scopes(shopDomain)).toEqual(["read_orders", "read_orders"]);
  });

  it("updates a session without a scope, and no online session", async () => {
    const { shopDomain: shop } = await newShop();
    await db().session.updateMany({ where: { shop }, data: { scope: null } });
    await insertSession(db(), shop, { id: `online_${shop}`, isOnline: true, scope: "read_orders" });
    await update(shop);
    const sessions = await db().session.findMany({ where: { shop }, orderBy: { id: "asc" } });
    expect(sessions.map(({ scope }) => scope)).toEqual(["read_products,write_products", "read_orders"]);
  });

  it("is dated by X-Shopify-Triggered-At when its payload has no instant", async () => {
    const { shopDomain } = await newShop();
    await update(shopDomain, { updated_at: undefined });
    const store = await db().store.findUniqueOrThrow({ where: { shopDomain } });
    expect(store.scopesUpdatedAt).toEqual(new Date("2026-11-20T12:00:00.000Z"));
  });

  it.each([
    [{ current: "read_orders" }],
    [{ current: [5] }],
    [{ current: ["read orders; secret"] }],
    [{ current: undefined }],
  ])("is refused for %o with the field's name and without its value", async (changes) => {
    const { shopDomain } = await newShop();
    const error: unknown = await update(shopDomain, changes).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "PAYLOAD_INVALID", message: expect.stringMatching(/^current/) });
    expect((error as Error).message).not.toContain("secret");
  });
});
