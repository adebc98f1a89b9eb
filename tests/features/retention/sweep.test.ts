import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { setImmediate as withoutRest, setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it, vi } from "vitest";
import { countInTime, noteOn } from "~/features/retention/count-rows.server";
import { POLICIES } from "~/features/retention/policies.server";
import { SETTINGS, SWEEP_JOB, type PolicyName } from "~/features/retention/retention";
import { sweep, type RetentionReport, type SweepContext } from "~/features/retention/sweep.server";
import { connectDatabase, inTransaction, type Db } from "~/platform/db/client.server";
import { databaseNow } from "~/platform/db/clock.server";
import { holdLease, withLease } from "~/platform/db/lease.server";
import { eachDatabase } from "../../support/databases";
import { administer } from "../../support/postgres";
import { loadWebhooks } from "./rows";

const NOW = new Date("2026-11-23T03:30:00.000Z");
const DAY = 86_400_000;
const ago = (days: number, ms = 0) => new Date(NOW.getTime() - days * DAY - ms);

async function run(
  db: Db,
  {
    dryRun = false,
    budgetMs = 60_000,
    ...context
  }: Partial<SweepContext> & { dryRun?: boolean; budgetMs?: number } = {},
): Promise<RetentionReport> {
  const leased = await sweep(
    { db, days: {}, now: NOW, sleep: () => withoutRest(), ...context },
    { dryRun, budgetMs },
  );
  if (leased.outcome === "running") throw new Error(`${leased.runId} is at it`);
  return leased.result;
}

const of = (report: RetentionReport, name: PolicyName) =>
  report.policies.find((policy) => policy.name === name)!;

