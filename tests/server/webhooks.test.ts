import { createHmac, randomUUID } from "node:crypto";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { connectDatabase, type Db } from "~/platform/db/client.server";
import { answers, APP_ENVIRONMENT, startApp, type AppProcess } from "../support/app-process";
import { createTestDatabase, ENGINES, type TestDatabase } from "../support/databases";
import { eventually } from "../support/eventually";
import { administer } from "../support/postgres";

const SECRET = APP_ENVIRONMENT.SHOPIFY_API_SECRET;
const PREVIOUS = "the-secret-before-this-one";
const SHOP = "never-heard-of.myshopify.com";
const MEBIBYTE = 1024 * 1024;

const sign = (body: string | Buffer, secret = SECRET) =>
  createHmac("sha256", secret).update(body).digest("base64");

function headersFor(body: string | Buffer, changes: Record<string, string | undefined> = {}) {
  const headers: Record<string, string | undefined> = {
    "Content-Type": "application/json",
    "X-Shopify-Topic": "orders/create",
    "X-Shopify-Hmac-Sha256": sign(body),
    "X-Shopify-Shop-Domain": SHOP,
    "X-Shopify-API-Version": "2026-07",
    "X-Shopify-Webhook-Id": randomUUID(),
    "X-Shopify-Event-Id": randomUUID(),
    "X-Shopify-Triggered-At": "2026-11-16T15:00:00.123456789Z",
    ...changes,
  };
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)) as Record<
    string,
    string
  >;
}

