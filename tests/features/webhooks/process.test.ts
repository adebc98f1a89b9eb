import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import type { TopicHandler } from "~/features/webhooks/handler";
import { delayMs, processEvent, type Processing } from "~/features/webhooks/process.server";
import { Turns } from "~/features/webhooks/turns.server";
import { WebhookInboxRepository } from "~/features/webhooks/webhook-inbox.repository.server";
import { MOST_ATTEMPTS } from "~/features/webhooks/webhook-status";
import { runInbox } from "~/features/webhooks/inbox-run.server";
import {
  drainInbox,
  startWorker,
  type InboxWorker,
  type WorkerOptions,
} from "~/features/webhooks/worker.server";
import { databaseNow } from "~/platform/db/clock.server";
import type { Queryable } from "~/platform/db/client.server";
import { eachDatabase } from "../../support/databases";
import { delivery, received, rowOf, SHOP } from "../../support/deliveries";
import { eventually } from "../../support/eventually";
import { TEST_KEYS } from "../../support/tenant-rows";

const LEASE_MS = 10_000;
const calm = () => ({ lost: new AbortController().signal, stopping: new AbortController().signal });

eachDatabase("an event of the inbox", ({ db }) => {
  const workers: InboxWorker[] = [];
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.stop()));
    await db().webhookEvent.deleteMany();
    await db().jobLease.deleteMany();
    await db().store.deleteMany();
  });

  /** An effect is a row: twice would be two. */
  const effect = (tx: Queryable, name: string) =>
    tx.jobLease.create({ data: { name: `${name} ${randomUUID()}`, runId: name, expiresAt: new Date() } });
  const effects = (name?: string) => db().jobLease.count({ where: { runId: name } });
  const recording: TopicHandler = {
    of: "any",
    handle: async ({ tx, event }) => {
      await effect(tx, event.webhookId);
      return "done";
    },
  };
  const processing = (handler: TopicHandler = recording): Processing => ({
    db: db(),
    keys: TEST_KEYS,
    handlers: new Map([["test/effect", handler]]),
  });
  const take = async (limit = 1, nowMs = 0) => {
    const now = new Date((await databaseNow(db())).getTime() + nowMs);
    return new WebhookInboxRepository(db()).claim(limit, {
      leaseToken: randomUUID(),
      leaseMs: LEASE_MS,
      now,
    });
  };
  const processOne = async (handler?: TopicHandler) =>
    processEvent(processing(handler), (await take())[0]!, calm());
  const newStore = (status: "ACTIVE" | "UNINSTALLED") =>
    db().store.create({ data: { shopDomain: SHOP, status, onboardingFlags: {} } });

  it("is completed together with its effect", async () => {
    const one = await received(db());
    expect(await processOne()).toBe("SUCCEEDED");
    expect(await effects(one.webhookId)).toBe(1);
    const row = await rowOf(db(), one);
    expect(row).toMatchObject({ status: "SUCCEEDED", attempts: 1, lastError: null, nextAttemptAt: null });
    expect(Math.abs(row.processedAt!.getTime() - Date.now())).toBeLessThan(60_000);
  });

  it("is skipped with the handler's reason, or because there is no handler", async () => {
    const one = await received(db());
    expect(
      await processOne({ of: "any", handle: () => Promise.resolve({ skipped: "Nothing to do." }) }),
    ).toBe("SKIPPED");
    expect(await rowOf(db(), one)).toMatchObject({ status: "SKIPPED", lastError: "Nothing to do." });
    const other = await received(db(), { topic: "customers/update" });
    expect(await processOne()).toBe("SKIPPED");
    expect((await rowOf(db(), other)).lastError).toContain("customers/update");
  });

  it("is skipped for a shop that is not installed, and linked to the store of one that is", async () => {
    const installedOnly: TopicHandler = { ...recording, of: "installed" };
    const unknown = await received(db());
    expect(await processOne(installedOnly)).toBe("SKIPPED");
    const store = await newStore("UNINSTALLED");
    await received(db());
    expect(await processOne(installedOnly)).toBe("SKIPPED");
    expect(await effects()).toBe(0);
    await db().store.update({ where: { id: store.id }, data: { status: "ACTIVE" } });
    const one = await received(db());
    expect(await processOne(installedOnly)).toBe("SUCCEEDED");
    expect(await effects(one.webhookId)).toBe(1);
    expect((await rowOf(db(), one)).storeId).toBe(store.id);
    expect((await rowOf(db(), unknown)).storeId).toBeNull();
  });

  it("is passed to its handler with long ids as text", async () => {
    await received(db(), { payload: `{"id":820982911946154508,"n":1.5,"m":12,"s":"820982911946154508"}` });
    let seen: unknown;
    await processOne({
      of: "any",
      handle: ({ event }) => {
        seen = event.payload;
        return Promise.resolve("done");
      },
    });
    expect(seen).toEqual({ id: "820982911946154508", n: 1.5, m: 12, s: "820982911946154508" });
  });

  const failing: TopicHandler = {
    of: "any",
    handle: async ({ tx, event }) => {
      await effect(tx, event.webhookId);
      throw new Error("no, and Bearer abcdefghijk is nobody's business");
    },
  };

  it("that fails has no effect, records the error without secrets, and is retried later", async () => {
    const one = await received(db());
    expect(await processOne(failing)).toBe("FAILED");
    expect(await effects()).toBe(0);
    const row = await rowOf(db(), one);
    expect(row).toMatchObject({ status: "FAILED", attempts: 1, processedAt: null, leaseToken: null });
    expect(row.lastError).toBe("Error: no, and Bearer [redacted] is nobody's business");
    const delay = row.nextAttemptAt!.getTime() - row.updatedAt.getTime();
    expect(delay).toBeGreaterThanOrEqual(7_500);
    expect(delay).toBeLessThanOrEqual(12_500);
  });

  it("is DEAD when its last attempt fails, and FAILED before", async () => {
    const one = await received(db());
    await db().webhookEvent.updateMany({ data: { attempts: MOST_ATTEMPTS - 2 } });
    expect(await processOne(failing)).toBe("FAILED");
    await db().webhookEvent.updateMany({ data: { nextAttemptAt: new Date(0) } });
    expect(await processOne(failing)).toBe("DEAD");
    expect(await rowOf(db(), one)).toMatchObject({
      status: "DEAD",
      attempts: MOST_ATTEMPTS,
      nextAttemptAt: null,
    });
    expect(await take(1, 10 * 60 * 60 * 1000)).toEqual([]);
  });

  it("is retried with growing delays of at most five hours in all", () => {
    const delays = (random: number) =>
      Array.from({ length: MOST_ATTEMPTS - 1 }, (_, i) => delayMs(i + 1, random));
    expect(delays(0.5)).toEqual([10, 40, 160, 640, 2560, 7200, 7200].map((s) => s * 1000));
    expect(delays(0.5).reduce((a, b) => a + b)).toBeLessThan(5 * 60 * 60 * 1000);
    expect(delays(0)[0]).toBe(7_500);
    expect(delays(1)[0]).toBe(12_500);
  });

  it("has no effect under a lapsed claim, and one effect under the current claim", async () => {
    const one = await received(db());
    const [stale] = await take();
    const [current] = await take(1, LEASE_MS);
    const signals = calm();
    expect(await processEvent(processing(), stale!, signals)).toBe("late");
    expect(await processEvent(processing(failing), stale!, signals)).toBe("late");
    expect(await effects()).toBe(0);
    expect(await rowOf(db(), one)).toMatchObject({ status: "PROCESSING", attempts: 2, lastError: null });
    expect(await processEvent(processing(), current!, signals)).toBe("SUCCEEDED");
    expect(await effects(one.webhookId)).toBe(1);
  });

  describe("in a worker", () => {
    const start = (handler: TopicHandler, options: Partial<WorkerOptions> = {}) => {
      const worker = startWorker({ ...processing(handler), ...options });
      workers.push(worker);
      return worker;
    };
    const untilCount = (status: "SUCCEEDED" | "PROCESSING", count: number) =>
      eventually(async () => expect(await db().webhookEvent.count({ where: { status } })).toBe(count));
    const untilEffect = ({ webhookId }: { webhookId: string }) =>
      eventually(async () => expect(await effects(webhookId)).toBe(1));

    it("is processed once by three workers", async () => {
      const all = Array.from({ length: 120 }, () => delivery());
      await new WebhookInboxRepository(db()).insert(all);
      for (let i = 0; i < 3; i++) start(recording);
      await untilCount("SUCCEEDED", all.length);
      expect(await effects()).toBe(all.length);
    });

    it("is taken when the worker is woken, and by polling otherwise", async () => {
      const worker = start(recording, { pollMs: 600_000 });
      // Until its first look at the empty inbox is over
      await sleep(300);
      const woken = await received(db());
      worker.wake();
      await untilEffect(woken);
      await worker.stop();
      start(recording);
      await sleep(300);
      await untilEffect(await received(db()));
    });

    it("keeps its lease during a long preparation", async () => {
      const one = await received(db());
      const leaseMs = 1_500;
      const endOfLease = async () => (await rowOf(db(), one)).nextAttemptAt!.getTime();
      let prepared = 0;
      const long: TopicHandler = {
        ...recording,
        prepare: async () => {
          prepared += 1;
          const first = await endOfLease();
          await eventually(async () => expect(await endOfLease()).toBeGreaterThanOrEqual(first + leaseMs));
        },
      };
      start(long, { leaseMs });
      start(long, { leaseMs });
      await untilCount("SUCCEEDED", 1);
      expect(await effects(one.webhookId)).toBe(1);
      expect(prepared).toBe(1);
      expect(await rowOf(db(), one)).toMatchObject({ status: "SUCCEEDED", attempts: 1 });
    });

    it("is finished before the worker stops, and no other is begun", async () => {
      const slow: TopicHandler = { ...recording, prepare: () => sleep(400) };
      await new WebhookInboxRepository(db()).insert(Array.from({ length: 9 }, () => delivery()));
      const worker = start(slow, { slots: 2 });
      await untilCount("PROCESSING", 2);
      await worker.stop();
      const done = await effects();
      expect(done).toBeGreaterThan(0);
      expect(done).toBeLessThanOrEqual(4);
      expect(await db().webhookEvent.count({ where: { status: "PROCESSING" } })).toBe(0);
      expect(await db().webhookEvent.count({ where: { status: "RECEIVED" } })).toBe(9 - done);
    });

    it("is not blocked by long preparations while a slot is free", async () => {
      const long: TopicHandler = {
        of: "any",
        prepare: async ({ event, lost }) => {
          while (event.attempts && !lost.aborted) await sleep(20);
        },
        handle: () => Promise.resolve("done"),
      };
      const worker = startWorker({
        ...processing(),
        handlers: new Map([
          ["test/long", long],
          ["test/effect", recording],
        ]),
      });
      workers.push(worker);
      for (let i = 0; i < 3; i++) await received(db(), { topic: "test/long" });
      await untilCount("PROCESSING", 3);
      const one = await received(db());
      worker.wake();
      await untilEffect(one);
    });

    it("is returned without the attempt when its worker stops during a long preparation", async () => {
      const one = await received(db());
      let prepared = 0;
      const long: TopicHandler = {
        ...recording,
        prepare: async ({ lost }) => {
          for (prepared += 1; prepared === 1; await sleep(20)) lost.throwIfAborted();
        },
      };
      const worker = start(long);
      await eventually(() => expect(prepared).toBe(1));
      await worker.stop();
      expect(await rowOf(db(), one)).toMatchObject({ status: "RECEIVED", attempts: 0, leaseToken: null });
      start(long);
      await untilCount("SUCCEEDED", 1);
      await untilEffect(one);
      expect(await rowOf(db(), one)).toMatchObject({ status: "SUCCEEDED", attempts: 1 });
    });

    it("aborts its preparation when the lease is lost", async () => {
      await received(db());
      let told = false;
      const long: TopicHandler = {
        ...recording,
        prepare: async ({ lost }) => {
          await db().webhookEvent.updateMany({ data: { leaseToken: "another" } });
          await eventually(() => expect(lost.aborted).toBe(true));
          told = lost.aborted;
        },
      };
      start(long, { leaseMs: 300 });
      await eventually(() => expect(told).toBe(true));
    });

    it("is not blocked by a thousand events of another shop", async () => {
      const turns = new Turns();
      const at = new Date();
      const noisy = Array.from({ length: 1_000 }, () =>
        delivery({ shopDomain: "noisy.myshopify.com", turnAt: turns.next("noisy.myshopify.com", at) }),
      );
      const inbox = new WebhookInboxRepository(db());
      for (let i = 0; i < noisy.length; i += 100) await inbox.insert(noisy.slice(i, i + 100));
      turns.moveTo(await inbox.findFront());
      const quiet = delivery({ turnAt: turns.next(SHOP, new Date()) });
      await inbox.insert([quiet]);
      let processed = 0;
      const drained = drainInbox({ ...processing(), slots: 4 }, () => processed++ < 2);
      expect((await drained).SUCCEEDED).toBe(8);
      expect(await effects(quiet.webhookId)).toBe(1);
    });
  });
});

