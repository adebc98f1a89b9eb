import { randomUUID } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import {
  WebhookInboxRepository,
  type ClaimedEvent,
} from "~/features/webhooks/webhook-inbox.repository.server";
import { GroupedInserts } from "~/features/webhooks/grouped-inserts.server";
import { MOST_ATTEMPTS } from "~/features/webhooks/webhook-status";
import { databaseNow } from "~/platform/db/clock.server";
import { eachDatabase } from "../../support/databases";
import { delivery, received, rowOf } from "../../support/deliveries";

const LEASE_MS = 10_000;
const after = (at: Date, ms: number) => new Date(at.getTime() + ms);

eachDatabase("the inbox", ({ db, engine }) => {
  afterEach(() => db().webhookEvent.deleteMany());
  const inbox = () => new WebhookInboxRepository(db());
  const claim = async (limit = 1, now?: Date, leaseToken: string = randomUUID()) =>
    inbox().claim(limit, { leaseToken, leaseMs: LEASE_MS, now: now ?? (await databaseNow(db())) });

  const claimSuspect = (now: Date) =>
    inbox().claimSuspect({ leaseToken: randomUUID(), leaseMs: LEASE_MS, now });

  describe("storing", () => {
    it("stores each new delivery once, and returns the ids of the new ones", async () => {
      const [one, two] = [delivery(), delivery()];
      expect(await inbox().insert([one])).toEqual(new Set([one.webhookId]));
      expect(await inbox().insert([one, two, two])).toEqual(new Set([two.webhookId]));
      expect(await db().webhookEvent.count()).toBe(2);
    });

    it("does not change an existing row", async () => {
      const one = await received(db(), { payload: `{"n":1}` });
      const before = await rowOf(db(), one);
      await inbox().insert([{ ...one, payload: `{"n":2}`, topic: "other/topic", receivedAt: new Date() }]);
      expect(await rowOf(db(), one)).toEqual(before);
    });

    it("stores every field, a cuid, and instants to the millisecond", async () => {
      const receivedAt = new Date("2026-11-16T15:00:00.123Z");
      const one = await received(db(), {
        receivedAt,
        triggeredAt: new Date("2026-11-16T14:59:59.001Z"),
        turnAt: after(receivedAt, 7),
        payload: `{"a":[1,{"b":"ü€😀"}],"c":null}`,
      });
      const row = await rowOf(db(), one);
      expect(row).toMatchObject({
        ...{ webhookId: one.webhookId, eventId: one.eventId, topic: one.topic, shopDomain: one.shopDomain },
        ...{ apiVersion: "2026-07", receivedAt, createdAt: receivedAt, updatedAt: receivedAt, storeId: null },
        ...{ triggeredAt: one.triggeredAt, nextAttemptAt: one.turnAt, status: "RECEIVED", attempts: 0 },
        payload: { a: [1, { b: "ü€😀" }], c: null },
      });
      expect(row.id).toMatch(/^c[a-z0-9]{24}$/);
    });
  });

  describe("storing a group", () => {
    it("stores each payload with its own delivery, with any characters", async () => {
      const texts = [
        '{"quote":"\\"","backslash":"\\\\"}',
        '{"comma":"},{","null":null}',
        '{"long":"' + "ü😀".repeat(5_000) + '"}',
      ];
      const sent = texts.map((payload) => delivery({ payload }));
      await inbox().insert(sent);
      for (const one of sent) expect((await rowOf(db(), one)).payload).toEqual(JSON.parse(one.payload));
    });
  });

  describe("refusing", () => {
    it.each(["{", '{"a":}', "{a:1}", `{"a":01}`, "{'a':1}", '{"a":1}x', '{"a":"\u0001"}'])(
      "stores nothing of a group with the payload %j",
      async (payload) => {
        const others = [delivery(), delivery()];
        await expect(inbox().insert([others[0]!, delivery({ payload }), others[1]!])).rejects.toMatchObject({
          code: "PAYLOAD_REFUSED",
        });
        expect(await db().webhookEvent.count()).toBe(0);
        // As the door does it: what came beside it is not harmed.
        const group = new GroupedInserts((some) => inbox().insert(some), engine);
        const outcomes = await Promise.allSettled(
          [others[0]!, delivery({ payload }), others[1]!].map((one) => group.add(one, 3_000)),
        );
        expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
        expect(await db().webhookEvent.count()).toBe(2);
      },
    );
  });

  describe("claiming", () => {
    it("returns an event to one claim only, counts the attempt, and keeps every digit of the payload", async () => {
      const one = await received(db(), { payload: `{"id":820982911946154508}` });
      const now = await databaseNow(db());
      const [claimed, ...rest] = await claim(5, now);
      expect(rest).toEqual([]);
      expect(claimed).toMatchObject({
        ...{ webhookId: one.webhookId, topic: one.topic, shopDomain: one.shopDomain },
        ...{ triggeredAt: one.triggeredAt, receivedAt: one.receivedAt, attempts: 1, status: "PROCESSING" },
      });
      expect(claimed!.payload!.replace(/\s/g, "")).toBe(`{"id":820982911946154508}`);
      expect(await rowOf(db(), one)).toMatchObject({
        ...{ status: "PROCESSING", attempts: 1, leaseToken: claimed!.leaseToken },
        nextAttemptAt: after(now, LEASE_MS),
      });
      expect(await claim(5)).toEqual([]);
    });

    it("returns the others beside an event whose payload the database cannot write out", async () => {
      if (db().engine === "sqlite") return; // stores a payload as its text
      const bomb = await received(db());
      const other = await received(db(), { payload: `{"id":1}` });
      // As text it is larger than Postgres' limit of 1 GB. The ingress refuses such a payload; this row is older.
      await db().$executeRawUnsafe(
        `UPDATE "WebhookEvent" SET "payload" = (SELECT jsonb_agg(1e131071::numeric) FROM generate_series(1, 8300))
         WHERE "webhookId" = $1`,
        bomb.webhookId,
      );
      const claimed = await claim(5);
      expect(new Map(claimed.map(({ webhookId, payload }) => [webhookId, payload]))).toEqual(
        new Map([
          [bomb.webhookId, null],
          [other.webhookId, `{"id": 1}`],
        ]),
      );
    });

    it("returns every event once to 30 concurrent claims", async () => {
      const all = Array.from({ length: 60 }, () => delivery());
      await inbox().insert(all);
      const claims = await Promise.all(Array.from({ length: 30 }, () => claim(4)));
      const ids = claims.flat().map(({ webhookId }) => webhookId);
      expect(new Set(ids).size).toBe(ids.length);
      for (let more = await claim(50); more.length; more = await claim(50))
        ids.push(...more.map(({ webhookId }) => webhookId));
      expect([...ids].sort()).toEqual(all.map(({ webhookId }) => webhookId).sort());
    });

    it("follows turnAt, not the order of arrival", async () => {
      const at = new Date();
      const late = await received(db(), { turnAt: after(at, 5_000) });
      const early = await received(db(), { turnAt: after(at, 1_000) });
      expect((await claim()).map(({ webhookId }) => webhookId)).toEqual([early.webhookId]);
      expect((await claim()).map(({ webhookId }) => webhookId)).toEqual([late.webhookId]);
    });

    it("mixes new events and retries evenly", async () => {
      const now = await databaseNow(db());
      const old = Array.from({ length: 10 }, () => delivery());
      await inbox().insert(old);
      for (const event of await claim(10, now))
        await inbox().fail(event, { lastError: "x", nextAttemptAt: now, now });
      await inbox().insert(Array.from({ length: 10 }, () => delivery()));
      const attempts = (await claim(6)).map((event) => event.attempts);
      expect(attempts.filter((n) => n === 2)).toHaveLength(3);
      expect(attempts.filter((n) => n === 1)).toHaveLength(3);
    });

    it("returns a failed event from exactly its next attempt", async () => {
      const one = await received(db());
      const now = await databaseNow(db());
      const [event] = await claim(1, now);
      const nextAttemptAt = after(now, 60_000);
      expect(await inbox().fail(event!, { lastError: "no", nextAttemptAt, now })).toBe(true);
      expect(await claim(1, after(now, 59_999))).toEqual([]);
      const [again] = await claim(1, nextAttemptAt);
      expect(again).toMatchObject({ webhookId: one.webhookId, attempts: 2 });
    });

    it("returns an event again from exactly the end of its lease", async () => {
      const one = await received(db());
      const now = await databaseNow(db());
      await claim(1, now);
      expect(await claim(1, after(now, LEASE_MS - 1))).toEqual([]);
      const [again] = await claim(1, after(now, LEASE_MS));
      expect(again).toMatchObject({ webhookId: one.webhookId, attempts: 2, status: "PROCESSING" });
    });

    it("marks an event as DEAD when its worker was lost at every attempt", async () => {
      const one = await received(db());
      let now = await databaseNow(db());
      for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
        const claimed = attempt <= 2 ? await claim(1, now) : await claimSuspect(now);
        expect(claimed).toMatchObject([{ attempts: attempt, status: "PROCESSING" }]);
        now = after(now, LEASE_MS);
      }
      expect(await claimSuspect(now)).toMatchObject([{ attempts: MOST_ATTEMPTS, status: "DEAD" }]);
      expect(await rowOf(db(), one)).toMatchObject({
        ...{
          status: "DEAD",
          attempts: MOST_ATTEMPTS,
          leaseToken: null,
          nextAttemptAt: null,
          processedAt: null,
        },
        lastError: expect.stringMatching(/^The worker was lost/) as string,
      });
      expect(await claim(1, after(now, LEASE_MS))).toEqual([]);
      expect(await claimSuspect(after(now, LEASE_MS))).toEqual([]);
    });

    it("returns an event alone after two workers were lost with it", async () => {
      const suspects = [await received(db()), await received(db())];
      const now = await databaseNow(db());
      await claim(2, now);
      expect(await inbox().hasSuspect(after(now, LEASE_MS))).toBe(false);
      expect(await claim(5, after(now, LEASE_MS))).toHaveLength(2);
      const lapsed = after(now, 2 * LEASE_MS);
      expect(await inbox().hasSuspect(after(lapsed, -1))).toBe(false);
      expect(await inbox().hasSuspect(lapsed)).toBe(true);
      expect(await claim(5, lapsed)).toEqual([]);
      const taken = [...(await claimSuspect(lapsed)), ...(await claimSuspect(lapsed))];
      expect(taken.map(({ webhookId }) => webhookId).sort()).toEqual(
        suspects.map(({ webhookId }) => webhookId).sort(),
      );
      expect(taken.map((event) => event.attempts)).toEqual([3, 3]);
      expect(await claimSuspect(lapsed)).toEqual([]);
      expect(await inbox().hasSuspect(lapsed)).toBe(false);
    });
  });

  describe("a claim that has lapsed", () => {
    async function lapsedClaim(): Promise<{ stale: ClaimedEvent; current: ClaimedEvent; now: Date }> {
      await received(db());
      const now = await databaseNow(db());
      const [stale] = await claim(1, now);
      const [current] = await claim(1, after(now, LEASE_MS));
      return { stale: stale!, current: current!, now };
    }

    it("completes, fails, erases and renews nothing, and the current claim does", async () => {
      const { stale, current, now } = await lapsedClaim();
      const outcome = { status: "SUCCEEDED" as const, lastError: null, storeId: null, now };
      expect(await inbox().complete(stale, outcome)).toBe(false);
      expect(await inbox().fail(stale, { lastError: "late", nextAttemptAt: null, now })).toBe(false);
      expect(await inbox().erase(stale)).toBe(false);
      expect(await inbox().renew(stale.leaseToken, after(now, 99_000))).toBe(0);
      expect(await rowOf(db(), current)).toMatchObject({ status: "PROCESSING", lastError: null });
      expect(await inbox().renew(current.leaseToken, after(now, 99_000))).toBe(1);
      expect(await inbox().complete(current, outcome)).toBe(true);
      expect(await rowOf(db(), current)).toMatchObject({
        ...{ status: "SUCCEEDED", processedAt: now, nextAttemptAt: null, leaseToken: null },
      });
      expect(await inbox().complete(current, outcome)).toBe(false);
    });
  });

  it("finds the front of the queue", async () => {
    expect(await inbox().findFront()).toBeNull();
    const at = new Date("2026-11-16T15:00:00.000Z");
    await received(db(), { turnAt: after(at, 2) });
    await received(db(), { turnAt: at });
    expect(await inbox().findFront()).toEqual(at);
    await claim(2);
    expect(await inbox().findFront()).toBeNull();
  });
});
