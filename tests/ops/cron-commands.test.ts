/** `npm run inbox` and `npm run refresh`, on both engines. For `npm run retention` see retention.test.ts. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { WebhookInboxRepository } from "~/features/webhooks/webhook-inbox.repository.server";
import { databaseNow } from "~/platform/db/clock.server";
import { cronCommand } from "../../ops/cron-command";
import { main as inbox } from "../../ops/inbox";
import { main as refresh } from "../../ops/refresh";
import { APP_ENVIRONMENT } from "../support/app-process";
import { runMain, spawnScript, startMain } from "../support/commands";
import { newStore, startProviders, submit, type Providers } from "../support/connections";
import { createTestDatabase, eachDatabase, type TestDatabase } from "../support/databases";
import { delivery } from "../support/deliveries";

describe.each([
  ["inbox", inbox],
  ["refresh", refresh],
])("npm run %s", (_, main) => {
  it.each([
    ["a budget of nothing", ["--budget-ms", "0"], {}, /^budgetMs /],
    ["an option that it does not know", ["--days", "1"], {}, /^--days /],
    ["no key", [], { ENCRYPTION_KEY: "" }, /^ENCRYPTION_KEY /],
  ])("does not begin, and answers 2, when it is given %s", async (_, args, changes, named) => {
    const environment = { ...APP_ENVIRONMENT, DATABASE_URL: "file:./none.sqlite", ...changes };
    const ended = await runMain(main, args, environment);
    expect(ended).toEqual({ code: 2, out: "", error: expect.stringMatching(named) as string });
  });
});

const toNumber = (text = "") => Number(text.replaceAll(",", ""));

describe("a command beside the cron", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase("sqlite");
  });
  afterAll(async () => {
    vi.useRealTimers();
    await database?.drop();
  });
  type Work = ReturnType<Parameters<typeof cronCommand>[0]["prepare"]>;
  const commandOf = (work: Work) =>
    cronCommand({
      ...{ name: "fake", purpose: "Does nothing.", rival: "Another run" },
      ...{ prepare: () => work, lines: () => ["what it did"] },
    });
  const report = (outcome: string) => async () => ({
    outcome: "done" as const,
    result: { runId: "r1", dryRun: false, outcome },
  });

  it.each([
    ["COMPLETE", 0],
    ["INCOMPLETE", 1],
    ["FAILED", 1],
  ])("that ends as %s answers %i", async (outcome, code) => {
    const ended = await runMain(commandOf(report(outcome)), [], { DATABASE_URL: database.url });
    expect(ended).toEqual({ code, out: `what it did\n${outcome} (run r1).\n`, error: "" });
  });

  it("says once a second how far it is", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    const work: Work = async ({ progress }) => {
      for (let step = 1; step <= 25; step++) {
        vi.advanceTimersByTime(100);
        progress(() => `step ${step}`);
      }
      return report("COMPLETE")();
    };
    const { out } = await runMain(commandOf(work), [], { DATABASE_URL: database.url });
    expect(out.split("\n").slice(0, 3)).toEqual(["step 10", "step 20", "what it did"]);
  });
});

eachDatabase("the commands beside the cron", ({ db, url, engine }) => {
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
    const dry = await runMain(inbox, ["--dry-run"], environment());
    expect(dry.out).toMatch(/^7 .*\n.*\(run \S+\)\.\n$/);
    expect(dry.code).toBe(0);
    const done = await runMain(inbox, [], environment());
    expect(done.out).toMatch(/^7 .* SKIPPED 7; 0 .*\nCOMPLETE \(run \S+\)\.\n$/);
    expect(done.code).toBe(0);
    expect(await db().webhookEvent.count({ where: { status: "SKIPPED" } })).toBe(7);
  });

  it("npm run inbox ends with 1 at its budget, with 2 when another run is at it", async () => {
    await fill(300);
    const cut = await runMain(inbox, ["--budget-ms", "1"], environment());
    expect(cut.out).toMatch(/^300 .*; [1-9]\d* .*\nINCOMPLETE /);
    expect(cut.code).toBe(1);
    const expiresAt = new Date((await databaseNow(db())).getTime() + 60_000);
    await db().jobLease.updateMany({ data: { runId: "the-other-run", expiresAt } });
    const second = await runMain(inbox, [], environment());
    expect(second).toEqual({ code: 2, out: "", error: expect.stringContaining("(the-other-run)") as string });
  });

  it("npm run inbox ends with 130 after a signal, and says what is left", async () => {
    await fill(30);
    const running = startMain(inbox, [], environment());
    running.stop();
    const { code, out } = await running.ended;
    expect(code).toBe(130);
    expect(out).toMatch(/^30 .*; 30 .*\nINCOMPLETE /);
  });

  if (engine === "sqlite")
    it("npm run inbox as a process ends with 130 after SIGTERM, and has finished what it was at", async () => {
      for (let half = 0; half < 2; half++) await fill(3_000);
      const { child, ended } = spawnScript("inbox", [], environment());
      while (!(await db().webhookEvent.count({ where: { status: "SKIPPED" } })) && child.exitCode === null)
        await new Promise(setImmediate);
      child.kill("SIGTERM");
      const { code, stdout } = await ended;
      expect(code).toBe(130);
      const [, done, left] = /^6,000 .* SKIPPED ([\d,]+); ([\d,]+) .*\nINCOMPLETE /.exec(stdout) ?? [];
      expect(toNumber(done) + toNumber(left)).toBe(6_000);
      expect(await db().webhookEvent.count({ where: { status: "SKIPPED" } })).toBe(toNumber(done));
    });

  it("npm run refresh counts the connections that are due, tests them, and ends with 0", async () => {
    const context = await newStore(db(), providers);
    expect((await submit(context, "BING", "connect", providers.forms.BING())).status).toBe(200);
    await db().storeSecret.updateMany({ data: { nextTestAt: new Date(0) } });
    const dry = await runMain(refresh, ["--dry-run"], environment());
    expect(dry.out).toMatch(/^1 .*\n.*\(run \S+\)\.\n$/);
    const done = await runMain(refresh, [], environment());
    expect(done.out).toMatch(/^1 .* tested 1, working 1; 0 .*\nCOMPLETE \(run \S+\)\.\n$/);
    expect([dry.code, done.code]).toEqual([0, 0]);
  });
});