eachDatabase("a run of the inbox", ({ db }) => {
  it("ends at a signal after its current events, and reports what remains", async () => {
    const events = Array.from({ length: 30 }, () => delivery({ topic: "test/effect" }));
    await new WebhookInboxRepository(db()).insert(events);
    const stop = new AbortController();
    const told: number[] = [];
    const handler: TopicHandler = {
      of: "any",
      handle: () => {
        stop.abort();
        return Promise.resolve("done");
      },
    };
    const leased = await runInbox(
      {
        ...{
          db: db(),
          keys: TEST_KEYS,
          handlers: new Map([["test/effect", handler]]),
          clock: () => new Date(),
        },
        ...{ signal: stop.signal, onProgress: ({ SUCCEEDED }) => told.push(SUCCEEDED) },
      },
      { dryRun: false, budgetMs: 20_000 },
    );
    if (leased.outcome !== "done") throw new Error("Another run is at it.");
    const { outcome, processed, remaining } = leased.result;
    expect(outcome).toBe("INCOMPLETE");
    expect(told).toEqual([processed.SUCCEEDED]);
    expect(processed.SUCCEEDED).toBeLessThan(30);
    expect(remaining).toBe(30 - processed.SUCCEEDED);
  });
});

describe("the turns of a fair queue", () => {
  const at = new Date("2026-11-16T15:00:00.000Z");
  it("are the time of arrival in an empty queue, and a millisecond apart within a shop", () => {
    const turns = new Turns();
    const of = (shop: string, ms = 0) =>
      turns.next(shop, new Date(at.getTime() + ms)).getTime() - at.getTime();
    expect([of("a"), of("a"), of("a"), of("b")]).toEqual([0, 1, 2, 0]);
    expect(of("a", 500)).toBe(500);
  });

  it("begin at the front of a queue that is behind, so that a quiet shop is next", () => {
    const turns = new Turns();
    turns.moveTo(new Date(at.getTime() - 60_000));
    expect(turns.next("quiet", at)).toEqual(new Date(at.getTime() - 60_000));
    turns.moveTo(new Date(at.getTime() + 60_000));
    expect(turns.next("other", at)).toEqual(at);
    turns.moveTo(null);
    expect(turns.next("third", at)).toEqual(at);
  });

  it("are reset when the queue is empty", () => {
    const turns = new Turns();
    for (let i = 0; i < 5_000; i++) turns.next("busy", at);
    expect(turns.next("busy", at).getTime()).toBe(at.getTime() + 5_000);
    turns.moveTo(null);
    expect(turns.next("busy", at)).toEqual(at);
  });

  it("do not go backwards within a shop when a clock does", () => {
    const turns = new Turns();
    expect(turns.next("a", at)).toEqual(at);
    expect(turns.next("a", new Date(at.getTime() - 3_600_000)).getTime()).toBe(at.getTime() + 1);
  });
});
