/** The registry against the local admin's Admin API, which checks every document against Shopify's own schema. */
import { beforeEach, describe, expect, it } from "vitest";
import { auditRegistry, registerOnce, syncRegistry } from "~/features/webhooks/registry.server";
import { WebhookRegistryRepository } from "~/features/webhooks/webhook-registry.repository.server";
import type { Admin } from "~/platform/shopify/shopify.server";
import type { LocalAdmin } from "../../../dev/local-admin/server";
import { SHOP } from "../../dev/support/catalogue";
import { exchangeToken, localAdmin, postGraphql } from "../../dev/support/local-admin";
import { eachDatabase } from "../../support/databases";

const NOW = new Date("2026-11-16T15:00:00.000Z");
const DOOR = "https://app.test/webhooks";
const OLD = "https://old.test/webhooks";

/** What an installed app asks with; `fail` stands for a network that is down for documents like it. */
async function adminOfShop(local: LocalAdmin, fail?: RegExp): Promise<Admin> {
  const { access_token } = await exchangeToken(local);
  return {
    graphql: async (query: string, options?: { variables?: object }) => {
      if (fail?.test(query)) throw new TypeError("fetch failed");
      return postGraphql(local, { query, variables: options?.variables }, access_token);
    },
  } as unknown as Admin;
}

