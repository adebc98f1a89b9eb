import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { WebhookInboxRepository } from "~/features/webhooks/webhook-inbox.repository.server";
import { connectDatabase, type Db } from "~/platform/db/client.server";
import { answers, APP_ENVIRONMENT, startApp, type AppProcess } from "../support/app-process";
import { createTestDatabase, ENGINES, type TestDatabase } from "../support/databases";
import { delivery } from "../support/deliveries";

const METRICS_TOKEN = "0123456789abcdef-metrics";

describe.each(ENGINES)("the inbox of a process without a worker on %s", (engine) => {
  let database: TestDatabase;
  let db: Db;
  let app: AppProcess;
  beforeAll(async () => {
    database = await createTestDatabase(engine);
    app = await startApp({ DATABASE_URL: database.url, INBOX_WORKER: "off", METRICS_TOKEN });
    await answers(app, "/readyz", 200);
    db = await connectDatabase(database.url, { maxConnections: 3 });
  });
  afterAll(async () => {
    await db?.$disconnect();
    await app?.stop("SIGKILL");
    await database?.drop();
  });
  beforeEach(() => db.webhookEvent.deleteMany());

  const fill = (count: number) =>
    new WebhookInboxRepository(db).insert(
      Array.from({ length: count }, () => delivery({ topic: "nobody/cares" })),
    );
  async function cron(query = "") {
    const response = await fetch(`${app.url}/cron/inbox${query}`, {
      method: "POST",
      headers: { Authorization: `Bearer ${APP_ENVIRONMENT.CRON_SECRET}` },
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  describe("POST /cron/inbox", () => {
    it("processes what is due and reports the outcomes", async () => {
      await fill(7);
      expect(await cron()).toMatchObject({
        status: 200,
        body: {
          ...{ dryRun: false, outcome: "COMPLETE", due: 7, remaining: 0 },
          processed: { SUCCEEDED: 0, SKIPPED: 7, FAILED: 0, DEAD: 0, late: 0 },
        },
      });
      expect(await db.webhookEvent.count({ where: { status: "SKIPPED" } })).toBe(7);
      expect((await cron()).body).toMatchObject({ outcome: "COMPLETE", due: 0, processed: { SKIPPED: 0 } });
    });

    it("only counts when it is a dry run", async () => {
      await fill(3);
      expect((await cron("?dryRun=1")).body).toMatchObject({ dryRun: true, due: 3, remaining: 3 });
      expect(await db.webhookEvent.count({ where: { status: "RECEIVED" } })).toBe(3);
    });

    it("stops at its budget and reports what remains", async () => {
      await fill(120);
      const { body } = await cron("?budgetMs=1");
      expect(body.outcome).toBe("INCOMPLETE");
      expect(body.remaining).toBeGreaterThan(80);
      expect((await cron()).body).toMatchObject({ outcome: "COMPLETE", due: body.remaining });
    });

    it("runs once at a time and answers the others 409 with the id of that run", async () => {
      await fill(100);
      const answersTo = await Promise.all([cron(), cron(), cron(), cron()]);
      const done = answersTo.filter(({ status }) => status === 200);
      const others = answersTo.filter(({ status }) => status === 409);
      expect(done.length + others.length).toBe(4);
      expect(others.length).toBeGreaterThan(0);
      for (const { body } of others) expect(body.runId).toMatch(/^[0-9a-f-]{36}$/);
    });

    it("refuses a missing secret, a GET and a malformed budget", async () => {
      expect((await fetch(`${app.url}/cron/inbox`, { method: "POST" })).status).toBe(401);
      expect((await fetch(`${app.url}/cron/inbox`)).status).toBe(405);
      expect((await cron("?budgetMs=abc")).status).toBe(400);
    });
  });

  describe("GET /metrics", () => {
    const metrics = (token?: string) =>
      fetch(`${app.url}/metrics`, token ? { headers: { Authorization: `Bearer ${token}` } } : {});

    it("answers 401 to every token but its own", async () => {
      expect((await metrics()).status).toBe(401);
      expect((await metrics("wrong")).status).toBe(401);
      expect((await metrics(APP_ENVIRONMENT.CRON_SECRET)).status).toBe(401);
      expect((await metrics(METRICS_TOKEN)).status).toBe(200);
    });

    it("counts waiting events, their age, deliveries, outcomes and privacy requests", async () => {
      const at = new Date(Date.now() - 90_000);
      await new WebhookInboxRepository(db).insert([
        delivery({ receivedAt: at, topic: "nobody/cares" }),
        delivery({ topic: "nobody/cares" }),
      ]);
      await db.webhookEvent.create({
        data: { ...shape(), webhookId: "dead-one", status: "DEAD", attempts: 8 },
      });
      const before = await (await metrics(METRICS_TOKEN)).text();
      expect(before).toContain(`backroom_inbox_events{status="RECEIVED"} 2`);
      expect(before).toContain(`backroom_inbox_events{status="DEAD"} 1`);
      const waited = Number(
        /^backroom_inbox_oldest_seconds\{status="RECEIVED"\} ([\d.]+)$/m.exec(before)![1],
      );
      expect(waited).toBeGreaterThanOrEqual(89);
      expect(waited).toBeLessThan(120);

      await fetch(`${app.url}/webhooks`, { method: "POST", body: "{}" });
      for (const [status, dueAt] of [
        ["RECEIVED", at],
        ["FAILED", new Date(Date.now() + 90_000)],
        ["COMPLETED", at],
      ] as const)
        await db.complianceRequest.create({
          data: {
            shopDomain: "a.myshopify.com",
            topic: "SHOP_REDACT",
            status,
            receivedAt: at,
            dueAt,
            result: {},
          },
        });
      await cron();
      const after = await (await metrics(METRICS_TOKEN)).text();
      expect(after).toContain(`backroom_inbox_events{status="RECEIVED"} 0`);
      expect(after).toContain(`backroom_inbox_oldest_seconds{status="RECEIVED"} 0`);
      expect(after).toMatch(/^backroom_webhook_deliveries_total\{outcome="refused_400"\} [1-9]/m);
      expect(after).toMatch(/^backroom_webhook_processed_total\{outcome="SKIPPED"\} [1-9]/m);
      expect(after).toContain(`backroom_compliance_requests{state="overdue"} 1`);
      expect(after).toContain(`backroom_compliance_requests{state="open"} 2`);
      expect(after).toMatch(/^backroom_webhook_attempts_count [1-9]/m);
      expect(after).toMatch(/^backroom_webhook_lag_seconds_count [1-9]/m);
      if (engine === "postgres")
        expect(after).toMatch(/^backroom_database_connections\{state="idle"\} [1-9]/m);
    });
  });
});

function shape() {
  const { turnAt: _turnAt, payload: _payload, ...fields } = delivery();
  return { ...fields, payload: {} };
}
