/** `npm run inbox` and `npm run refresh` as an operator runs them, on both engines. For `npm run retention` see retention.test.ts. */
import { spawn } from "node:child_process";
import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { WebhookInboxRepository } from "~/features/webhooks/webhook-inbox.repository.server";
import { databaseNow } from "~/platform/db/clock.server";
import { childEnvironment } from "~/platform/env.server";
import { APP_ENVIRONMENT } from "../support/app-process";
import { newStore, startProviders, submit, type Providers } from "../support/connections";
import { eachDatabase } from "../support/databases";
import { delivery } from "../support/deliveries";
import { npmRun } from "../support/npm-run";

// Each starts a process or two.
vi.setConfig({ testTimeout: 120_000 });

it.each(["inbox", "refresh"])(
  "npm run %s ends with 2 and a sentence when it cannot begin",
  async (script) => {
    const there = { ...APP_ENVIRONMENT, DATABASE_URL: "file:./none.sqlite" };
    const ended = await Promise.all([
      npmRun(script, ["--budget-ms", "0"], there),
      npmRun(script, ["--days", "1"], there),
      npmRun(script, [], { ...there, ENCRYPTION_KEY: "" }),
    ]);
    expect(ended.map(({ code }) => code)).toEqual([2, 2, 2]);
    expect(ended.map(({ text }) => text)).toEqual([
      expect.stringMatching(/^budgetMs must be/),
      expect.stringMatching(new RegExp(`^Usage: npm run ${script} \\[-- --dry-run\\]`)),
      expect.stringMatching(/^ENCRYPTION_KEY is not set/),
    ]);
  },
);

eachDatabase("the commands beside the cron", ({ db, url }) => {
  let providers: Providers;
  beforeAll(async () => {
    providers = await startProviders(() => new Date());
  });
  afterAll(() => providers.close());
  beforeEach(async () => {
    await db().store.deleteMany();
    await db().webhookEvent.deleteMany();
    await db().jobLease.deleteMany();
  });
  const environment = () => ({
    ...{ ...APP_ENVIRONMENT, DATABASE_URL: url(), NODE_ENV: "development" },
    BING_BASE_URL: providers.endpoints.bing,
  });
  const fill = (count: number) =>
    new WebhookInboxRepository(db()).insert(
      Array.from({ length: count }, () => delivery({ topic: "nobody/cares" })),
    );

  it("npm run inbox counts what is due, works through it, and ends with 0", async () => {
    await fill(7);
    const dry = await npmRun("inbox", ["--dry-run"], environment());
    expect(dry.text).toMatch(/^7 events are due\.\nNothing was changed \(run \S+\)\.\n$/);
    expect(dry.code).toBe(0);
    const done = await npmRun("inbox", [], environment());
    expect(done.text).toMatch(/^7 events were due: SKIPPED 7; 0 are due now\.\nCOMPLETE \(run \S+\)\.\n$/);
    expect(done.code).toBe(0);
    expect(await db().webhookEvent.count({ where: { status: "SKIPPED" } })).toBe(7);
  });

  it("npm run inbox ends with 1 at its budget, with 2 when another run is at it", async () => {
    await fill(300);
    const cut = await npmRun("inbox", ["--budget-ms", "1"], environment());
    expect(cut.text).toMatch(/^300 events were due: .*; [1-9]\d* are due now\.\nINCOMPLETE /);
    expect(cut.code).toBe(1);
    const expiresAt = new Date((await databaseNow(db())).getTime() + 60_000);
    await db().jobLease.updateMany({ data: { runId: "the-other-run", expiresAt } });
    const second = await npmRun("inbox", [], environment());
    expect(second).toEqual({ code: 2, text: "Another run is at it (the-other-run); wait for it to end.\n" });
  });

  it("npm run inbox tells once a second how far it is, and ends with 130 after a signal", async () => {
    for (let i = 0; i < 60; i++) await fill(500);
    // Without npm, which would take the signal for itself
    const command = ["--import", "./prisma/register-ts-loader.mjs", "ops/inbox.ts"];
    const child = spawn(process.execPath, command, {
      env: childEnvironment({ DIRECT_URL: "", ...environment() }),
    });
    let text = "";
    const toldAt: number[] = [];
    child.stdout.on("data", (chunk: Buffer) => {
      text += String(chunk);
      toldAt.push(performance.now());
      if (toldAt.length === 2) child.kill("SIGTERM");
    });
    expect(await new Promise((resolve) => child.once("close", resolve))).toBe(130);
    expect(text).toMatch(
      /^SKIPPED [\d,]+\nSKIPPED [\d,]+\n30,000 events were due: SKIPPED [\d,]+; [\d,]+ are/,
    );
    expect(text).toMatch(/^INCOMPLETE \(run/m);
    expect(toldAt[1]! - toldAt[0]!).toBeGreaterThan(900);
  });

  it("npm run refresh counts the connections that are due, tests them, and ends with 0", async () => {
    const context = await newStore(db(), providers);
    expect((await submit(context, "BING", "connect", providers.forms.BING())).status).toBe(200);
    await db().storeSecret.updateMany({ data: { nextTestAt: new Date(0) } });
    const dry = await npmRun("refresh", ["--dry-run"], environment());
    expect(dry.text).toMatch(/^1 connections are due for a test\.\nNothing was changed \(run \S+\)\.\n$/);
    const done = await npmRun("refresh", [], environment());
    expect(done.text).toMatch(
      /^1 connections were due: tested 1, working 1; 0 are due now\.\nCOMPLETE \(run \S+\)\.\n$/,
    );
    expect([dry.code, done.code]).toEqual([0, 0]);
  });
});
