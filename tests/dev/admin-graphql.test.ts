import { describe, expect, it } from "vitest";
import { Throttle } from "../../dev/local-admin/graphql/throttle";
import { SHOP } from "./support/catalogue";
import { adminApi, exchangeToken, localAdmin, postGraphql, type GraphqlAnswer } from "./support/local-admin";

describe("the access check of the local Admin API", () => {
  it("answers 401 without a token, with an unknown token and with an expired one", async () => {
    const admin = await localAdmin({ expiresIn: 0 });
    const { access_token } = await exchangeToken(admin);
    for (const token of ["", "shpat_unknown", access_token]) {
      const response = await postGraphql(admin, { query: "{shop{name}}" }, token);
      expect(response.status).toBe(401);
      expect(await response.json()).toEqual({ errors: expect.any(String) });
    }
  });

  it("answers 404 to any version but 2026-07", async () => {
    const admin = await localAdmin();
    const { access_token } = await exchangeToken(admin);
    const response = await postGraphql(admin, { query: "{shop{name}}" }, access_token, "2025-01");
    expect(response.status).toBe(404);
  });

  it("denies a field outside the granted scopes and answers the rest of the query", async () => {
    const admin = await localAdmin();
    admin.shop(SHOP).accessScopes = ["read_products"];
    const answer = await (await adminApi(admin))('{shop{name} order(id:"gid://shopify/Order/1001"){id}}');
    expect(answer.data).toEqual({ shop: { name: "North Pine" }, order: null });
    expect(answer.errors?.[0]?.extensions).toMatchObject({ code: "ACCESS_DENIED" });
  });
});

describe("a document sent to the local Admin API", () => {
  it("is validated against the official schema, with Shopify's error codes and wording", async () => {
    const ask = await adminApi(await localAdmin());
    const answer = await ask("{shop{nom}}");
    expect(answer.data).toBeUndefined();
    expect(answer.errors?.[0]).toMatchObject({
      message: "Field 'nom' doesn't exist on type 'Shop'",
      extensions: { code: "undefinedField", typeName: "Shop", fieldName: "nom" },
    });
    expect((await ask("{shop{name")).errors?.[0]?.message).toMatch(/^syntax error/);
    expect((await ask("{shop(id:1){name}}")).errors?.[0]?.extensions).toMatchObject({
      code: "argumentNotAccepted",
      name: "shop",
      argumentName: "id",
    });
    expect((await ask("{order{id}}")).errors?.[0]?.extensions).toMatchObject({
      code: "missingRequiredArguments",
      name: "order",
      arguments: "id",
    });
  });

  it("may use deprecated fields", async () => {
    const answer = await (await adminApi(await localAdmin()))("{currentBulkOperation{id}}");
    expect(answer.errors).toBeUndefined();
  });

  it("gets an error for a field that the local shop does not hold, and not only null", async () => {
    const answer = await (await adminApi(await localAdmin()))("{shop{description name}}");
    expect(answer.errors?.[0]).toMatchObject({
      message: expect.stringContaining("Shop.description"),
      extensions: { code: "NOT_HELD_LOCALLY" },
    });
    expect(answer.data.shop).toEqual({ description: null, name: "North Pine" });
  });

  it("may use variables, fragments and unions", async () => {
    const ask = await adminApi(await localAdmin());
    const answer = await ask(
      `query($id: ID!) { node(id: $id) { __typename ...on Order { name ...Money } } }
       fragment Money on Order { totalPriceSet { shopMoney { amount currencyCode } } totalRefundedSet { shopMoney { amount } } }`,
      { id: "gid://shopify/Order/1003" },
    );
    // 2 × 49.90 − 5.00 + 4.90 shipping + 15.90 tax
    expect(answer.data.node).toEqual({
      __typename: "Order",
      name: "#1003",
      totalPriceSet: { shopMoney: { amount: "115.60", currencyCode: "EUR" } },
      totalRefundedSet: { shopMoney: { amount: "49.90" } },
    });
  });

  it("sees what a test changed in the shop", async () => {
    const admin = await localAdmin();
    admin.shop(SHOP).shop.name = "South Pine";
    expect((await (await adminApi(admin))("{shop{name}}")).data.shop.name).toBe("South Pine");
  });

  it("is logged with its variables, errors and cost", async () => {
    const admin = await localAdmin();
    await (
      await adminApi(admin)
    )("{shop{name}}", { unused: 1 });
    expect(admin.graphqlLog).toEqual([
      {
        shop: SHOP,
        query: "{shop{name}}",
        variables: { unused: 1 },
        errors: null,
        cost: expect.objectContaining({ requestedQueryCost: 1 }),
      },
    ]);
  });
});