eachDatabase("the registry", ({ db }) => {
  let storeId: string;
  beforeEach(async () => {
    await db().store.deleteMany();
    storeId = (await db().store.create({ data: { shopDomain: SHOP, onboardingFlags: {} } })).id;
  });

  const context = (admin: Admin, changes: object = {}) => ({
    ...{ store: { id: storeId, shopDomain: SHOP }, admin, appUrl: "https://app.test", now: NOW },
    expected: ["orders/create", "orders/updated", "products/update", "shop/redact"],
    declared: [
      { topic: "orders/create", uri: "/webhooks" },
      { topic: "shop/redact", uri: "/webhooks" },
    ],
    ...changes,
  });
  const rows = async () => new WebhookRegistryRepository(db(), SHOP, storeId).list();
  const rowOf = async (topicKey: string) => (await rows()).find((row) => row.topicKey === topicKey);

  it("registers missing, updates stale and removes surplus subscriptions, and records each", async () => {
    const local = await localAdmin();
    const { subscriptions } = local.state(SHOP);
    subscriptions.create("ORDERS_CREATE", { uri: DOOR }, NOW);
    subscriptions.create("ORDERS_UPDATED", { uri: OLD }, NOW);
    subscriptions.create("THEMES_PUBLISH", { uri: DOOR }, NOW);
    const result = await syncRegistry(db(), context(await adminOfShop(local)));
    expect(result.failed).toEqual([]);
    expect(result.done.map(({ operation, topicKey }) => `${operation} ${topicKey}`).sort()).toEqual([
      "REFRESH ORDERS_UPDATED",
      "REGISTER PRODUCTS_UPDATE",
      "REMOVE ORDERS_CREATE",
      "REMOVE THEMES_PUBLISH",
    ]);
    expect(subscriptions.all.map(({ topic, uri }) => [topic, uri]).sort()).toEqual([
      ["ORDERS_UPDATED", DOOR],
      ["PRODUCTS_UPDATE", DOOR],
    ]);
    expect(result.topics.map(({ topic, state }) => [topic, state])).toEqual([
      ["orders/create", "declared"],
      ["orders/updated", "registered"],
      ["products/update", "registered"],
      ["shop/redact", "declared"],
    ]);
    const done = { handshakeResult: "SUCCESS", handshakeDetail: null, lastHandshakeAt: NOW, recordedAt: NOW };
    expect(await rowOf("PRODUCTS_UPDATE")).toMatchObject({
      ...done,
      operation: "REGISTER",
      callbackUrl: DOOR,
    });
    expect(await rowOf("ORDERS_UPDATED")).toMatchObject({ ...done, operation: "REFRESH", callbackUrl: DOOR });
    expect(await rowOf("ORDERS_CREATE")).toMatchObject({ ...done, operation: "REMOVE" });
    expect(await rowOf("THEMES_PUBLISH")).toMatchObject({ ...done, operation: "REMOVE", callbackUrl: null });
    // Shopify was not asked about what it does not list.
    expect(await rowOf("SHOP_REDACT")).toMatchObject({
      operation: "REGISTER",
      handshakeResult: null,
      lastHandshakeAt: null,
    });
  });

  it("changes nothing when it is repeated", async () => {
    const local = await localAdmin();
    const admin = await adminOfShop(local);
    await syncRegistry(db(), context(admin));
    const before = structuredClone(local.state(SHOP).subscriptions.all);
    const again = await syncRegistry(db(), context(admin));
    expect([again.done, again.failed]).toEqual([[], []]);
    expect(local.state(SHOP).subscriptions.all).toEqual(before);
  });

  it("records no handshake for a subscription that it only read", async () => {
    const local = await localAdmin();
    local.state(SHOP).subscriptions.create("ORDERS_UPDATED", { uri: DOOR }, NOW);
    await syncRegistry(db(), context(await adminOfShop(local)));
    expect(await rowOf("ORDERS_UPDATED")).toMatchObject({
      handshakeResult: null,
      handshakeDetail: "Shopify lists a subscription to it",
      lastHandshakeAt: null,
    });
  });

  it("only reads in an audit", async () => {
    const local = await localAdmin();
    const audit = await auditRegistry(context(await adminOfShop(local)));
    expect(audit.topics.filter(({ state }) => state === "missing")).toHaveLength(2);
    expect(local.state(SHOP).subscriptions.all).toEqual([]);
    expect(await rows()).toEqual([]);
  });

  it("records Shopify's refusal of one subscription, and continues with the others", async () => {
    const local = await localAdmin();
    const plainHttp = context(await adminOfShop(local), { appUrl: "http://app.test" });
    local.state(SHOP).subscriptions.create("THEMES_PUBLISH", { uri: DOOR }, NOW);
    const { done, failed } = await syncRegistry(db(), plainHttp);
    expect(failed.map(({ topicKey }) => topicKey)).toEqual(["ORDERS_UPDATED", "PRODUCTS_UPDATE"]);
    expect(done.map(({ topicKey }) => topicKey)).toEqual(["THEMES_PUBLISH"]);
    expect(await rowOf("ORDERS_UPDATED")).toMatchObject({
      handshakeResult: "FAILURE",
      handshakeDetail: "Address protocol http:// is not supported",
    });
  });

  it("records a network failure of one operation, and continues with the others", async () => {
    const local = await localAdmin();
    local.state(SHOP).subscriptions.create("ORDERS_UPDATED", { uri: OLD }, NOW);
    const { done, failed } = await syncRegistry(db(), context(await adminOfShop(local, /RegisterWebhook/)));
    expect(done.map(({ topicKey }) => topicKey)).toEqual(["ORDERS_UPDATED"]);
    expect(failed).toMatchObject([{ topicKey: "PRODUCTS_UPDATE", detail: expect.any(String) }]);
  });

  it("reads every page of a long list", async () => {
    const local = await localAdmin();
    for (let i = 0; i < 230; i++)
      local.state(SHOP).subscriptions.create("THEMES_PUBLISH", { uri: `https://app.test/${i}` }, NOW);
    const { topics } = await auditRegistry(context(await adminOfShop(local)));
    expect(topics.find(({ topicKey }) => topicKey === "THEMES_PUBLISH")?.subscriptions).toHaveLength(230);
    expect(local.graphqlLog).toHaveLength(3);
  });

  it("waits for the missing points when it is throttled", async () => {
    const local = await localAdmin();
    const admin = await adminOfShop(local);
    const { throttle } = local.state(SHOP);
    throttle.take(throttle.maximumAvailable);
    const startedAt = performance.now();
    await auditRegistry(context(admin));
    expect(local.graphqlLog.filter(({ errors }) => errors).length).toBeGreaterThan(0);
    expect(local.graphqlLog.at(-1)?.errors).toBeNull();
    // A whole bucket would take twenty seconds.
    expect(performance.now() - startedAt).toBeLessThan(15_000);
  });

  it("fails with UNAUTHORIZED for a revoked token, and writes nothing", async () => {
    const local = await localAdmin();
    const admin = await adminOfShop(local);
    local.tokens.revokeShop(SHOP);
    await expect(syncRegistry(db(), context(admin))).rejects.toMatchObject({
      name: "AdminApiError",
      code: "UNAUTHORIZED",
    });
    expect(await rows()).toEqual([]);
  });

  describe("after an installation", () => {
    it("is made once, as its rows record", async () => {
      const local = await localAdmin();
      const admin = await adminOfShop(local);
      expect(await registerOnce(db(), context(admin))).toBe("registered");
      expect(await rows()).toHaveLength(4);
      const asked = local.graphqlLog.length;
      expect(await registerOnce(db(), context(admin))).toBe("already");
      expect(local.graphqlLog).toHaveLength(asked);
    });

    it("does not fail the installation when Shopify does not answer, and is made at the next attempt", async () => {
      const local = await localAdmin();
      expect(await registerOnce(db(), context(await adminOfShop(local, /./)))).toBe("failed");
      expect(await registerOnce(db(), context(await adminOfShop(local)))).toBe("registered");
    });
  });
});

describe("a registry of declared topics alone", () => {
  it("plans no change at Shopify", async () => {
    const local = await localAdmin();
    const admin = await adminOfShop(local);
    const { topics } = await auditRegistry({
      ...{ admin, appUrl: "https://app.test", now: NOW, expected: ["orders/create"] },
      declared: [{ topic: "orders/create", uri: "/webhooks" }],
    });
    expect(topics.flatMap(({ steps }) => steps)).toEqual([]);
  });
});