eachDatabase("a sweep", ({ db, url, engine }) => {
  afterEach(async () => {
    await db().webhookEvent.deleteMany();
    await db().retentionRun.deleteMany();
    await db().complianceRequest.deleteMany();
    await db().session.deleteMany();
    await db().jobLease.deleteMany();
    await db().store.deleteMany();
  });
  const closedAt = (at: Date) =>
    db().complianceRequest.create({
      data: {
        ...{ shopDomain: "gone.myshopify.com", topic: "SHOP_REDACT", status: "COMPLETED", result: {} },
        ...{ receivedAt: at, dueAt: at, closedAt: at },
      },
    });
  const session = (id: string, expires: Date | null, refreshTokenExpires: Date | null = null) =>
    db().session.create({
      data: { id, shop: "a.myshopify.com", state: "", accessToken: "", expires, refreshTokenExpires },
    });
  const sessions = async () => (await db().session.findMany({ orderBy: { id: "asc" } })).map(({ id }) => id);

  describe("of drafts", () => {
    const SENT = new Date("2026-08-01T12:00:00Z");
    /** A ticket with one message, and the draft that it shows; returns the message's id. */
    async function draft(message: { kind: "AI_DRAFT" | "HUMAN"; sentAt?: Date }, values: object = {}) {
      const store = await db().store.create({
        data: { shopDomain: `${randomUUID()}.myshopify.com`, onboardingFlags: {} },
      });
      const ticket = await db().ticket.create({
        data: {
          ...{
            storeId: store.id,
            channel: "EMAIL",
            subject: "s",
            tags: [],
            metadata: {},
            lastMessageAt: NOW,
          },
        },
      });
      const { id } = await db().ticketMessage.create({
        data: {
          ...{ storeId: store.id, ticketId: ticket.id, body: "the text", metadata: {}, writtenAt: ago(91) },
          ...message,
        },
      });
      await db().aiDraft.create({
        data: {
          ...{ storeId: store.id, messageId: id, model: "m", version: "1", text: "the text" },
          ...{ createdAt: ago(91), ...values },
        },
      });
      return id;
    }
    const messages = async () => (await db().ticketMessage.findMany()).map(({ id }) => id);

    it("deletes the text of an unsent one with it, decided or not, and counts the draft alone", async () => {
      await draft({ kind: "AI_DRAFT" });
      await draft({ kind: "AI_DRAFT" }, { approved: false, decidedAt: ago(90), humanEdit: "edited" });
      await draft({ kind: "AI_DRAFT" }, { approved: true });
      const report = await run(db());
      expect(of(report, "ai-drafts")).toMatchObject({ deleted: 3, backlog: 0 });
      expect([await db().aiDraft.count(), await messages()]).toEqual([0, []]);
      expect(await db().ticket.count()).toBe(3);
    });

    it("leaves what was sent, what a person wrote, and the texts of scored and of younger drafts", async () => {
      const kept = [
        await draft({ kind: "AI_DRAFT", sentAt: SENT }, { approved: true }),
        await draft({ kind: "HUMAN" }),
        await draft({ kind: "HUMAN", sentAt: SENT }),
        await draft({ kind: "AI_DRAFT" }, { rewardScore: 0 }),
        await draft({ kind: "AI_DRAFT" }, { createdAt: ago(90, -1_000) }),
      ];
      expect(of(await run(db()), "ai-drafts")).toMatchObject({ deleted: 3, backlog: 0, kept: 1 });
      expect((await messages()).sort()).toEqual(kept.sort());
      expect(await db().aiDraft.count()).toBe(2);
    });

    if (engine === "postgres")
      it("passes by a draft whose message is just being sent, and neither waits nor parts the two", async () => {
        const id = await draft({ kind: "AI_DRAFT" });
        const other = await connectDatabase(url(), { maxConnections: 1 });
        await inTransaction(other, async (tx) => {
          await tx.ticketMessage.updateMany({ where: { id }, data: { sentAt: SENT } });
          expect(of(await run(db()), "ai-drafts")).toMatchObject({ deleted: 0, backlog: 1 });
        });
        await other.$disconnect();
        expect(await messages()).toEqual([id]);
        expect(of(await run(db()), "ai-drafts")).toMatchObject({ deleted: 1, backlog: 0 });
        expect(await messages()).toEqual([id]);
      });
  });

  it("keeps what is a second inside its time, and deletes what is a second past it", async () => {
    await loadWebhooks(db(), 1, { status: "SUCCEEDED", processedAt: ago(14, -1_000), shop: "inside" });
    await loadWebhooks(db(), 1, { status: "SKIPPED", processedAt: ago(14, 1_000), shop: "past" });
    await loadWebhooks(db(), 1, { status: "SUCCEEDED", processedAt: ago(14), shop: "exactly" });
    const report = await run(db());
    expect(of(report, "webhook-events")).toMatchObject({
      deleted: 1,
      backlog: 0,
      cutoff: ago(14).toISOString(),
    });
    const left = await db().webhookEvent.findMany({ orderBy: { shopDomain: "asc" } });
    expect(left.map(({ shopDomain }) => shopDomain)).toEqual([
      "exactly.myshopify.com",
      "inside.myshopify.com",
    ]);
  });

  it("tells how many open webhooks are older than the limit, and since when, and leaves them", async () => {
    for (const status of ["RECEIVED", "FAILED", "DEAD"] as const)
      await loadWebhooks(db(), 1, {
        status,
        processedAt: null,
        receivedAt: ago(40),
        shop: status.toLowerCase(),
      });
    const report = await run(db());
    expect(of(report, "webhook-events")).toMatchObject({
      deleted: 0,
      kept: 3,
      keptOldestAt: ago(40).toISOString(),
    });
    expect(report.outcome).toBe("COMPLETE");
  });

  it("keeps a session whose refresh token still works, or that never ends", async () => {
    await session("dead", ago(31));
    await session("dead for long", ago(400), ago(31));
    await session("refreshable", ago(31), ago(29));
    await session("for ever", null);
    await session("fresh", ago(29));
    expect(of(await run(db()), "sessions")).toMatchObject({ deleted: 2, kept: 1 });
    expect(await sessions()).toEqual(["for ever", "fresh", "refreshable"]);
  });

  it("keeps a closed privacy request for three of the calendar's years", async () => {
    const limit = new Date("2023-11-23T03:30:00.000Z");
    await closedAt(limit);
    await closedAt(new Date(limit.getTime() - 1_000));
    expect(of(await run(db()), "compliance-requests")).toMatchObject({
      deleted: 1,
      cutoff: limit.toISOString(),
    });
  });

  it("counts in a dry run what a sweep then deletes, and changes nothing", async () => {
    await loadWebhooks(db(), 1_203, { status: "SUCCEEDED", processedAt: ago(20) });
    const dry = await run(db(), { dryRun: true });
    expect(of(dry, "webhook-events")).toMatchObject({
      deleted: 1_203,
      backlog: 1_203,
      batches: 0,
      oldestAt: ago(20).toISOString(),
    });
    expect(await db().webhookEvent.count()).toBe(1_203);
    expect(of(await run(db()), "webhook-events")).toMatchObject({ deleted: 1_203, backlog: 0 });
    expect(await db().webhookEvent.count()).toBe(0);
    const runs = await db().retentionRun.findMany({ orderBy: { createdAt: "asc" } });
    expect(runs.map(({ dryRun, outcome }) => [dryRun, outcome])).toEqual([
      [true, "COMPLETE"],
      [false, "COMPLETE"],
    ]);
  });

  it("cut by its budget is INCOMPLETE, with what is left and how old that is, and the next one goes on", async () => {
    await loadWebhooks(db(), 1_500, { status: "SUCCEEDED", processedAt: ago(20) });
    await closedAt(ago(2_000));
    // However fast or slow the machine is: the time is over after the first batch that finds something.
    const budgetMs = 2_000;
    const endsAt = performance.now() + budgetMs;
    const onProgress: SweepContext["onProgress"] = (policies) => {
      if (policies.some(({ deleted }) => deleted))
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, endsAt - performance.now());
    };
    const report = await run(db(), { budgetMs, onProgress });
    const webhooks = of(report, "webhook-events");
    expect(report.outcome).toBe("INCOMPLETE");
    expect(webhooks.deleted).toBeGreaterThan(0);
    expect(webhooks.backlog).toBeGreaterThan(0);
    expect(webhooks.deleted + webhooks.backlog).toBe(1_500);
    expect(webhooks.oldestAt).toBe(ago(20).toISOString());
    expect(await db().webhookEvent.count()).toBe(webhooks.backlog);
    expect(await db().retentionRun.findUniqueOrThrow({ where: { id: report.runId } })).toMatchObject({
      ...{ outcome: "INCOMPLETE", backlog: report.policies.reduce((sum, { backlog }) => sum + backlog, 0) },
      policies: report.policies,
    });
    expect((await run(db())).outcome).toBe("COMPLETE");
    expect(await db().webhookEvent.count()).toBe(0);
  });

  it("is ended by its signal after the batch it is in", async () => {
    await loadWebhooks(db(), 1_500, { status: "SUCCEEDED", processedAt: ago(20) });
    const stop = new AbortController();
    const report = await run(db(), { signal: stop.signal, onProgress: () => stop.abort() });
    expect(report.outcome).toBe("INCOMPLETE");
    expect(report.policies.reduce((sum, { batches }) => sum + batches, 0)).toBeLessThanOrEqual(1);
  });

  it.each([0, -1, -90])("keeps everything of a policy that is set to %s days, and says so", async (days) => {
    await loadWebhooks(db(), 2, { status: "SUCCEEDED", processedAt: ago(4_000) });
    await closedAt(ago(2_000));
    const report = await run(db(), { days: { "webhook-events": days } });
    expect(of(report, "webhook-events")).toMatchObject({
      ...{ cutoff: null, deleted: 0, backlog: 0 },
      note: `RETENTION_WEBHOOK_EVENTS_DAYS is ${days}, which keeps everything.`,
    });
    expect(await db().webhookEvent.count()).toBe(2);
    expect(of(report, "compliance-requests").deleted).toBe(1);
  });

  it("takes the days that an operator set", async () => {
    await loadWebhooks(db(), 1, { status: "SUCCEEDED", processedAt: ago(10) });
    expect(of(await run(db(), { days: { "webhook-events": 11 } }), "webhook-events").deleted).toBe(0);
    expect(of(await run(db(), { days: { "webhook-events": 9 } }), "webhook-events").deleted).toBe(1);
  });

  it("runs the other policies when one of them fails, and is FAILED", async () => {
    await session("dead", ago(31));
    await db().$executeRawUnsafe(`ALTER TABLE "KpiCache" RENAME TO "KpiCacheAway"`);
    try {
      const report = await run(db());
      expect(report.outcome).toBe("FAILED");
      expect(of(report, "kpi-cache").error).toBe("The database refused it; the log says why.");
      expect(of(report, "sessions")).toMatchObject({ deleted: 1, backlog: 0 });
      expect(report.policies.filter(({ error }) => error)).toHaveLength(1);
    } finally {
      await db().$executeRawUnsafe(`ALTER TABLE "KpiCacheAway" RENAME TO "KpiCache"`);
    }
  });

  it("gives every policy its turn, however much another has to do", async () => {
    await loadWebhooks(db(), 3_000, { status: "SUCCEEDED", processedAt: ago(20) });
    await session("dead", ago(31));
    const stop = new AbortController();
    const onProgress: SweepContext["onProgress"] = (policies) => {
      if (policies.find(({ name }) => name === "sessions")!.deleted) stop.abort();
    };
    const report = await run(db(), { turnMs: 1, signal: stop.signal, onProgress });
    expect(of(report, "sessions").deleted).toBe(1);
    expect(of(report, "webhook-events").backlog).toBeGreaterThan(0);
  });

  describe("one at a time:", () => {
    it("says which run is at it", async () => {
      const held = await withLease(db(), SWEEP_JOB, "the backup", async () =>
        sweep({ db: db(), days: {} }, { dryRun: false, budgetMs: 100 }),
      );
      expect(held).toMatchObject({ result: { outcome: "running", runId: "the backup" } });
      expect(await db().retentionRun.count()).toBe(0);
    });

    it("stops before its next batch when another run took its place, and leaves its record to that one", async () => {
      await loadWebhooks(db(), 10_000, { status: "SUCCEEDED", processedAt: ago(20) });
      let taken: Promise<unknown> | undefined;
      const first = run(db(), {
        onProgress: () => {
          taken ??= db()
            .jobLease.updateMany({
              where: { name: SWEEP_JOB },
              data: { runId: "thief", expiresAt: new Date(Date.now() + 60_000) },
            })
            .then(() => undefined);
        },
      });
      await expect(first).rejects.toThrow(/Another run has taken this sweep's place/);
      await taken;
      const left = await db().webhookEvent.count();
      expect(left).toBeGreaterThan(0);
      // The thief's end
      await holdLease(db(), SWEEP_JOB, "thief", 0);
      await run(db());
      const records = await db().retentionRun.findMany({ orderBy: { createdAt: "asc" } });
      expect(records[0]).toMatchObject({ outcome: "INCOMPLETE", backlog: left });
      expect(deletedOf(records[0]!.policies) + deletedOf(records[1]!.policies)).toBe(10_000);
    });

    it("closes the record of a run that died, with what it did and what it left", async () => {
      await loadWebhooks(db(), 3, { status: "SUCCEEDED", processedAt: ago(20) });
      const lastSeenAt = ago(1, -60_000);
      const died = { id: "died", startedAt: ago(1), updatedAt: lastSeenAt, dryRun: false };
      const [policy] = (await run(db(), { dryRun: true })).policies.filter(
        ({ name }) => name === "webhook-events",
      );
      await db().retentionRun.create({ data: { ...died, policies: [{ ...policy!, deleted: 7 }] } });
      await run(db());
      expect(await db().retentionRun.findUniqueOrThrow({ where: { id: "died" } })).toMatchObject({
        ...{ outcome: "INCOMPLETE", backlog: 3, finishedAt: lastSeenAt },
        policies: [
          {
            deleted: 7,
            backlog: 3,
            oldestAt: ago(20).toISOString(),
            note: "The sweep ended before this policy did.",
          },
        ],
      });
    });

    it("is free once the lease of a run that died is over, and not before", async () => {
      const expiresAt = new Date((await databaseNow(db())).getTime() + 1_000);
      await db().jobLease.create({ data: { name: SWEEP_JOB, runId: "killed", expiresAt } });
      const tryIt = () => sweep({ db: db(), days: {} }, { dryRun: true, budgetMs: 100 });
      expect(await tryIt()).toEqual({ outcome: "running", runId: "killed" });
      await expect.poll(tryIt, { timeout: 5_000 }).toMatchObject({ outcome: "done" });
      expect((await databaseNow(db())).getTime()).toBeGreaterThanOrEqual(expiresAt.getTime());
    });
  });

  it("takes the database's clock for its cutoffs, whatever the process's says", async () => {
    const now = await databaseNow(db());
    vi.useFakeTimers({ toFake: ["Date"], now: now.getTime() + 365 * DAY });
    const dryRun = sweep({ db: db(), days: {} }, { dryRun: true, budgetMs: 10_000 });
    const leased = await dryRun.finally(() => vi.useRealTimers());
    const report = (leased as { result: RetentionReport }).result;
    const off = Date.parse(of(report, "kpi-cache").cutoff!) - now.getTime();
    expect(Math.abs(off)).toBeLessThan(30_000);
  });

  it("counts all of them, or says that there are more", async () => {
    await loadWebhooks(db(), 2, { status: "SUCCEEDED", processedAt: ago(20) });
    await loadWebhooks(db(), 2, { status: "SKIPPED", processedAt: ago(21) });
    const policy = POLICIES.find(({ name }) => name === "webhook-events")!;
    const counted = (most: number | null) =>
      countInTime(
        db(),
        policy,
        { endsAt: performance.now() + 10_000, statementMs: 10_000, most },
        (rows, limit) => rows.countDue(ago(14), limit),
      );
    expect(await counted(null)).toEqual({ count: 4, oldestAt: ago(21), isMore: false });
    expect(await counted(5)).toEqual({ count: 4, oldestAt: ago(21), isMore: false });
    expect(await counted(3)).toMatchObject({ count: 3, isMore: true });
    expect(noteOn(await counted(3), "What is left")).toBe("What is left: 3 or more.");
    expect(noteOn(await counted(5), "What is left")).toBeUndefined();
  });

  if (engine === "sqlite")
    it("waits for another process that writes, and loses nothing to it", async () => {
      await loadWebhooks(db(), 1_500, { status: "SUCCEEDED", processedAt: ago(20) });
      const writer = spawn(process.execPath, ["-e", WRITE_ALL_THE_TIME, url().replace(/^file:/, "")]);
      await once(writer.stdout, "data");
      try {
        const report = await run(db(), { sleep });
        expect(report.policies.filter(({ error }) => error)).toEqual([]);
        expect(of(report, "webhook-events")).toMatchObject({ deleted: 1_500, backlog: 0 });
      } finally {
        writer.kill("SIGKILL");
        await once(writer, "exit");
      }
    });

  if (engine === "postgres")
    it("goes on after a run whose leavings cannot be counted, and says of its own when they cannot", async () => {
      await closedAt(ago(2_000));
      const policies = (await run(db(), { dryRun: true })).policies.map((policy) => ({
        ...policy,
        deleted: 5,
      }));
      await db().retentionRun.create({ data: { id: "died", startedAt: ago(1), dryRun: false, policies } });
      const other = await connectDatabase(url(), { maxConnections: 1 });
      try {
        // Whoever holds the table, every statement on it takes too long.
        const report = await inTransaction(other, async (tx) => {
          await tx.$executeRawUnsafe(`LOCK TABLE "AiDraft" IN ACCESS EXCLUSIVE MODE`);
          return run(db(), { budgetMs: 1_500 });
        });
        const drafts = of(report, "ai-drafts");
        expect(report.outcome).toBe("INCOMPLETE");
        expect(drafts).toMatchObject({
          note: "What is left could not be counted in time. What is older and kept could not be counted in time.",
        });
        expect(drafts.error).toBeUndefined();
        expect(report.policies.filter(({ note }) => note)).toHaveLength(1);
        const died = await db().retentionRun.findUniqueOrThrow({ where: { id: "died" } });
        expect(died).toMatchObject({ outcome: "INCOMPLETE", backlog: 1 });
        expect((died.policies as { note?: string }[])[0]!.note).toBe(
          "The sweep ended before this policy did. What is left could not be counted in time.",
        );
      } finally {
        await other.$disconnect();
      }
      expect(of(await run(db()), "compliance-requests").deleted).toBe(1);
    });

  if (engine === "postgres")
    it("passes by a row that somebody is changing, and says that it is left", async () => {
      await loadWebhooks(db(), 3, { status: "SUCCEEDED", processedAt: ago(20) });
      const { id } = await db().webhookEvent.findFirstOrThrow();
      const report = await db().$transaction(async (tx) => {
        await tx.$queryRawUnsafe(`SELECT 1 FROM "WebhookEvent" WHERE "id" = $1 FOR UPDATE`, id);
        return run(db());
      });
      expect(report.outcome).toBe("INCOMPLETE");
      expect(of(report, "webhook-events")).toMatchObject({ deleted: 2, backlog: 1 });
    });

  if (engine === "postgres")
    it("comes past any number of held rows of one instant", async () => {
      await loadWebhooks(db(), 1_500, { status: "SUCCEEDED", processedAt: ago(21), shop: "held" });
      await loadWebhooks(db(), 2, { status: "SUCCEEDED", processedAt: ago(20) });
      const report = await db().$transaction(async (tx) => {
        await tx.$queryRawUnsafe(
          `SELECT 1 FROM "WebhookEvent" WHERE "shopDomain" = 'held.myshopify.com' FOR UPDATE`,
        );
        return run(db(), { budgetMs: 20_000 });
      });
      const policy = of(report, "webhook-events");
      expect(policy).toMatchObject({ deleted: 2, backlog: 1_500, oldestAt: ago(21).toISOString() });
      // It looked twice, and did not spend its budget on looking again
      expect(policy.durationMs).toBeLessThan(5_000);
    });

  if (engine === "postgres")
    it("gives up a batch that takes too long, tries a smaller one, and then only this policy", async () => {
      await session("dead", ago(31));
      await closedAt(ago(2_000));
      // Every delete of a session takes three seconds
      await administer(
        url(),
        `CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(3); RETURN OLD; END'`,
        `CREATE TRIGGER slow BEFORE DELETE ON "Session" FOR EACH ROW EXECUTE FUNCTION slow()`,
      );
      try {
        const report = await run(db());
        expect(of(report, "sessions").error).toMatch(/100 rows took longer than 2 s/);
        expect(of(report, "compliance-requests").deleted).toBe(1);
        expect(await sessions()).toEqual(["dead"]);
      } finally {
        await administer(url(), `DROP TRIGGER slow ON "Session"`, `DROP FUNCTION slow()`);
      }
    });
});

/** A process of its own that writes nearly half of the time, and commits forty times a second */
const WRITE_ALL_THE_TIME = `
  const db = new (require("better-sqlite3"))(process.argv[1], { timeout: 5_000 });
  const insert = db.prepare(\`INSERT INTO "JobLease" ("id", "name", "runId", "updatedAt", "expiresAt") VALUES (?, ?, '', '', '')\`);
  const wait = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  console.log("writing");
  for (let i = 0; ; i++) {
    db.transaction(() => { insert.run("w" + i, "w" + i); wait(10); }).immediate();
    wait(15);
  }
`;

function deletedOf(policies: unknown): number {
  return (policies as { deleted: number }[]).reduce((sum, { deleted }) => sum + deleted, 0);
}

describe("the list of policies", () => {
  it("has a setting for every policy that counts days", () => {
    const withoutSetting = POLICIES.filter(({ name }) => !SETTINGS[name]).map(({ name }) => name);
    expect(withoutSetting).toEqual(["kpi-cache"]);
  });
});
