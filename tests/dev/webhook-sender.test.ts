import { createHmac } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { describe, expect, it } from "vitest";
import { SHOP } from "./support/catalogue";
import { adminApi, APP, listening, localAdmin } from "./support/local-admin";

type Received = { url: string; headers: IncomingHttpHeaders; body: string };

/** An app that writes down what it is sent and answers with the statuses given, the last one for ever. */
async function appThat(answers: number[] = [200]) {
  const received: Received[] = [];
  const appOrigin = await listening(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    received.push({ url: req.url ?? "", headers: req.headers, body: Buffer.concat(chunks).toString() });
    const status = answers.length > 1 ? answers.shift()! : answers[0]!;
    res.writeHead(status, status === 302 ? { location: "/elsewhere" } : {}).end();
  });
  return { received, admin: await localAdmin({ appOrigin }) };
}

describe("a webhook of the local admin", () => {
  it("is signed over its raw body and carries Shopify's headers", async () => {
    const { received, admin } = await appThat();
    const triggeredAt = new Date("2026-11-16T15:00:00Z");
    const [outcome] = await admin.sendWebhook({ shop: SHOP, topic: "orders/create", triggeredAt });
    const [{ url, headers, body }] = received as [Received];
    expect(url).toBe("/webhooks");
    expect(headers).toMatchObject({
      "content-type": "application/json",
      "x-shopify-topic": "orders/create",
      "x-shopify-shop-domain": SHOP,
      "x-shopify-api-version": "2026-07",
      "x-shopify-triggered-at": "2026-11-16T15:00:00.000Z",
      "x-shopify-webhook-id": outcome!.webhookId,
      "x-shopify-event-id": outcome!.eventId,
      "x-shopify-hmac-sha256": createHmac("sha256", APP.apiSecret).update(body).digest("base64"),
    });
    expect(outcome).toMatchObject({ status: 200, attempts: 1 });
    expect(JSON.parse(body)).toMatchObject({
      id: 1012,
      admin_graphql_api_id: "gid://shopify/Order/1012",
      name: "#1012",
      total_price: "115.60",
      financial_status: "pending",
      customer: { id: 1, email: "ada@example.test" },
      line_items: [{ sku: "BL-1-1", quantity: 2, price: "49.90", total_discount: "5.00" }],
    });
  });

  it("can be signed with another secret, as while one is being rotated", async () => {
    const { received, admin } = await appThat();
    await admin.sendWebhook({ shop: SHOP, topic: "shop/update", secret: "the previous secret" });
    const [{ headers, body }] = received as [Received];
    const hmac = createHmac("sha256", "the previous secret").update(body).digest("base64");
    expect(headers["x-shopify-hmac-sha256"]).toBe(hmac);
  });

  it("is repeated with the same ids and the same bytes when duplicates are asked for", async () => {
    const { received, admin } = await appThat();
    await admin.sendWebhook({
      shop: SHOP,
      topic: "orders/updated",
      duplicates: 2,
      webhookId: "w-1",
      eventId: "e-1",
    });
    expect(received).toHaveLength(3);
    for (const { headers, body } of received) {
      expect(headers).toMatchObject({ "x-shopify-webhook-id": "w-1", "x-shopify-event-id": "e-1" });
      expect(body).toBe(received[0]!.body);
    }
  });

  it("has its own id and instant in a series, and the newest is sent first when outOfOrder is set", async () => {
    const { received, admin } = await appThat();
    const triggeredAt = new Date("2026-11-16T15:00:00Z");
    await admin.sendWebhook({
      shop: SHOP,
      topic: "orders/updated",
      events: 3,
      outOfOrder: true,
      triggeredAt,
    });
    const instants = received.map(({ headers }) => headers["x-shopify-triggered-at"]);
    expect(instants).toEqual([
      "2026-11-16T15:00:02.000Z",
      "2026-11-16T15:00:01.000Z",
      "2026-11-16T15:00:00.000Z",
    ]);
    expect(new Set(received.map(({ headers }) => headers["x-shopify-webhook-id"])).size).toBe(3);
    expect(JSON.parse(received[0]!.body).updated_at).toBe("2026-11-16T15:00:02.000Z");
  });

  it("is retried with the same id until the app answers 2xx", async () => {
    const { received, admin } = await appThat([503, 302, 200]);
    const [outcome] = await admin.sendWebhook({
      shop: SHOP,
      topic: "shop/update",
      retries: 8,
      retryDelayMs: 1,
    });
    expect(outcome).toMatchObject({ status: 200, attempts: 3 });
    expect(new Set(received.map(({ headers }) => headers["x-shopify-webhook-id"])).size).toBe(1);
  });

  it("reports a failure as its outcome and does not throw", async () => {
    const { admin } = await appThat([401]);
    const [refused] = await admin.sendWebhook({ shop: SHOP, topic: "shop/update" });
    expect(refused).toMatchObject({ status: 401, attempts: 1, error: expect.any(String) });
    const closed = await localAdmin();
    const [unreachable] = await closed.sendWebhook({ shop: SHOP, topic: "shop/update" });
    expect(unreachable).toMatchObject({ status: 502 });
  });

  it("is sent to the subscriptions of its topic in the Admin API when there are any", async () => {
    const { received, admin } = await appThat();
    const ask = await adminApi(admin);
    const input = { uri: `${admin.tunnelOrigin}/hooks/orders`, name: "orders" };
    await ask(
      "mutation($input: WebhookSubscriptionInput!) { webhookSubscriptionCreate(topic: ORDERS_CREATE, webhookSubscription: $input) { userErrors { message } } }",
      { input },
    );
    await admin.sendWebhook({ shop: SHOP, topic: "orders/create" });
    await admin.sendWebhook({ shop: SHOP, topic: "orders/updated" });
    expect(received.map(({ url }) => url)).toEqual(["/hooks/orders", "/webhooks"]);
    expect(received[0]!.headers["x-shopify-name"]).toBe("orders");
  });
});

