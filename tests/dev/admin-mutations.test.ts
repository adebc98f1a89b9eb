import { describe, expect, it } from "vitest";
import { eventually } from "../support/eventually";
import { SHOP } from "./support/catalogue";
import { adminApi, listening, localAdmin } from "./support/local-admin";

const CREATE = `mutation($topic: WebhookSubscriptionTopic!, $input: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $input) {
    webhookSubscription { id topic uri } userErrors { field message } } }`;

describe("the webhook subscriptions of the local Admin API", () => {
  it("are created, listed, counted, changed and deleted", async () => {
    const ask = await adminApi(await localAdmin());
    const created = await ask(CREATE, {
      topic: "ORDERS_CREATE",
      input: { uri: "https://app.test/webhooks" },
    });
    const { id } = created.data.webhookSubscriptionCreate.webhookSubscription;
    const update = `mutation($id: ID!) { webhookSubscriptionUpdate(id: $id, webhookSubscription: {uri: "https://app.test/two"}) {
      webhookSubscription { uri } userErrors { message } } }`;
    await ask(update, { id });
    const listed = await ask(
      "{webhookSubscriptions(first: 10){nodes{id topic uri}} webhookSubscriptionsCount{count}}",
    );
    expect(listed.data).toEqual({
      webhookSubscriptions: { nodes: [{ id, topic: "ORDERS_CREATE", uri: "https://app.test/two" }] },
      webhookSubscriptionsCount: { count: 1 },
    });
    const remove =
      "mutation($id: ID!) { webhookSubscriptionDelete(id: $id) { deletedWebhookSubscriptionId userErrors { message } } }";
    expect((await ask(remove, { id })).data.webhookSubscriptionDelete.deletedWebhookSubscriptionId).toBe(id);
    expect((await ask(remove, { id })).data.webhookSubscriptionDelete.userErrors).toHaveLength(1);
  });

  it.each(["http://app.test/webhooks", "not a url"])("refuse the address %s", async (uri) => {
    const ask = await adminApi(await localAdmin());
    const answer = await ask(CREATE, { topic: "ORDERS_CREATE", input: { uri } });
    expect(answer.data.webhookSubscriptionCreate).toEqual({
      webhookSubscription: null,
      userErrors: [{ field: ["webhookSubscription", "callbackUrl"], message: expect.any(String) }],
    });
  });

  it("refuse the same address for the same topic twice", async () => {
    const ask = await adminApi(await localAdmin());
    const input = { uri: "https://app.test/webhooks" };
    await ask(CREATE, { topic: "ORDERS_CREATE", input });
    const again = await ask(CREATE, { topic: "ORDERS_CREATE", input });
    expect(again.data.webhookSubscriptionCreate).toEqual({
      webhookSubscription: null,
      userErrors: [{ field: ["webhookSubscription", "callbackUrl"], message: expect.any(String) }],
    });
    const other = await ask(CREATE, { topic: "ORDERS_UPDATED", input });
    expect(other.data.webhookSubscriptionCreate.userErrors).toEqual([]);
  });
});

describe("the mutation tagsAdd", () => {
  it("tags the order and sends orders/updated to the app", async () => {
    const topics: unknown[] = [];
    const appOrigin = await listening((req, res) => {
      topics.push(req.headers["x-shopify-topic"]);
      res.end();
    });
    const admin = await localAdmin({ appOrigin });
    const ask = await adminApi(admin);
    const answer = await ask(
      'mutation { tagsAdd(id: "gid://shopify/Order/1001", tags: ["hold", "hold"]) { node { id } userErrors { message } } }',
    );
    expect(answer.data.tagsAdd).toEqual({ node: { id: "gid://shopify/Order/1001" }, userErrors: [] });
    expect(admin.shop(SHOP).orders[0]!.tags).toEqual(["hold"]);
    await eventually(() => expect(topics).toEqual(["orders/updated"]));
  });
});

describe("a bulk operation of the local Admin API", () => {
  const RUN = `mutation($query: String!) { bulkOperationRunQuery(query: $query) {
    bulkOperation { id status } userErrors { field message code } } }`;

  it("writes a JSONL file in which children name their parents, and sends the app a webhook at its end", async () => {
    const finished: unknown[] = [];
    const appOrigin = await listening(async (req, res) => {
      const chunks: Buffer[] = [];
      for await (const chunk of req) chunks.push(chunk as Buffer);
      finished.push(JSON.parse(Buffer.concat(chunks).toString()));
      res.end();
    });
    const ask = await adminApi(await localAdmin({ appOrigin }));
    const query =
      '{ orders(query: "name:#1003 OR name:#1004") { edges { node { id name lineItems { edges { node { id sku } } } refunds { id } } } } }';
    const { bulkOperation } = (await ask(RUN, { query })).data.bulkOperationRunQuery;
    expect(bulkOperation.status).toBe("CREATED");

    await eventually(() => expect(finished).toHaveLength(1));
    expect(finished[0]).toMatchObject({
      admin_graphql_api_id: bulkOperation.id,
      status: "completed",
      type: "query",
      error_code: null,
    });
    const poll =
      "query($id: ID!) { bulkOperation(id: $id) { status url objectCount rootObjectCount fileSize } }";
    const done = (await ask(poll, { id: bulkOperation.id })).data.bulkOperation;
    expect(done).toMatchObject({ status: "COMPLETED", objectCount: "4", rootObjectCount: "2" });
    const text = await (await fetch(done.url)).text();
    expect(Buffer.byteLength(text)).toBe(Number(done.fileSize));
    expect(
      text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { id: "gid://shopify/Order/1003", name: "#1003", refunds: [{ id: "gid://shopify/Refund/3" }] },
      { id: "gid://shopify/LineItem/30", sku: "BL-1-1", __parentId: "gid://shopify/Order/1003" },
      { id: "gid://shopify/Order/1004", name: "#1004", refunds: [] },
      { id: "gid://shopify/LineItem/40", sku: "BL-1-1", __parentId: "gid://shopify/Order/1004" },
    ]);
  });

  it("has no file when nothing matches", async () => {
    const ask = await adminApi(await localAdmin());
    const query = '{ orders(query: "name:none") { edges { node { id } } } }';
    const { bulkOperation } = (await ask(RUN, { query })).data.bulkOperationRunQuery;
    const poll = "query($id: ID!) { bulkOperation(id: $id) { status url } }";
    await eventually(async () =>
      expect((await ask(poll, { id: bulkOperation.id })).data.bulkOperation).toEqual({
        status: "COMPLETED",
        url: null,
      }),
    );
  });

  it.each(["{ shop { name } }", "{ orders { edges { node { colour } } } }", "{ orders {"])(
    "is refused as INVALID for the query %s",
    async (query) => {
      const ask = await adminApi(await localAdmin());
      const payload = (await ask(RUN, { query })).data.bulkOperationRunQuery;
      expect(payload.bulkOperation).toBeNull();
      expect(payload.userErrors).toEqual([
        { field: ["query"], code: "INVALID", message: expect.any(String) },
      ]);
    },
  );
});
