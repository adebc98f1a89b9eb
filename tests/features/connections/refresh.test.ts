import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ConnectionEventRepository } from "~/features/connections/connection-event.repository.server";
import { refreshConnections } from "~/features/connections/refresh.server";
import { rotationReminders } from "~/features/connections/rotation-reminders.server";
import { DAY_MS } from "~/platform/clock";
import type { CronQuery } from "~/platform/http/cron-query.server";
import { eachDatabase } from "../../support/databases";
import { BING_KEY, newStore, startProviders, submit, type Providers } from "../../support/connections";
import { T0, TEST_KEYS } from "../../support/tenant-rows";

const HOUR_MS = 60 * 60 * 1000;

eachDatabase("the refresh of connections", ({ db }) => {
  let providers: Providers;
  beforeAll(async () => {
    providers = await startProviders();
  });
  afterAll(() => providers.close());
  beforeEach(async () => {
    await db().store.deleteMany();
    providers.bing.setTrouble(null);
  });

  const connected = async (provider: "BING" | "MCP" = "BING") => {
    const context = await newStore(db(), providers);
    expect((await submit(context, provider, "connect", providers.forms[provider]())).status).toBe(200);
    return context;
  };
  const refresh = (at: Date, query: Partial<CronQuery> = {}) =>
    refreshConnections(
      { db: db(), keys: TEST_KEYS, deps: providers.deps, clock: () => at },
      { dryRun: false, budgetMs: 20_000, ...query },
    );
  const report = async (at: Date, query: Partial<CronQuery> = {}) => {
    const leased = await refresh(at, query);
    if (leased.outcome !== "done") throw new Error("Another run is at it.");
    return leased.result;
  };
  const later = (ms: number) => new Date(T0.getTime() + ms);
  const eventsOf = (storeId: string) =>
    db().connectionEvent.findMany({ where: { storeId }, orderBy: { createdAt: "asc" } });

  it("tests a connection from the millisecond at which it is due", async () => {
    const { storeId } = await connected();
    expect((await report(later(12 * HOUR_MS - 1))).connections).toMatchObject({ due: 0, tested: 0 });
    const { outcome, connections } = await report(later(12 * HOUR_MS));
    expect({ outcome, connections }).toEqual({
      outcome: "COMPLETE",
      connections: { due: 1, tested: 1, working: 1, failing: 0, skipped: 0, remaining: 0 },
    });
    expect((await eventsOf(storeId)).map(({ trigger }) => trigger)).toEqual(["CONNECT", "SCHEDULED"]);
    expect((await report(later(12 * HOUR_MS + 1))).connections.due).toBe(0);
  });

  it("repeats a test after an hour for a temporary failure, and after 12 hours for a permanent one", async () => {
    const { storeId } = await connected();
    providers.bing.setTrouble({ kind: "status", status: 503 });
    const at = later(12 * HOUR_MS);
    expect((await report(at)).connections).toMatchObject({ tested: 1, failing: 1 });
    const next = async () => (await db().storeSecret.findFirstOrThrow({ where: { storeId } })).nextTestAt;
    expect(await next()).toEqual(new Date(at.getTime() + HOUR_MS));
    providers.bing.setTrouble({ kind: "errorCode", code: 3 });
    const again = new Date(at.getTime() + HOUR_MS);
    await report(again);
    expect(await next()).toEqual(new Date(again.getTime() + 12 * HOUR_MS));
    expect((await eventsOf(storeId)).map(({ errorClass }) => errorClass)).toEqual([
      null,
      "PROVIDER_ERROR",
      "AUTH_INVALID",
    ]);
  });

  it("waits four times as long after each test that did not end, and tells of it", async () => {
    const { storeId } = await connected();
    const at = later(12 * HOUR_MS);
    const next = async () => (await db().storeSecret.findFirstOrThrow({ where: { storeId } })).nextTestAt;
    const atTest = async (now: Date) => {
      const seen = { at: null as Date | null, events: 0 };
      // A process that dies leaves what is there while its provider is asked.
      const operatorFetch: typeof fetch = async (...args) => {
        seen.at = await next();
        seen.events = (await eventsOf(storeId)).filter((e) => e.providerCode === "TEST_NOT_ENDED").length;
        return providers.deps.operatorFetch(...args);
      };
      const deps = { ...providers.deps, operatorFetch };
      await refreshConnections(
        { db: db(), keys: TEST_KEYS, deps, clock: () => now },
        { dryRun: false, budgetMs: 20_000 },
      );
      return { afterMs: seen.at!.getTime() - now.getTime(), events: seen.events };
    };
    expect(await atTest(at)).toEqual({ afterMs: HOUR_MS / 4, events: 1 });
    expect((await eventsOf(storeId)).map(({ providerCode }) => providerCode)).toEqual([null, null]);
    for (const died of [1, 2, 3]) {
      await new ConnectionEventRepository(db(), storeId).insertBegun("BING", at);
      await db().storeSecret.updateMany({ where: { storeId }, data: { nextTestAt: at } });
      expect(await atTest(at)).toEqual({
        afterMs: Math.min((HOUR_MS / 4) * 4 ** died, 12 * HOUR_MS),
        events: died + 1,
      });
    }
  });

  it("only counts due connections in a dry run", async () => {
    const { storeId } = await connected();
    const { dryRun, outcome, connections } = await report(later(DAY_MS), { dryRun: true });
    expect({ dryRun, outcome, connections }).toMatchObject({
      dryRun: true,
      outcome: "COMPLETE",
      connections: { due: 1, tested: 0, remaining: 1 },
    });
    expect(await eventsOf(storeId)).toHaveLength(1);
  });

  it("skips the connections of an uninstalled shop", async () => {
    const { storeId } = await connected();
    await db().store.update({ where: { id: storeId }, data: { status: "UNINSTALLED" } });
    expect((await report(later(DAY_MS))).connections.due).toBe(0);
  });

  it("continues with other stores when one credential cannot be opened", async () => {
    const broken = await connected();
    const fine = await connected();
    await db().storeSecret.updateMany({
      where: { storeId: broken.storeId },
      data: { cipherText: "not ours" },
    });
    const { connections } = await report(later(DAY_MS));
    expect(connections).toMatchObject({ tested: 2, working: 1, failing: 1, skipped: 0 });
    expect(await eventsOf(fine.storeId)).toHaveLength(2);
    const [, event] = await eventsOf(broken.storeId);
    expect(event).toMatchObject({ outcome: "FAILURE", errorClass: "BAD_CONFIG", trigger: "SCHEDULED" });
    expect((await report(later(DAY_MS + HOUR_MS))).connections.due).toBe(0);
  });

  it("understands an instant that was written by hand in SQL", async () => {
    const { storeId } = await connected();
    await db().$executeRawUnsafe(
      `UPDATE "StoreSecret" SET "nextTestAt" = '2020-01-01 00:00:00' WHERE "storeId" = '${storeId}'`,
    );
    expect((await report(T0)).connections).toMatchObject({ tested: 1, skipped: 0 });
  });

  it("leaves no test running when the database fails", async () => {
    for (let i = 0; i < 8; i++) await connected();
    providers.bing.setTrouble({ kind: "late", ms: 200 });
    let claims = 0;
    const lost = new Error("Connection terminated");
    const failing = new Proxy(db(), {
      get: (target, name) =>
        name === "storeSecret"
          ? new Proxy(target.storeSecret, {
              get: (table, method) => {
                if (method === "updateMany" && ++claims === 3) return () => Promise.reject(lost);
                return Reflect.get(table, method) as unknown;
              },
            })
          : (Reflect.get(target, name) as unknown),
    });
    const run = refreshConnections(
      { db: failing, keys: TEST_KEYS, deps: providers.deps, clock: () => later(DAY_MS) },
      { dryRun: false, budgetMs: 20_000 },
    );
    await expect(run).rejects.toBe(lost);
    const written = await db().connectionEvent.count();
    // Longer than the late answers take.
    await sleep(600);
    expect(await db().connectionEvent.count()).toBe(written);
  });

  it("stops at its budget, and the next run tests what remains", async () => {
    for (let i = 0; i < 12; i++) await connected();
    providers.bing.setTrouble({ kind: "late", ms: 1_500 });
    const cut = await report(later(DAY_MS), { budgetMs: 700 });
    expect(cut.outcome).toBe("INCOMPLETE");
    // As many as run at once; fewer on a machine that takes the whole budget to begin them.
    expect(cut.connections.tested).toBeGreaterThan(0);
    expect(cut.connections.tested).toBeLessThanOrEqual(5);
    const left = 12 - cut.connections.tested;
    expect(cut.connections.remaining).toBe(left);
    providers.bing.setTrouble(null);
    const rest = await report(later(DAY_MS));
    expect(rest).toMatchObject({
      outcome: "COMPLETE",
      connections: { due: left, tested: left, remaining: 0 },
    });
  });

  it("ends at a signal after the running tests, and reports what remains", async () => {
    for (let i = 0; i < 12; i++) await connected();
    const stop = new AbortController();
    const leased = await refreshConnections(
      {
        ...{ db: db(), keys: TEST_KEYS, deps: providers.deps, clock: () => later(DAY_MS) },
        ...{ signal: stop.signal, onProgress: () => stop.abort() },
      },
      { dryRun: false, budgetMs: 20_000 },
    );
    if (leased.outcome !== "done") throw new Error("Another run is at it.");
    const { outcome, connections } = leased.result;
    expect(outcome).toBe("INCOMPLETE");
    expect(connections.tested).toBeGreaterThan(0);
    expect(connections.tested).toBeLessThanOrEqual(5);
    expect(connections.remaining).toBe(12 - connections.tested);
  });

  it("runs once at a time, and seven concurrent runs name the running one", async () => {
    for (let i = 0; i < 3; i++) await connected();
    providers.bing.setTrouble({ kind: "late", ms: 200 });
    const runs = await Promise.all(Array.from({ length: 8 }, () => refresh(later(DAY_MS))));
    const done = runs.flatMap((run) => (run.outcome === "done" ? [run.result] : []));
    expect(done).toHaveLength(1);
    for (const run of runs) if (run.outcome === "running") expect(run.runId).toBe(done[0]!.runId);
    expect(await db().connectionEvent.count({ where: { trigger: "SCHEDULED" } })).toBe(3);
    expect((await report(later(DAY_MS))).connections.due).toBe(0);
  });

  describe("reports secrets that are due for rotation", () => {
    const due = (at: Date) => rotationReminders(db(), at);

    it("from 14 days before, and as overdue from the exact instant", async () => {
      await connected();
      const reminder = later(90 * DAY_MS);
      const at = (ms: number) => new Date(reminder.getTime() + ms);
      expect(await due(at(-14 * DAY_MS - 1))).toEqual([]);
      expect(await due(at(-14 * DAY_MS))).toMatchObject([
        { provider: "BING", overdue: false, daysUntil: 14 },
      ]);
      expect(await due(at(-1))).toMatchObject([{ overdue: false, daysUntil: 0 }]);
      expect(await due(reminder)).toMatchObject([{ overdue: true, daysUntil: 0 }]);
      expect(await due(at(DAY_MS + 1))).toMatchObject([{ overdue: true, daysUntil: -2 }]);
      const report = JSON.stringify(await due(at(DAY_MS)));
      expect(report).not.toContain(BING_KEY);
    });

    it("completely with any page size", async () => {
      for (let i = 0; i < 5; i++) await connected();
      const at = later(90 * DAY_MS);
      const all = await due(at);
      expect(new Set(all.map(({ shopDomain }) => shopDomain)).size).toBe(5);
      for (const pageSize of [1, 2, 5]) expect(await rotationReminders(db(), at, { pageSize })).toEqual(all);
    });
  });
});
