import { beforeEach, describe, expect, it, vi } from "vitest";
import { POLICY_NAMES } from "~/features/retention/retention";
import { loadRetention } from "~/features/retention/retention.server";
import { countText, lifetimeText, POLICY_TEXTS, sparedText } from "~/features/retention/retention-text";
import type { RetentionDays } from "~/features/retention/policies.server";
import { DAY_MS } from "~/platform/clock";
import { connectDatabase, inTransaction } from "~/platform/db/client.server";
import { databaseNow } from "~/platform/db/clock.server";
import { eachDatabase } from "../../support/databases";
import { insertTenant, T0, type Tenant } from "../../support/tenant-rows";

let shops = 0;
const MINUTE_MS = 60_000;

eachDatabase("the page about retention", ({ db, url, engine }) => {
  let ours: Tenant;
  let now: Date;
  beforeEach(async () => {
    await db().store.deleteMany();
    await db().webhookEvent.deleteMany();
    await db().retentionRun.deleteMany();
    ours = await insertTenant(db(), `retention-${shops++}`);
    now = await databaseNow(db());
  });
  const load = (days: RetentionDays = {}) =>
    loadRetention(db(), { id: ours.storeId, shopDomain: ours.shopDomain }, { now: T0, days });
  const ago = (ms: number) => new Date(now.getTime() - ms);
  const run = (values: object) =>
    db().retentionRun.create({
      data: { startedAt: ago(DAY_MS), finishedAt: ago(DAY_MS - 2_000), policies: [], ...values },
    });

  describe("its rules", () => {
    it("are all of them, each with the line at which it is by the database's clock", async () => {
      vi.useFakeTimers({ toFake: ["Date"], now: ago(-365 * DAY_MS) });
      const { rules } = await load().finally(() => vi.useRealTimers());
      expect(rules.map(({ name }) => name)).toEqual(POLICY_NAMES);
      const draft = rules.find(({ name }) => name === "ai-drafts")!;
      expect(draft.lifetime).toEqual({ days: 90 });
      const behind = now.getTime() - Date.parse(draft.cutoff!);
      expect(Math.abs(behind - 90 * DAY_MS)).toBeLessThan(30_000);
    });

    it("are as an operator set them; with 0 or less nothing goes, and nothing is counted", async () => {
      const days = { "ai-drafts": 0, sessions: -3, "webhook-events": 7 };
      const { rules, due } = await load(days);
      const rule = (name: string) => rules.find((one) => one.name === name)!;
      expect(rule("ai-drafts")).toEqual({ name: "ai-drafts", lifetime: null, cutoff: null });
      expect(rule("sessions").cutoff).toBeNull();
      expect(rule("webhook-events").lifetime).toEqual({ days: 7 });
      expect(due.map(({ name }) => name)).toEqual([
        ...["connection-events", "kpi-cache", "webhook-events", "compliance-requests"],
      ]);
    });
  });

  describe("what the next sweep would delete", () => {
    it("is what is past its time, not what has a minute left", async () => {
      const webhook = (id: string, processedAt: Date) =>
        db().webhookEvent.create({
          data: {
            ...{
              webhookId: id,
              topic: "t",
              shopDomain: ours.shopDomain,
              payload: {},
              receivedAt: processedAt,
            },
            ...{ status: "SUCCEEDED", processedAt },
          },
        });
      await webhook("inside", ago(14 * DAY_MS - MINUTE_MS));
      await webhook("past", ago(14 * DAY_MS + 1_000));
      const line = (await load()).due.find(({ name }) => name === "webhook-events")!;
      expect(line.due).toEqual({ count: 1, oldestAt: ago(14 * DAY_MS + 1_000).toISOString() });
    });

    it("says nothing of other stores' rows", async () => {
      const before = await load();
      const theirs = await insertTenant(db(), `others-${shops++}`);
      await db().webhookEvent.updateMany({
        where: { shopDomain: theirs.shopDomain },
        data: { status: "SUCCEEDED", processedAt: new Date(0) },
      });
      const after = await load();
      expect(after.due).toEqual(before.due);
      expect(JSON.stringify(after)).not.toContain(theirs.marker);
    });

    if (engine === "postgres")
      it("leaves out what cannot be counted in time, and nothing else", async () => {
        const other = await connectDatabase(url(), { maxConnections: 1 });
        try {
          await inTransaction(other, async (tx) => {
            await tx.$executeRawUnsafe(`LOCK TABLE "AiDraft" IN ACCESS EXCLUSIVE MODE`);
            const { due } = await load();
            expect(due.find(({ name }) => name === "ai-drafts")).toEqual({
              ...{ name: "ai-drafts", due: null, spared: null },
            });
            expect(due.filter((line) => line.due).length).toBe(due.length - 1);
          });
        } finally {
          await other.$disconnect();
        }
      });
  });

  describe("its sweeps", () => {
    it("are the last ten that deleted, the newest first, with how each ended and how long it took", async () => {
      for (let i = 1; i <= 12; i++)
        await run({
          ...{ startedAt: ago(i * DAY_MS), finishedAt: ago(i * DAY_MS - i * 1_000) },
          outcome: ["FAILED", "COMPLETE", "INCOMPLETE"][i % 3],
        });
      // As a monitor makes them
      for (let i = 1; i <= 40; i++)
        await run({ startedAt: ago(i * MINUTE_MS), outcome: "COMPLETE", dryRun: true });
      const { sweeps } = await load();
      expect(sweeps).toHaveLength(10);
      expect(sweeps[0]).toEqual({ startedAt: ago(DAY_MS).toISOString(), state: "complete", tookMs: 1_000 });
      expect(sweeps.map(({ state }) => state).slice(0, 3)).toEqual(["complete", "incomplete", "failed"]);
    });

    it("that have not ended are running while they say so, and not finished once they have been silent", async () => {
      const open = { finishedAt: null, outcome: "RUNNING" };
      await run({ ...open, startedAt: ago(3 * DAY_MS), updatedAt: ago(119_000) });
      await run({ ...open, startedAt: ago(4 * DAY_MS), updatedAt: ago(121_000) });
      expect((await load()).sweeps.map(({ state, tookMs }) => ({ state, tookMs }))).toEqual([
        { state: "running", tookMs: null },
        { state: "unfinished", tookMs: null },
      ]);
    });

    it("tell nothing of what they did, which would tell about other stores", async () => {
      const policies = [
        { name: "webhook-events", deleted: 987_654, backlog: 123_321, error: "of all stores" },
      ];
      await run({ policies, outcome: "FAILED", backlog: 123_321 });
      expect(JSON.stringify(await load())).not.toMatch(/987654|123321|of all stores/);
    });
  });

  it("reminds of secrets that are due for a new one by the app's clock", async () => {
    expect((await load()).rotations).toEqual([
      expect.objectContaining({ provider: "GA4", overdue: true, rotationReminderAt: T0.toISOString() }),
    ]);
  });
});

describe("the words for it", () => {
  it("say how long, how much and why", () => {
    expect(lifetimeText({ days: 90 })).toBe("90 days");
    expect(lifetimeText({ days: 1 })).toBe("1 day");
    expect(lifetimeText({ years: 3 })).toBe("3 years");
    expect(lifetimeText({ days: 0 })).toBeNull();
    expect(countText(9_999)).toBe("9,999");
    expect(countText(10_000)).toBe("10,000 or more");
    expect(sparedText("ai-drafts", 1)).toBe("1 older one stays: scored");
    expect(sparedText("webhook-events", 4)).toBe("4 older ones stay: waiting for a replay or a dismissal");
  });

  it("are there for every policy, with its span where it has one", () => {
    for (const name of POLICY_NAMES.filter((one) => one !== "kpi-cache"))
      expect(POLICY_TEXTS[name].rule("77 days"), name).toContain("77 days");
  });
});