describe("the payload of a local webhook", () => {
  it.each([
    ["refunds/create", { id: 3, order_id: 1003, refund_line_items: [{ line_item_id: 30, quantity: 1 }] }],
    ["fulfillments/update", { id: 4, order_id: 1004, status: "success", shipment_status: "in_transit" }],
    ["products/update", { id: 1, variants: [{ sku: "BL-1-1", inventory_quantity: 5 }, { sku: "BL-1-2" }] }],
    ["inventory_levels/update", { inventory_item_id: 101, location_id: 1, available: 5 }],
    ["app/uninstalled", { id: 7, myshopify_domain: SHOP }],
    ["app/scopes_update", { previous: expect.arrayContaining(["read_orders"]), current: expect.any(Array) }],
    [
      "customers/data_request",
      { shop_domain: SHOP, customer: { id: 1 }, orders_requested: expect.arrayContaining([1001]) },
    ],
    [
      "customers/redact",
      { shop_domain: SHOP, customer: { id: 1 }, orders_to_redact: expect.arrayContaining([1012]) },
    ],
    ["shop/redact", { shop_id: 7, shop_domain: SHOP }],
  ])("has Shopify's shape for %s", async (topic, expected) => {
    const { received, admin } = await appThat();
    await admin.sendWebhook({ shop: SHOP, topic });
    expect(JSON.parse(received[0]!.body)).toMatchObject(expected);
  });

  it("describes the object that a gid names, or is the given payload unchanged", async () => {
    const { received, admin } = await appThat();
    await admin.sendWebhook({ shop: SHOP, topic: "orders/create", gid: "gid://shopify/Order/1002" });
    await admin.sendWebhook({ shop: SHOP, topic: "orders/create", payload: { id: 1 } });
    expect(received.map(({ body }) => JSON.parse(body).id)).toEqual([1002, 1]);
  });
});

describe("POST /shops/:shop/webhooks of the local admin", () => {
  const post = (origin: string, body: object, shop = SHOP) =>
    fetch(`${origin}/shops/${shop}/webhooks`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });

  it("sends the requested webhooks and answers with their outcomes", async () => {
    const { received, admin } = await appThat();
    const response = await post(admin.origin, { topic: "orders/updated", events: 2, duplicates: 1 });
    const { outcomes } = (await response.json()) as { outcomes: object[] };
    expect(outcomes).toHaveLength(4);
    expect(received).toHaveLength(4);
  });

  it("answers 400 without a topic and 404 for an unknown shop", async () => {
    const { admin } = await appThat();
    expect((await post(admin.origin, {})).status).toBe(400);
    expect((await post(admin.origin, { topic: "shop/update" }, "other.myshopify.com")).status).toBe(404);
  });
});
