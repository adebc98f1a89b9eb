import { expect, it } from "vitest";
import { sendTest, type TestTarget } from "~/features/webhooks/send-test.server";
import { TEST_PAYLOADS, TEST_TOPICS } from "~/features/webhooks/test-payloads";
import { expectedTopics } from "~/features/webhooks/registry.server";
import { isCompliance } from "~/features/webhooks/webhook-topics";
import { isSignedByShopify } from "~/platform/shopify/webhook-signature.server";
import freePort from "../../support/free-port";
import { listening, type Listener } from "../../dev/support/local-admin";

const NOW = new Date("2026-11-16T15:00:00.000Z");
const SECRET = "client-secret";

const target = (url: string): TestTarget => ({
  ...{ url, clientSecret: SECRET, shopDomain: "desk.myshopify.com", apiVersion: "2026-07" },
  fetch: globalThis.fetch,
});
const send = (url: string, topic: (typeof TEST_TOPICS)[number] = "orders/updated") =>
  sendTest(target(url), { topic, webhookId: "test-1", now: NOW });

it.each(TEST_TOPICS)(
  "a test of %s is sent and signed as Shopify would, with ids that no shop has",
  async (topic) => {
    const got: { headers: Record<string, unknown>; body: Buffer }[] = [];
    const url = await listening(async (req, res) => {
      const chunks: Buffer[] = [];
      for await (const chunk of req) chunks.push(chunk as Buffer);
      got.push({ headers: req.headers, body: Buffer.concat(chunks) });
      res.end();
    });
    const sent = await send(`${url}/webhooks`, topic);
    expect(sent).toMatchObject({
      status: 200,
      problem: null,
      webhookId: "test-1",
      sentAt: NOW.toISOString(),
    });
    const [{ headers, body }] = got as [(typeof got)[0]];
    expect(headers).toMatchObject({
      ...{ "x-shopify-topic": topic, "x-shopify-webhook-id": "test-1", "x-shopify-api-version": "2026-07" },
      ...{ "x-shopify-shop-domain": "desk.myshopify.com", "x-shopify-triggered-at": NOW.toISOString() },
      "content-type": "application/json",
    });
    expect(isSignedByShopify(body, String(headers["x-shopify-hmac-sha256"]), [SECRET])).toBe(true);
    expect(JSON.parse(String(body))).toEqual(TEST_PAYLOADS[topic]);
  },
);

it("a test can be sent for handled topics only, and for none that uninstalls or erases", () => {
  expect(expectedTopics()).toEqual(expect.arrayContaining(TEST_TOPICS));
  for (const topic of TEST_TOPICS) expect(isCompliance(topic) || /^(app|shop)\//.test(topic)).toBe(false);
});

const answering =
  (status: number, headers = {}): Listener =>
  (_req, res) =>
    res.writeHead(status, headers).end();

it.each([
  [301, /redirect \(301\).*Set SHOPIFY_APP_URL to the address that it leads to/],
  [400, /a header was missing when it arrived/],
  [401, /has another SHOPIFY_API_SECRET/],
  [403, /without a login or a challenge/],
  [404, /there is no webhook door at this address\. Check SHOPIFY_APP_URL/],
  [405, /does not take a POST/],
  [413, /bodies of up to 5 MB/],
  [418, /answered 418, which Shopify counts as a failure/],
  [429, /Exempt POST \/webhooks/],
  [502, /in trouble\. Its log says more/],
  [503, /its database is not\. Nothing is lost/],
])("a test that is answered %i comes with advice", async (status, advice) => {
  const url = await listening(
    answering(status, status === 301 ? { Location: "https://elsewhere.test/" } : {}),
  );
  const sent = await send(url);
  expect(sent.status).toBe(status);
  expect(sent.problem).toMatch(advice);
  expect(sent.problem).not.toContain(SECRET);
});

it("a test comes with advice when the port is closed, and when the host does not exist", async () => {
  const closed = await send(`http://127.0.0.1:${await freePort()}/webhooks`);
  expect(closed.status).toBe(0);
  expect(closed.problem).toMatch(/^Nothing answers at .* \(ECONNREFUSED\)\. SHOPIFY_APP_URL must be/);
  const nowhere = await send("http://nowhere.invalid/webhooks");
  expect(nowhere.problem).toMatch(/(host of .* cannot be found|Nothing answers)/);
});

it("a test waits five seconds for an answer, as Shopify does", async () => {
  const url = await listening(() => undefined);
  const sent = await send(url);
  expect(sent.problem).toMatch(/did not answer within 5 seconds/);
  expect(sent.durationMs).toBeGreaterThan(4_900);
  expect(sent.durationMs).toBeLessThan(9_000);
});
