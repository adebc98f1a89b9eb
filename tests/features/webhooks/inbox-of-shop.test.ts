import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { changeInbox, previewChange } from "~/features/webhooks/inbox-changes.server";
import { findDelivery, loadDiagnostics } from "~/features/webhooks/diagnostics.server";
import { listInbox } from "~/features/webhooks/installation.server";
import { WebhookInboxOfShop } from "~/features/webhooks/webhook-inbox-of-shop.repository.server";
import { parseWebhookQuery } from "~/features/webhooks/webhooks.schema";
import { databaseNow } from "~/platform/db/clock.server";
import { eachDatabase } from "../../support/databases";

const SHOP = "desk.myshopify.com";
const NOW = new Date("2026-11-16T15:00:00.000Z");
const MINUTE = 60_000;
const query = (search = "") => parseWebhookQuery(new URLSearchParams(search));
const at = (minutes: number) => new Date(NOW.getTime() + minutes * MINUTE);

eachDatabase("the inbox of a shop", ({ db }) => {
  let storeId: string;
  let events = 0;
  const inbox = () => new WebhookInboxOfShop(db(), SHOP);

  /** Each a minute older than the one before it. */
  async function receive(values: object = {}): Promise<string> {
    const n = ++events;
    const { webhookId } = await db().webhookEvent.create({
      data: {
        ...{ webhookId: `w-${n}`, topic: "orders/create", shopDomain: SHOP, storeId, payload: { id: n } },
        receivedAt: at(-n),
        ...values,
      },
    });
    return webhookId;
  }
  const stateOf = (webhookId: string) => db().webhookEvent.findUniqueOrThrow({ where: { webhookId } });

  beforeAll(async () => {
    storeId = (await db().store.create({ data: { shopDomain: SHOP, onboardingFlags: {} } })).id;
  });
  beforeEach(async () => {
    events = 0;
    await db().webhookEvent.deleteMany();
  });

  describe("as a list", () => {
    it("is sorted newest first over all states, and paged forwards and backwards", async () => {
      const statuses = ["SUCCEEDED", "DEAD", "RECEIVED", "SKIPPED", "FAILED", "PROCESSING"];
      for (let i = 0; i < 12; i++) await receive({ status: statuses[i % 6] });
      const first = await inbox().list({ limit: 5 });
      expect(first.items.map(({ webhookId }) => webhookId)).toEqual(["w-1", "w-2", "w-3", "w-4", "w-5"]);
      expect(first.previousCursor).toBeNull();
      const second = await inbox().list({ limit: 5, cursor: first.nextCursor! });
      expect(second.items.map(({ webhookId }) => webhookId)).toEqual(["w-6", "w-7", "w-8", "w-9", "w-10"]);
      const last = await inbox().list({ limit: 5, cursor: second.nextCursor! });
      expect(last.items.map(({ webhookId }) => webhookId)).toEqual(["w-11", "w-12"]);
      expect(last.nextCursor).toBeNull();
      const back = await inbox().list({ limit: 5, before: last.previousCursor! });
      expect(back.items.map(({ webhookId }) => webhookId)).toEqual(["w-6", "w-7", "w-8", "w-9", "w-10"]);
    });

    it("includes every delivery of one millisecond", async () => {
      for (let i = 0; i < 7; i++) await receive({ receivedAt: NOW, status: i % 2 ? "DEAD" : "FAILED" });
      const seen: string[] = [];
      for (let cursor: string | undefined; ;) {
        const page = await inbox().list({ limit: 2, cursor });
        seen.push(...page.items.map(({ webhookId }) => webhookId));
        if (!page.nextCursor) break;
        cursor = page.nextCursor;
      }
      expect([...seen].sort()).toEqual(["w-1", "w-2", "w-3", "w-4", "w-5", "w-6", "w-7"]);
    });

    it("is filtered by state, topic and webhook id", async () => {
      await receive({ status: "DEAD" });
      await receive({ status: "DEAD", topic: "products/update" });
      await receive({ topic: "products/update" });
      const found = async (filter: object) => (await inbox().list(filter)).items.map((e) => e.webhookId);
      expect(await found({ status: "DEAD" })).toEqual(["w-1", "w-2"]);
      expect(await found({ topic: "products/update" })).toEqual(["w-2", "w-3"]);
      expect(await found({ status: "DEAD", topic: "products/update" })).toEqual(["w-2"]);
      expect(await found({ webhookId: "w-3" })).toEqual(["w-3"]);
      expect(await found({ webhookId: "w-" })).toEqual([]);
    });

    it("ignores an invalid cursor", async () => {
      await receive();
      expect((await inbox().list({ cursor: "nonsense" })).items).toHaveLength(1);
    });
  });

  it("is combined in one list for all shops", async () => {
    for (let i = 0; i < 60; i++) await receive({ shopDomain: `s${i}.myshopify.com`, storeId: null });
    const dead = await receive({ shopDomain: "s7.myshopify.com", storeId: null, status: "DEAD" });
    const newest = await listInbox(db(), {}, 20);
    expect(newest.map(({ webhookId }) => webhookId)).toEqual(
      Array.from({ length: 20 }, (_, i) => `w-${i + 1}`),
    );
    expect(newest[3]!.shopDomain).toBe("s3.myshopify.com");
    const found = (filter: object) => listInbox(db(), filter, 20);
    expect(await found({ status: "DEAD" })).toMatchObject([
      { webhookId: dead, shopDomain: "s7.myshopify.com" },
    ]);
    expect((await found({ shopDomain: "s7.myshopify.com" })).map((e) => e.webhookId)).toEqual(["w-8", dead]);
  });

  it("lags by its oldest unprocessed event, dead ones excluded", async () => {
    expect(await inbox().findOldestUnprocessed()).toBeNull();
    await receive({ status: "RECEIVED" });
    const failed = await receive({ status: "FAILED" });
    for (const status of ["DEAD", "SKIPPED", "SUCCEEDED"]) await receive({ status });
    expect(await inbox().findOldestUnprocessed()).toMatchObject({ webhookId: failed, receivedAt: at(-2) });
  });

  describe("in a replay", () => {
    it("is received again without attempts, due now, with the actor, the instant and its last error", async () => {
      const dead = await receive({ status: "DEAD", attempts: 8, lastError: "boom", processedAt: NOW });
      expect(await inbox().replay({ webhookId: dead }, "me", NOW)).toBe(1);
      expect(await stateOf(dead)).toMatchObject({
        ...{ status: "RECEIVED", attempts: 0, nextAttemptAt: NOW, leaseToken: null, processedAt: null },
        ...{ lastError: "boom", replayedAt: NOW, replayedBy: "me" },
      });
      expect(await inbox().replay({ webhookId: dead }, "me", at(1))).toBe(0);
      expect((await stateOf(dead)).replayedAt).toEqual(NOW);
    });

    it("is limited to what the filter matches", async () => {
      await receive({ status: "DEAD" });
      const other = await receive({ status: "DEAD", topic: "products/update" });
      const done = await receive({ status: "SUCCEEDED" });
      const theirs = await receive({ status: "DEAD", shopDomain: "other.myshopify.com", storeId: null });
      expect(await inbox().replay({ status: "DEAD", topic: "orders/create" }, "me", NOW)).toBe(1);
      for (const id of [other, done, theirs]) expect((await stateOf(id)).replayedAt).toBeNull();
    });

    it("excludes a leased event until exactly the end of its lease", async () => {
      const lease = { status: "PROCESSING", leaseToken: "held", nextAttemptAt: at(1) };
      const held = await receive(lease);
      const filter = { webhookId: held };
      expect(await inbox().replay(filter, "me", new Date(at(1).getTime() - 1))).toBe(0);
      expect(await stateOf(held)).toMatchObject(lease);
      expect(await inbox().replay(filter, "me", at(1))).toBe(1);
      expect(await stateOf(held)).toMatchObject({ status: "RECEIVED", leaseToken: null });
    });

    it("excludes an event that waits already", async () => {
      const waiting = await receive({ attempts: 0, nextAttemptAt: at(5) });
      expect(await inbox().replay({}, "me", NOW)).toBe(0);
      expect((await stateOf(waiting)).nextAttemptAt).toEqual(at(5));
    });

    it("includes 2,500 events of all states once, in several batches", async () => {
      const rows = Array.from({ length: 2500 }, (_, i) => ({
        ...{ webhookId: `many-${i}`, topic: "orders/create", shopDomain: SHOP, storeId, payload: {} },
        ...{ status: (["DEAD", "SUCCEEDED", "FAILED"] as const)[i % 3]!, receivedAt: at(-(i % 50)) },
      }));
      await db().webhookEvent.createMany({ data: rows });
      expect((await previewChange(db(), SHOP, "replay", {})).count).toBe(2500);
      expect(await inbox().replay({}, "me", NOW)).toBe(2500);
      expect(await inbox().countByStatus()).toMatchObject({
        RECEIVED: 2500,
        DEAD: 0,
        FAILED: 0,
        SUCCEEDED: 0,
      });
      // Each a turn of its own, so that another shop's event comes in between.
      const turns = await db().webhookEvent.findMany({
        select: { nextAttemptAt: true },
        orderBy: { nextAttemptAt: "asc" },
      });
      expect(turns.map(({ nextAttemptAt }) => nextAttemptAt!.getTime() - NOW.getTime())).toEqual(
        Array.from({ length: 2500 }, (_, i) => i),
      );
    });

    it("is processed in the order of arrival, also for one topic", async () => {
      const [newest, older, oldest] = [
        await receive({ status: "DEAD" }),
        await receive({ status: "DEAD" }),
        await receive({ status: "DEAD" }),
      ];
      await receive({ status: "DEAD", topic: "products/update" });
      await inbox().replay({ topic: "orders/create" }, "me", NOW);
      const turn = async (id: string) => (await stateOf(id)).nextAttemptAt!.getTime() - NOW.getTime();
      expect([await turn(oldest), await turn(older), await turn(newest)]).toEqual([0, 1, 2]);
    });
  });

  describe("in a dismissal", () => {
    it("is skipped for good, with the actor before the error", async () => {
      const ids = [
        await receive({ status: "FAILED", lastError: "boom", nextAttemptAt: at(5) }),
        await receive({ status: "DEAD", lastError: "bang" }),
        await receive({ status: "DEAD" }),
      ];
      expect(await inbox().dismiss({}, "me", NOW)).toBe(3);
      const rows = await Promise.all(ids.map(stateOf));
      expect(rows.map(({ lastError }) => lastError)).toEqual([
        "Dismissed by me: boom",
        "Dismissed by me: bang",
        "Dismissed by me: no error was recorded",
      ]);
      for (const row of rows)
        expect(row).toMatchObject({ status: "SKIPPED", processedAt: NOW, nextAttemptAt: null });
      expect(await inbox().dismiss({}, "me", at(1))).toBe(0);
    });

    it("excludes events that wait, are processed or are done", async () => {
      for (const status of ["RECEIVED", "PROCESSING", "SUCCEEDED", "SKIPPED"]) await receive({ status });
      expect(await inbox().dismiss({}, "me", NOW)).toBe(0);
    });
  });

  describe("in a preview", () => {
    it("counts events and topics, and names the oldest and what is excluded", async () => {
      await receive({ status: "DEAD" });
      await receive({ status: "DEAD", topic: "products/update" });
      await receive({ status: "DEAD", topic: "products/update" });
      await receive({ status: "RECEIVED" });
      const end = new Date((await databaseNow(db())).getTime() + MINUTE);
      await receive({ status: "PROCESSING", nextAttemptAt: end });
      expect(await previewChange(db(), SHOP, "replay", {})).toEqual({
        ...{ kind: "replay", filter: {}, count: 3, leftAlone: 2 },
        topics: [
          { topic: "products/update", count: 2 },
          { topic: "orders/create", count: 1 },
        ],
        statuses: [{ status: "DEAD", count: 3 }],
        oldestReceivedAt: at(-3).toISOString(),
      });
      expect(await changeInbox(db(), SHOP, "replay", {}, "me")).toBe(3);
    });
  });

  describe("on its page", () => {
    it("shows deliveries, counts, replays, and every topic with its last delivery", async () => {
      const dead = await receive({ status: "DEAD", lastError: "boom" });
      await inbox().replay({ webhookId: dead }, "me", NOW);
      const shown = await loadDiagnostics(db(), { id: storeId, shopDomain: SHOP }, query(), {
        appUrl: "https://app.test",
        expected: ["orders/create", "shop/redact"],
        declared: [{ topic: "orders/create", uri: "/webhooks" }],
      });
      expect(shown.counts).toMatchObject({ RECEIVED: 1, DEAD: 0 });
      expect(shown.replays).toEqual([{ replayedAt: NOW.toISOString(), replayedBy: "me", count: 1 }]);
      expect(shown.deliveries).toMatchObject([{ webhookId: dead, lastError: "boom", status: "RECEIVED" }]);
      expect(shown.topics).toMatchObject([
        { topic: "orders/create", state: "declared", lastDeliveryAt: at(-1).toISOString() },
        { topic: "shop/redact", state: "unchecked", lastDeliveryAt: null },
      ]);
    });

    it("ignores an unknown status and an invalid cursor", async () => {
      await receive();
      const shown = await loadDiagnostics(
        db(),
        { id: storeId, shopDomain: SHOP },
        query("status=NOPE&after=zzz&before="),
        { appUrl: "https://app.test", expected: [], declared: [] },
      );
      expect(shown.deliveries).toHaveLength(1);
    });

    it("shows every digit of a long id and of a price", async () => {
      const id = await receive();
      const json = '{"id":820982911946154508,"email":"ada@example.com","price":1.10,"n":1,"n":2}';
      await db().$executeRawUnsafe(
        `UPDATE "WebhookEvent" SET "payload" = '${json}' WHERE "webhookId" = '${id}'`,
      );
      const { payload } = (await findDelivery(db(), SHOP, id))!;
      expect(payload).toContain('"id": 820982911946154508');
      expect(payload).toContain('"price": 1.10');
      expect(payload).not.toContain("ada@example.com");
    });

    it("masks a payload, cuts a long one, and does not show another shop's delivery", async () => {
      const id = await receive({
        payload: { email: "ada@example.com", note: "x", text: "y".repeat(150_000) },
      });
      const shown = (await findDelivery(db(), SHOP, id))!;
      expect(shown.payload).not.toContain("ada@example.com");
      expect(shown.payload).toHaveLength(100_000);
      expect(shown.payloadCut).toBeGreaterThan(50_000);
      expect(await findDelivery(db(), "other.myshopify.com", id)).toBeNull();
    });
  });
});
