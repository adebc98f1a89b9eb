import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { POLICY_NAMES, type PolicyName } from "~/features/retention/retention";
import { SWEEP_JOB } from "~/features/retention/retention";
import { connectDatabase, type Db } from "~/platform/db/client.server";
import { databaseNow } from "~/platform/db/clock.server";
import { answers, APP_ENVIRONMENT, startApp, type AppProcess } from "../support/app-process";
import { createTestDatabase, ENGINES, type TestDatabase } from "../support/databases";
import { insertTenant } from "../support/tenant-rows";

const METRICS_TOKEN = "0123456789abcdef-metrics";
const HOUR_MS = 3_600_000;

describe.each(ENGINES)("retention in a running app on %s", (engine) => {
  let database: TestDatabase;
  let db: Db;
  let app: AppProcess;
  let now: Date;
  beforeAll(async () => {
    database = await createTestDatabase(engine);
    app = await startApp({ DATABASE_URL: database.url, INBOX_WORKER: "off", METRICS_TOKEN });
    await answers(app, "/readyz", 200);
    db = await connectDatabase(database.url, { maxConnections: 3 });
    now = await databaseNow(db);
  });
  afterAll(async () => {
    await db?.$disconnect();
    await app?.stop("SIGKILL");
    await database?.drop();
  });

  describe("POST /cron/retention", () => {
    async function cron(query = "") {
      const response = await fetch(`${app.url}/cron/retention${query}`, {
        method: "POST",
        headers: { Authorization: `Bearer ${APP_ENVIRONMENT.CRON_SECRET}` },
      });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    }

    it("reports a dry run and a real run in the same form, and only the real run deletes", async () => {
      const { storeId } = await insertTenant(db, "swept");
      await db.kpiCache.updateMany({ where: { storeId }, data: { expiresAt: new Date(0) } });
      const dry = await cron("?dryRun=1&budgetMs=20000");
      const real = await cron();
      for (const { status, body } of [dry, real]) {
        expect(status).toBe(200);
        expect(Object.keys(body)).toEqual([
          ...["runId", "dryRun", "outcome", "startedAt", "finishedAt", "policies", "rotationReminders"],
        ]);
        const policies = body.policies as { name: string; deleted: number }[];
        expect(policies.map(({ name }) => name)).toEqual(POLICY_NAMES);
        expect(policies.find(({ name }) => name === "kpi-cache")).toMatchObject({
          deleted: 1,
          backlog: expect.any(Number) as number,
        });
      }
      expect([dry.body.dryRun, real.body.dryRun]).toEqual([true, false]);
      expect(await db.kpiCache.count({ where: { storeId } })).toBe(0);
      await db.retentionRun.deleteMany();
    });

    it("answers 409 with the id of the run or backup that holds the lease", async () => {
      await db.jobLease.updateMany({
        where: { name: SWEEP_JOB },
        data: { runId: "the-other-run", expiresAt: new Date((await databaseNow(db)).getTime() + 60_000) },
      });
      expect(await cron()).toMatchObject({ status: 409, body: { runId: "the-other-run" } });
      expect(await db.retentionRun.count()).toBe(0);
    });

    it("refuses a missing secret, a GET and a malformed query", async () => {
      expect((await fetch(`${app.url}/cron/retention`, { method: "POST" })).status).toBe(401);
      expect((await fetch(`${app.url}/cron/retention`)).status).toBe(405);
      for (const query of ["?budgetMs=0", "?budgetMs=-1", "?budgetMs=abc", "?dryRun=2"])
        expect((await cron(query)).status, query).toBe(400);
    });
  });

  describe("GET /metrics", () => {
    const hoursAgo = (hours: number) => new Date(now.getTime() - hours * HOUR_MS);
    const run = (hours: number, values: object) =>
      db.retentionRun.create({
        data: { startedAt: hoursAgo(hours), finishedAt: hoursAgo(hours), policies: [], ...values },
      });
    async function scrape() {
      const response = await fetch(`${app.url}/metrics`, {
        headers: { Authorization: `Bearer ${METRICS_TOKEN}` },
      });
      const text = await response.text();
      return (name: string) => {
        const line = text.split("\n").find((one) => one.startsWith(`${name} `));
        return line === undefined ? undefined : Number(line.split(" ").at(-1));
      };
    }
    const backlog = (policy: PolicyName) => `backroom_retention_backlog_rows{policy="${policy}"}`;
    const oldest = (policy: PolicyName) => `backroom_retention_oldest_seconds{policy="${policy}"}`;
    const SUCCESS = "backroom_retention_last_success_timestamp_seconds";
    const LAST = "backroom_retention_last_run_timestamp_seconds";

    it("reports zeros while no sweep has ended, so that an alert on their age fires", async () => {
      await run(1, { finishedAt: null, outcome: "RUNNING" });
      const value = await scrape();
      for (const policy of POLICY_NAMES)
        expect([value(backlog(policy)), value(oldest(policy))]).toEqual([0, 0]);
      expect([value(SUCCESS), value(LAST)]).toEqual([0, 0]);
    });

    it("reports the backlog of the last real sweep, its age and the time of the last success", async () => {
      await run(30, { outcome: "COMPLETE" });
      const left = { name: "webhook-events", backlog: 1_240, oldestAt: hoursAgo(400).toISOString() };
      await run(6, { outcome: "INCOMPLETE", policies: [left, { name: "sessions", backlog: 0 }] });
      await run(2, { outcome: "COMPLETE", dryRun: true });
      const value = await scrape();
      expect(value(backlog("webhook-events"))).toBe(1_240);
      expect(value(backlog("sessions"))).toBe(0);
      const age = value(oldest("webhook-events"))!;
      expect(age).toBeGreaterThanOrEqual(400 * 3_600);
      expect(age).toBeLessThan(400 * 3_600 + 60);
      expect(value(SUCCESS)).toBeCloseTo(hoursAgo(30).getTime() / 1_000, 2);
      expect(value(LAST)).toBeCloseTo(hoursAgo(6).getTime() / 1_000, 2);
    });

    it("reports a backlog of zero after a sweep that left nothing", async () => {
      await run(1, { outcome: "COMPLETE", policies: [{ name: "webhook-events", backlog: 0 }] });
      const value = await scrape();
      expect([value(backlog("webhook-events")), value(oldest("webhook-events"))]).toEqual([0, 0]);
      expect(value(SUCCESS)).toBe(value(LAST));
    });

    it("counts failing connections by provider", async () => {
      const { storeId } = await insertTenant(db, "metrics");
      expect((await scrape())(`backroom_connection_failures{provider="GA4"}`)).toBe(0);
      await db.connectionEvent.create({
        data: { storeId, provider: "GA4", outcome: "FAILURE", latencyMs: 1, createdAt: now },
      });
      const value = await scrape();
      expect(value(`backroom_connection_failures{provider="GA4"}`)).toBe(1);
      expect(value(`backroom_connection_failures{provider="MCP"}`)).toBe(0);
    });
  });
});