describe("a list of the local Admin API", () => {
  const PAGE = `query($after: String, $before: String, $first: Int, $last: Int, $reverse: Boolean) {
    orders(first: $first, last: $last, after: $after, before: $before, sortKey: UPDATED_AT, reverse: $reverse) {
      nodes { name } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;

  it.each([false, true])(
    "is paged to the end and back without a gap or a repeat (reverse: %s)",
    async (reverse) => {
      const ask = await adminApi(await localAdmin());
      const names = (answer: GraphqlAnswer): string[] =>
        answer.data.orders.nodes.map((node: { name: string }) => node.name);
      const forth: string[] = [];
      let page = await ask(PAGE, { first: 5, reverse });
      for (;;) {
        forth.push(...names(page));
        if (!page.data.orders.pageInfo.hasNextPage) break;
        page = await ask(PAGE, { first: 5, after: page.data.orders.pageInfo.endCursor, reverse });
      }
      const all = Array.from({ length: 12 }, (_, i) => `#${1001 + i}`);
      expect(forth).toEqual(reverse ? all.reverse() : all);

      const back: string[] = names(page);
      while (page.data.orders.pageInfo.hasPreviousPage) {
        page = await ask(PAGE, { last: 5, before: page.data.orders.pageInfo.startCursor, reverse });
        back.unshift(...names(page));
      }
      expect(back).toEqual(forth);
    },
  );

  it("continues at the cursor when an order was added before it", async () => {
    const admin = await localAdmin();
    const ask = await adminApi(admin);
    const first = await ask(PAGE, { first: 5 });
    const [order] = admin.shop(SHOP).orders;
    admin.shop(SHOP).orders.unshift({
      ...order!,
      id: "gid://shopify/Order/1",
      name: "#1",
      updatedAt: "2026-10-01T00:00:00Z",
    });
    const next = await ask(PAGE, { first: 1, after: first.data.orders.pageInfo.endCursor });
    expect(next.data.orders.nodes).toEqual([{ name: "#1006" }]);
  });

  it.each([
    ["created_at:>='2026-11-05T09:00:00Z' created_at:<2026-11-07T00:00:00Z", ["#1005", "#1006"]],
    ["updated_at:>2026-11-11T10:00:00+01:00", ["#1012"]],
    ["financial_status:paid AND risk_level:high", ["#1005"]],
    ["fulfillment_status:fulfilled", ["#1004"]],
    ["name:#1002 OR name:1003", ["#1002", "#1003"]],
    ["tag:review -financial_status:pending", ["#1005"]],
    ["id:>1011", ["#1012"]],
  ])("finds orders by %s", async (query, names) => {
    const ask = await adminApi(await localAdmin());
    const answer = await ask("query($q: String) { orders(first: 50, query: $q) { nodes { name } } }", {
      q: query,
    });
    expect(answer.data.orders.nodes.map((node: { name: string }) => node.name)).toEqual(names);
    expect(answer.extensions.search).toBeUndefined();
  });

  it("warns of a filter that does not exist", async () => {
    const answer = await (
      await adminApi(await localAdmin())
    )('{orders(first: 1, query: "colour:red"){nodes{id}}}');
    expect(answer.extensions.search).toEqual([
      expect.objectContaining({ warnings: [expect.objectContaining({ field: "colour" })] }),
    ]);
  });

  it("refuses a page without a size, a page of more than 250 and an invalid cursor", async () => {
    const ask = await adminApi(await localAdmin());
    for (const args of ["", "(first: 251)", '(first: 1, after: "abc")'])
      expect((await ask(`{orders${args}{nodes{id}}}`)).errors).toMatchObject([{ path: ["orders"] }]);
  });
});

describe("the cost limit of the local Admin API", () => {
  it("counts objects, connections and pages before the query, and the returned ones after it", async () => {
    const ask = await adminApi(await localAdmin());
    const { cost } = (await ask("{orders(first: 50){nodes{id lineItems(first: 10){edges{node{id}}}}}}"))
      .extensions;
    // 2 + 50 × (1 + 2 + 10 × 1), and 2 + 12 × (1 + 2 + 1)
    expect(cost).toMatchObject({ requestedQueryCost: 652, actualQueryCost: 50 });
  });

  it("counts ten for a mutation", async () => {
    const ask = await adminApi(await localAdmin());
    const answer = await ask(
      'mutation{webhookSubscriptionDelete(id:"gid://shopify/WebhookSubscription/1"){deletedWebhookSubscriptionId}}',
    );
    expect(answer.extensions.cost.requestedQueryCost).toBe(11);
  });

  it("refuses a query over 1000 points without running it", async () => {
    const ask = await adminApi(await localAdmin());
    const answer = await ask("{orders(first: 250){nodes{lineItems(first: 5){nodes{id}}}}}");
    expect(answer.errors?.[0]?.extensions).toMatchObject({
      code: "MAX_COST_EXCEEDED",
      cost: 2002,
      maxCost: 1000,
    });
  });

  it("answers THROTTLED with HTTP 200 while the bucket is empty, and runs queries again once it has refilled", async () => {
    const admin = await localAdmin();
    const ask = await adminApi(admin);
    let now = 0;
    admin.state(SHOP).throttle = new Throttle(100, 50, () => now);
    admin.state(SHOP).throttle.take(95);
    const refused = await ask("{products(first: 20){nodes{id}}}");
    expect(refused.errors?.[0]?.extensions).toMatchObject({ code: "THROTTLED" });
    expect(refused.extensions.cost).toMatchObject({
      actualQueryCost: null,
      throttleStatus: { maximumAvailable: 100, currentlyAvailable: 5, restoreRate: 50 },
    });
    now = 500;
    expect((await ask("{products(first: 20){nodes{id}}}")).errors).toBeUndefined();
  });
});
