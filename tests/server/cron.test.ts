import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signAsShopify } from "~/platform/shopify/webhook-signature.server";
import { answers, APP_ENVIRONMENT, startApp, type AppProcess } from "../support/app-process";
import { createTestDatabase, type TestDatabase } from "../support/databases";
import { RawConnection } from "../support/raw-http";
import { connectDatabase } from "~/platform/db/client.server";

const SECRET = APP_ENVIRONMENT.CRON_SECRET;
let database: TestDatabase;
let app: AppProcess;

async function start(environment: Record<string, string> = {}) {
  const started = await startApp({ DATABASE_URL: database.url, INBOX_WORKER: "off", ...environment });
  await answers(started, "/readyz", 200);
  return started;
}

beforeAll(async () => {
  database = await createTestDatabase("sqlite");
  app = await start();
});
afterAll(async () => {
  await app?.stop("SIGKILL");
  await database?.drop();
});

async function call(query = "", init: RequestInit = {}, { url } = app) {
  const headers = { Authorization: `Bearer ${SECRET}` };
  const response = await fetch(`${url}/cron/refresh${query}`, { method: "POST", headers, ...init });
  return { status: response.status, response, body: (await response.json()) as Record<string, unknown> };
}

describe("POST /cron/refresh", () => {
  it("answers with a report that is never cached", async () => {
    const { status, response, body } = await call();
    expect(status).toBe(200);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(body).toMatchObject({
      runId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      dryRun: false,
      outcome: "COMPLETE",
      connections: { due: 0, tested: 0 },
      rotationReminders: [],
    });
    expect(Object.keys((await call("?dryRun=1&budgetMs=5000")).body)).toEqual(Object.keys(body));
  });

  it.each([
    "?dryRun=yes",
    "?budgetMs=-1",
    "?budgetMs=abc",
    "?budgetMs=0",
    "?budgetMs=",
    "?budget=5",
    "?dryRun=1&dryRun=0",
  ])("answers %s with 400 and a sentence", async (query) => {
    const { status, body } = await call(query);
    expect(status).toBe(400);
    expect(body.error).toEqual(expect.any(String));
  });

  it("answers a missing, empty, wrong or very long secret with 401 before it looks at the query", async () => {
    const secrets = [
      undefined,
      "",
      "Bearer",
      "Bearer ",
      `Bearer ${SECRET}x`,
      `Basic ${SECRET}`,
      `Bearer ${"x".repeat(8_000)}`,
    ];
    for (const authorization of secrets) {
      const headers: HeadersInit = authorization === undefined ? [] : [["Authorization", authorization]];
      const { status, body } = await call("?budgetMs=abc", { headers });
      expect(status).toBe(401);
      expect(body.error).toEqual(expect.any(String));
    }
    const two = await call("", {
      headers: [
        ["Authorization", `Bearer ${SECRET}`],
        ["Authorization", "Bearer no"],
      ],
    });
    expect(two.status).toBe(401);
    expect(app.output()).not.toContain(SECRET);
  });

  it("and POST /webhooks answer 401 to two authorization or signature headers, even when both are right", async () => {
    const post = (path: string, lines: string[], body = "") => {
      const head = [`POST ${path} HTTP/1.1`, "Host: desk", ...lines, `Content-Length: ${body.length}`];
      const connection = new RawConnection(app.url);
      return new Promise<number>((resolve) =>
        connection.send(Buffer.from(`${head.join("\r\n")}\r\n\r\n${body}`), resolve),
      ).finally(() => connection.close());
    };
    const bearer = `Authorization: Bearer ${SECRET}`;
    const right = `X-Shopify-Hmac-Sha256: ${signAsShopify("{}", APP_ENVIRONMENT.SHOPIFY_API_SECRET)}`;
    const wrong = `X-Shopify-Hmac-Sha256: ${signAsShopify("{}", "another")}`;
    expect(await post("/cron/refresh", [bearer])).toBe(200);
    for (const lines of [
      [bearer, bearer],
      [bearer, "Authorization: Bearer no"],
      ["Authorization: Bearer no", bearer],
    ])
      expect(await post("/cron/refresh", lines), lines.join()).toBe(401);
    const signed = (...signatures: string[]) => [
      ...["X-Shopify-Topic: orders/create", "X-Shopify-Shop-Domain: a.myshopify.com"],
      ...[`X-Shopify-Webhook-Id: ${randomUUID()}`, ...signatures],
    ];
    expect(await post("/webhooks", signed(right), "{}")).toBe(200);
    for (const lines of [signed(right, right), signed(right, wrong), signed(wrong, right)])
      expect(await post("/webhooks", lines, "{}"), lines.join()).toBe(401);
  });

  it("answers every method but POST with 405", async () => {
    for (const method of ["GET", "PUT", "DELETE"]) {
      const { status, response } = await call("", { method });
      expect(status).toBe(405);
      expect(response.headers.get("allow")).toBe("POST");
    }
  });

  it("answers 503 while no secret is configured, even to an empty secret", async () => {
    const withoutSecret = await start({ CRON_SECRET: "" });
    const { status, body } = await call("", { headers: { Authorization: "Bearer " } }, withoutSecret);
    await withoutSecret.stop("SIGKILL");
    expect(status).toBe(503);
    expect(body.error).toContain("CRON_SECRET");
  });

  it("answers 409 with the id of the run that is under way", async () => {
    const db = await connectDatabase(database.url);
    const lease = { runId: "the-other-run", expiresAt: new Date(Date.now() + 60_000) };
    await db.jobLease.upsert({
      where: { name: "refresh" },
      create: { name: "refresh", ...lease },
      update: lease,
    });
    const { status, body } = await call();
    await db.jobLease.deleteMany();
    await db.$disconnect();
    expect({ status, body }).toMatchObject({ status: 409, body: { runId: "the-other-run" } });
  });
});