describe.each(ENGINES)("POST /webhooks on %s", (engine) => {
  let database: TestDatabase;
  let db: Db;
  let app: AppProcess;

  beforeAll(async () => {
    database = await createTestDatabase(engine);
    app = await startApp({
      DATABASE_URL: database.url,
      SHOPIFY_API_SECRET_PREVIOUS: PREVIOUS,
      INBOX_WORKER: "off",
    });
    await answers(app, "/readyz", 200);
    db = await connectDatabase(database.url, { maxConnections: 3 });
  });
  afterAll(async () => {
    await db?.$disconnect();
    await app?.stop("SIGKILL");
    await database?.drop();
  });
  beforeEach(() => db.webhookEvent.deleteMany());

  async function post(
    body: string | Buffer<ArrayBuffer>,
    changes?: Record<string, string | undefined>,
    path = "/webhooks",
  ) {
    const response = await fetch(app.url + path, {
      method: "POST",
      body,
      headers: headersFor(body, changes),
    });
    return { status: response.status, text: await response.text(), headers: response.headers };
  }
  const rows = () => db.webhookEvent.findMany();

  it("stores a signed delivery of an unknown shop before it answers 200", async () => {
    const body = `{"id":820982911946154508,"name":"#9999","note":"ü€😀"}`;
    const id = randomUUID();
    expect(await post(body, { "X-Shopify-Webhook-Id": id })).toMatchObject({
      status: 200,
      text: "Received.\n",
    });
    const [row, ...others] = await rows();
    expect(others).toEqual([]);
    expect(row).toMatchObject({
      ...{ webhookId: id, topic: "orders/create", shopDomain: SHOP, apiVersion: "2026-07", storeId: null },
      ...{ status: "RECEIVED", attempts: 0, triggeredAt: new Date("2026-11-16T15:00:00.123Z") },
      payload: { name: "#9999", note: "ü€😀" },
    });
    const [{ text } = { text: "" }] = await db.$queryRawUnsafe<{ text: string }[]>(
      `SELECT CAST("payload" AS text) AS "text" FROM "WebhookEvent"`,
    );
    expect(text).toContain("820982911946154508");
  });

  it("answers a redelivery with 200 and changes nothing, also for many concurrent ones", async () => {
    const id = randomUUID();
    const answersTo = await Promise.all(
      Array.from({ length: 40 }, (_, i) => post(`{"copy":${i}}`, { "X-Shopify-Webhook-Id": id })),
    );
    expect(answersTo.map(({ status }) => status)).toEqual(Array(40).fill(200));
    expect(answersTo.filter(({ text }) => text === "Received.\n")).toHaveLength(1);
    const before = await rows();
    expect(before).toHaveLength(1);
    await post(`{"copy":"late"}`, { "X-Shopify-Webhook-Id": id });
    expect(await rows()).toEqual(before);
  });

  it("stores each of 300 concurrent deliveries with its own payload", async () => {
    const ids = Array.from({ length: 300 }, () => randomUUID());
    await Promise.all(ids.map((id) => post(`{"id":"${id}"}`, { "X-Shopify-Webhook-Id": id })));
    const stored = await rows();
    expect(stored.map(({ webhookId }) => webhookId).sort()).toEqual([...ids].sort());
    for (const { webhookId, payload } of stored) expect(payload).toEqual({ id: webhookId });
  });

  it("accepts the previous secret's signature while the secret is rotated", async () => {
    const body = `{"old":true}`;
    expect(await post(body, { "X-Shopify-Hmac-Sha256": sign(body, PREVIOUS) })).toMatchObject({
      status: 200,
    });
  });

  it("stores an unknown topic, and a delivery without the optional headers", async () => {
    const nice = { "X-Shopify-Event-Id": undefined, "X-Shopify-API-Version": undefined };
    const odd = {
      "X-Shopify-Triggered-At": "yesterday",
      "X-Shopify-Topic": "customers/marketing_consent/update",
    };
    expect(await post(`{}`, { ...nice, ...odd })).toMatchObject({ status: 200 });
    expect(await rows()).toMatchObject([
      { topic: "customers/marketing_consent/update", eventId: null, apiVersion: null, triggeredAt: null },
    ]);
  });

  it.each(["customer.tags_added", "a/b.c", "app/scopes_update"])("stores the topic %s", async (topic) => {
    expect(await post(`{}`, { "X-Shopify-Topic": topic })).toMatchObject({ status: 200 });
    expect(await rows()).toMatchObject([{ topic }]);
  });

  it.each([
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00Z",
    "1969-12-31T23:59:59Z",
    "9999-12-31T23:59:59-14:00",
    "2026-13-01T00:00:00Z",
  ])("stores a delivery without the instant %s", async (at) => {
    expect(await post(`{}`, { "X-Shopify-Triggered-At": at })).toMatchObject({ status: 200 });
    expect(await rows()).toMatchObject([{ triggeredAt: null }]);
  });

  it("stores numbers with small exponents, and texts that only look like large ones", async () => {
    const payload = { weight: 1500, small: 0.00012, sku: "1E131071", note: 'a "1e99999" b' };
    const body = JSON.stringify(payload).replace("1500", "1.5e3").replace("0.00012", "1.2E-4");
    expect(await post(body)).toMatchObject({ status: 200 });
    expect(await rows()).toMatchObject([{ payload }]);
  });

  it.each([
    ["a NUL", `{"note":"a\\u0000b"}`, { note: "a\ufffdb" }],
    ["half a surrogate pair", `{"note":"\\ud83d!"}`, { note: "\ufffd!" }],
    ["the other half of a surrogate pair", `{"note":"\\ude00"}`, { note: "\ufffd" }],
    ["a whole surrogate pair", `{"note":"\\ud83d\\ude00"}`, { note: "😀" }],
    ["an escaped backslash before u0000", `{"note":"\\\\u0000"}`, { note: "\\u0000" }],
  ])("stores a delivery with %s in its text", async (_name, body, payload) => {
    expect(await post(body)).toMatchObject({ status: 200 });
    expect(await rows()).toMatchObject([{ payload }]);
  });

  describe("for a request", () => {
    const body = `{"id":1}`;
    const cases: [string, number, () => Promise<{ status: number; text: string }>][] = [
      [
        "a wrong signature",
        401,
        () => post(body, { "X-Shopify-Hmac-Sha256": sign(body, "somebody else's") }),
      ],
      ["a signature of another body", 401, () => post(body, { "X-Shopify-Hmac-Sha256": sign(`{"id":2}`) })],
      ["a signature that is no base64", 401, () => post(body, { "X-Shopify-Hmac-Sha256": "no!" })],
      [
        "a signature in hex",
        401,
        () => post(body, { "X-Shopify-Hmac-Sha256": Buffer.from(sign(body), "base64").toString("hex") }),
      ],
      [
        "two signatures, one of them right",
        401,
        () => post(body, { "X-Shopify-Hmac-Sha256": `${sign(body)}, ${sign(body)}` }),
      ],
      ["an empty signature", 400, () => post(body, { "X-Shopify-Hmac-Sha256": "" })],
      ...["Hmac-Sha256", "Topic", "Shop-Domain", "Webhook-Id"].map((name): (typeof cases)[number] => [
        `no X-Shopify-${name}`,
        400,
        () => post(body, { [`X-Shopify-${name}`]: undefined }),
      ]),
      ...[
        "evil.example.com",
        "a.myshopify.com.evil.com",
        ".myshopify.com",
        "a_b.myshopify.com",
        "a.myshopify.com/x",
        "'; --",
      ].map((domain): (typeof cases)[number] => [
        `the shop ${domain}`,
        400,
        () => post(body, { "X-Shopify-Shop-Domain": domain }),
      ]),
      ...["orders", "orders/", "Orders/Create", "orders/create/../x", "a/b\tc", `a/${"b".repeat(100)}`].map(
        (topic): (typeof cases)[number] => [
          `the topic ${JSON.stringify(topic)}`,
          400,
          () => post(body, { "X-Shopify-Topic": topic }),
        ],
      ),
      [
        "a webhook id of a thousand characters",
        400,
        () => post(body, { "X-Shopify-Webhook-Id": "x".repeat(1000) }),
      ],
      ["no body", 400, () => post("")],
      ["a body that is no JSON", 400, () => post("{")],
      ...["[]", "null", "1", `"text"`].map((text): (typeof cases)[number] => [
        `the body ${text}`,
        400,
        () => post(text),
      ]),
      ["a form", 400, () => post("a=b&c=d")],
      ["invalid UTF-8", 400, () => post(Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]))],
      [
        "a body that is nested 100,000 deep",
        400,
        () => post(`{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`),
      ],
      ["a number that Postgres has no room for", 400, () => post(`{"a":1e200000}`)],
      ["a number with a zero byte behind it", 400, () => post(`{"a":1\0}`)],
      ...(
        [
          ["1e131071", 20_000],
          ["1E+9999", 1],
          ["1e-131071", 1],
          ["1e999", 400_000],
        ] as const
      ).map(([number, times]): (typeof cases)[number] => [
        `${times} times the number ${number}`,
        400,
        () => post(`{"a":[${Array(times).fill(number).join()}]}`),
      ]),
      ["a body of 5 MB and a byte", 413, () => post(`{"a":"${"x".repeat(5 * MEBIBYTE - 7)}"}`)],
    ];
    it.each(cases)("with %s answers %i and stores nothing", async (_name, status, send) => {
      const answer = await send();
      expect(answer.status).toBe(status);
      expect(answer.text).toMatch(/^[A-Z].*\.\n$/);
      expect(await rows()).toEqual([]);
    });

    it.each(["GET", "PUT", "DELETE", "HEAD", "OPTIONS"])("with the method %s answers 405", async (method) => {
      const response = await fetch(`${app.url}/webhooks`, { method });
      expect(response.status).toBe(405);
      expect(response.headers.get("allow")).toBe("POST");
    });
  });

  it("accepts a body of exactly 5 MB", async () => {
    expect((await post(`{"a":"${"x".repeat(5 * MEBIBYTE - 8)}"}`)).status).toBe(200);
    expect(await rows()).toHaveLength(1);
  });

  it("answers 413 to an endless body in chunks", async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const request = httpRequest(
        `${app.url}/webhooks`,
        { method: "POST", headers: headersFor("x") },
        (response) => {
          resolve(response.statusCode);
          request.destroy();
        },
      );
      request.on("error", reject);
      const chunk = Buffer.alloc(256 * 1024, 120);
      const push = () => {
        while (!request.destroyed && request.write(chunk));
      };
      request.on("drain", push);
      push();
    });
    expect(status).toBe(413);
    expect((await post(`{}`)).status).toBe(200);
  });

  // The door is the same on both, and this waits for ten seconds.
  if (engine === "sqlite")
    it("serves others while strangers' bodies fill the memory for them, and cuts those off in the end", async () => {
      const { port } = new URL(app.url);
      const size = 5 * MEBIBYTE - 100_000;
      const head = Object.entries(headersFor("x")).map(([name, value]) => `${name}: ${value}\r\n`);
      const answered = { 503: 0, 408: 0, other: 0 };
      let closed = 0;
      const strangers = Array.from({ length: 40 }, () => {
        const socket = connect(Number(port), "127.0.0.1");
        socket.on("error", () => undefined).on("close", () => closed++);
        socket.on("data", (data) => {
          const status = /^HTTP\/1\.1 (503|408) /.exec(String(data))?.[1] as "503" | "408" | undefined;
          answered[status ?? "other"] += 1;
        });
        socket.write(
          `POST /webhooks HTTP/1.1\r\nHost: x\r\n${head.join("")}Content-Length: ${size + 1}\r\n\r\n`,
        );
        socket.write(Buffer.alloc(size, 120));
        return socket;
      });
      // 64 MB are thirteen of them
      await eventually(() => expect(answered[503]).toBeGreaterThanOrEqual(27));
      expect((await post(`{"id":1}`)).status).toBe(200);
      // None of them ever sends its last byte
      await eventually(() => expect(closed).toBe(strangers.length), 30_000);
      expect(answered.other).toBe(0);
      expect((await post(`{"a":"${"x".repeat(4 * MEBIBYTE)}"}`)).status).toBe(200);
    });

  it("stores nothing of a request that is cut off, and accepts the next one", async () => {
    const { port } = new URL(app.url);
    const body = `{"id":1}`;
    const head = Object.entries(headersFor(body)).map(([name, value]) => `${name}: ${value}\r\n`);
    const socket = connect(Number(port), "127.0.0.1");
    socket.write(`POST /webhooks HTTP/1.1\r\nHost: x\r\n${head.join("")}Content-Length: 8\r\n\r\n{"id`);
    // Long enough for the app to read the half, and then to store it if it did.
    await sleep(100);
    socket.destroy();
    await sleep(100);
    expect(await rows()).toEqual([]);
    expect((await post(body)).status).toBe(200);
  });

  it("accepts a query and a slash after the path, and passes other paths to the app", async () => {
    expect((await post(`{}`, {}, "/webhooks?hmac=x")).status).toBe(200);
    expect((await post(`{}`, {}, "/webhooks/")).status).toBe(200);
    expect((await post(`{}`, {}, "/webhooksss")).status).toBe(404);
  });

  it("logs no text of a refused request, and not one line for each refusal", async () => {
    const evil = `evil-${randomUUID()}`;
    const forged = { "X-Shopify-Hmac-Sha256": sign("x", "y") };
    const before = app.output().length;
    for (let i = 0; i < 50; i++)
      await post(`{"${evil}":1}`, {
        ...forged,
        "X-Shopify-Shop-Domain": `${evil}.myshopify.com`,
        "X-Shopify-Webhook-Id": evil,
      });
    await post(`{}`, { "X-Shopify-Topic": evil });
    // The log of an accepted delivery comes after those of all before it.
    const last = randomUUID();
    await post(`{}`, { "X-Shopify-Webhook-Id": last });
    await eventually(() => expect(app.output()).toContain(last));
    const logged = app.output().slice(before);
    expect(logged).not.toContain(evil);
    expect(logged.split("\n").length).toBeLessThan(10);
  });

  // Who owns an SQLite file has it for good; a Postgres may be away.
  if (engine === "postgres")
    it("answers 503 in time while the database is away, and 200 once it is back", async () => {
      const server = inject("postgresUrl");
      const name = new URL(database.url).pathname.slice(1);
      const id = randomUUID();
      await administer(
        server,
        `ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS false`,
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`,
      );
      try {
        for (let i = 0; i < 5; i++) {
          const startedAt = performance.now();
          const answer = await post(`{"n":${i}}`, { "X-Shopify-Webhook-Id": id });
          expect(answer.status).toBe(503);
          expect(answer.headers.get("retry-after")).toBe("60");
          // Shopify waits five seconds.
          expect(performance.now() - startedAt).toBeLessThan(5_000);
        }
      } finally {
        await administer(server, `ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS true`);
      }
      // A pooler that was refused says so for a second more.
      await eventually(async () =>
        expect(await post(`{"n":5}`, { "X-Shopify-Webhook-Id": id })).toMatchObject({ status: 200 }),
      );
      expect(await db.webhookEvent.count({ where: { webhookId: id } })).toBe(1);
    });

  if (engine === "postgres")
    it("answers 503 and not 500 when the disk is full, so that Shopify retries", async () => {
      // As Postgres says it where it finds no room for another page
      await db.$executeRawUnsafe(`CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION 'could not extend file "base/16384/16733": No space left on device' USING ERRCODE = '53100'; END $$`);
      await db.$executeRawUnsafe(
        `CREATE TRIGGER full_disk BEFORE INSERT ON "WebhookEvent" FOR EACH ROW EXECUTE FUNCTION disk_full()`,
      );
      const id = randomUUID();
      const refused = await post(`{}`, { "X-Shopify-Webhook-Id": id });
      await db.$executeRawUnsafe(`DROP FUNCTION disk_full CASCADE`);
      expect(refused.status).toBe(503);
      expect(await post(`{}`, { "X-Shopify-Webhook-Id": id })).toMatchObject({ status: 200 });
      expect(await db.webhookEvent.count({ where: { webhookId: id } })).toBe(1);
    });

  it("logs every delivery with the webhook's id and the outcome", async () => {
    const id = randomUUID();
    await post(`{}`, { "X-Shopify-Webhook-Id": id });
    await post(`{}`, { "X-Shopify-Webhook-Id": id });
    const outcomes = () =>
      app
        .output()
        .split("\n")
        .filter((line) => line.includes(id))
        .map((line) => (JSON.parse(line) as { outcome: string }).outcome);
    await eventually(() => expect(outcomes()).toEqual(["accepted", "duplicate"]));
  });
});
