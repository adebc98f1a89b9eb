import { beforeAll, describe, expect, it } from "vitest";
import { submitFlagForm } from "~/features/orders/flag-actions.server";
import { countAttention, findFlag, listFlags } from "~/features/orders/orders.server";
import { parseListQuery } from "~/features/orders/orders.schema";
import { encodeCursor } from "~/platform/db/page";
import { eachDatabase } from "../../support/databases";
import { insertTenant } from "../../support/tenant-rows";

const NOW = new Date("2026-11-16T15:00:00.000Z");
const DAY = 24 * 60 * 60_000;
const ME = { actor: "gid://shopify/StaffMember/1", now: NOW };

const query = (search = "") => parseListQuery(new URLSearchParams(search));

function form(fields: Record<string, string>, ...ids: string[]): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.set(name, value);
  for (const id of ids) data.append("id", id);
  return data;
}

eachDatabase("the orders feature", ({ db }) => {
  let storeId: string;
  let theirs: string;
  let names = 0;

  async function raise(
    values: Partial<Parameters<ReturnType<typeof db>["orderFlag"]["create"]>[0]["data"]> = {},
  ) {
    const n = ++names;
    const flag = await db().orderFlag.create({
      data: {
        orderGid: `gid://shopify/Order/${n}`,
        orderName: `#${1000 + n}`,
        rule: "HIGH_VALUE",
        severity: "INFO",
        orderTotalMinor: 50_000n,
        currency: "USD",
        customerName: "Ada Lovelace",
        orderPlacedAt: NOW,
        orderUpdatedAt: NOW,
        evidence: { measured: "$500.00", threshold: "$400.00", facts: ["1 × Lantern"] },
        createdAt: new Date(NOW.getTime() - n * 1000),
        ...values,
        storeId: values.storeId ?? storeId,
      } as never,
    });
    return flag.id;
  }

  const stateOf = (id: string) => db().orderFlag.findUniqueOrThrow({ where: { id } });

  beforeAll(async () => {
    const store = await db().store.create({
      data: { shopDomain: "orders.myshopify.com", onboardingFlags: {} },
    });
    storeId = store.id;
    theirs = (await insertTenant(db(), "neighbour")).flag;
  });

  describe("an action on flags", () => {
    it("resolves two flags with the actor and the instant", async () => {
      const ids = [await raise(), await raise()];
      const { status, answer } = await submitFlagForm(db(), storeId, form({ intent: "resolve" }, ...ids), ME);
      expect([status, answer]).toEqual([200, { ok: true, message: "2 flags resolved" }]);
      expect(await stateOf(ids[0]!)).toMatchObject({
        status: "RESOLVED",
        resolvedBy: ME.actor,
        resolvedAt: NOW,
      });
    });

    it("answers the same when it is repeated, and keeps the first actor", async () => {
      const id = await raise();
      await submitFlagForm(db(), storeId, form({ intent: "resolve" }, id), ME);
      const later = { actor: "gid://shopify/StaffMember/2", now: new Date(NOW.getTime() + DAY) };
      const { answer } = await submitFlagForm(db(), storeId, form({ intent: "resolve" }, id), later);
      expect(answer.ok).toBe(true);
      expect(await stateOf(id)).toMatchObject({ resolvedBy: ME.actor, resolvedAt: NOW });
    });

    it("snoozes a flag, which returns at exactly the end of three days", async () => {
      const id = await raise({ rule: "NOTE_PRESENT" });
      const { answer } = await submitFlagForm(db(), storeId, form({ intent: "snooze", days: "3" }, id), ME);
      expect(answer.message).toBe("1 flag snoozed for 3 days");
      const until = new Date(NOW.getTime() + 3 * DAY);
      expect(await stateOf(id)).toMatchObject({ status: "SNOOZED", snoozedUntil: until });

      await listFlags(db(), storeId, query(), new Date(until.getTime() - 1));
      expect(await stateOf(id)).toMatchObject({ status: "SNOOZED" });
      const { flags } = await listFlags(db(), storeId, query("rule=NOTE_PRESENT"), until);
      expect(flags.map((flag) => flag.id)).toEqual([id]);
      expect(await stateOf(id)).toMatchObject({ status: "ATTENTION", snoozedUntil: null });
    });

    it("reopens a resolved flag without its actor and instant", async () => {
      const id = await raise();
      await submitFlagForm(db(), storeId, form({ intent: "resolve" }, id), ME);
      await submitFlagForm(db(), storeId, form({ intent: "reopen" }, id), ME);
      expect(await stateOf(id)).toMatchObject({ status: "ATTENTION", resolvedAt: null, resolvedBy: null });
    });

    it("writes a note, and removes it when it is emptied", async () => {
      const id = await raise();
      await submitFlagForm(db(), storeId, form({ intent: "note", note: "  Called. " }, id), ME);
      expect((await findFlag(db(), storeId, id, NOW))?.note).toBe("Called.");
      await submitFlagForm(db(), storeId, form({ intent: "note", note: " " }, id), ME);
      expect(await stateOf(id)).toMatchObject({ note: null });
    });

    it.each(["resolve", "reopen", "note"])(
      "does not change another store's flag on %s, and reports it",
      async (intent) => {
        const before = await stateOf(theirs);
        const { status, answer } = await submitFlagForm(
          db(),
          storeId,
          form({ intent, note: "mine" }, theirs),
          ME,
        );
        expect([status, answer.ok]).toEqual([200, false]);
        expect(await stateOf(theirs)).toEqual(before);
      },
    );

    it("changes the store's own flag and reports another store's beside it", async () => {
      const mine = await raise();
      const { answer } = await submitFlagForm(db(), storeId, form({ intent: "resolve" }, mine, theirs), ME);
      expect(answer).toEqual({
        ok: false,
        message: "1 flag resolved; 1 flag could not be found in this store.",
      });
    });
  });

  describe("an invalid form", () => {
    it.each([
      ["no flag", "ids", "Select at least one flag.", form({ intent: "resolve" })],
      ["two days", "days", "Choose 1, 3, 7 days.", form({ intent: "snooze", days: "2" }, "a")],
      ["no days", "days", expect.any(String) as string, form({ intent: "snooze" }, "a")],
      [
        "a note of 2001 characters",
        "note",
        "Write at most 2000 characters.",
        form({ intent: "note", note: "x".repeat(2001) }, "a"),
      ],
      [
        "a note on two flags",
        "ids",
        "A note belongs to one flag.",
        form({ intent: "note", note: "x" }, "a", "b"),
      ],
      ["an unknown intent", "intent", "This action is not known here.", form({ intent: "delete" }, "a")],
      [
        "101 flags",
        "ids",
        "Select at most 100 flags at a time.",
        form({ intent: "resolve" }, ...Array.from({ length: 101 }, (_, i) => `f${i}`)),
      ],
    ])("is refused with a sentence at its field: %s", async (_name, field, message, data) => {
      const { status, answer } = await submitFlagForm(db(), storeId, data, ME);
      expect([status, answer.ok]).toEqual([400, false]);
      expect(answer.fieldErrors?.[field]).toEqual(message);
    });
  });

  describe("the list of flags", () => {
    let listed: string;
    beforeAll(async () => {
      const store = await db().store.create({
        data: { shopDomain: "list.myshopify.com", onboardingFlags: {} },
      });
      listed = store.id;
      // Every second pair shares its millisecond: a page boundary may fall between them.
      for (let i = 0; i < 60; i++)
        await raise({
          storeId: listed,
          createdAt: new Date(NOW.getTime() - Math.floor(i / 2) * 1000),
          severity: i % 3 === 0 ? "CRITICAL" : "WARNING",
          customerName: i === 7 ? "Grace Hopper" : "Ada Lovelace",
        });
    });
    const list = (search = "") => listFlags(db(), listed, query(search), NOW);

    it("is paged to its end and back to the same beginning", async () => {
      const first = await list();
      const second = await list(`after=${first.older}`);
      const third = await list(`after=${second.older}`);
      const all = [first, second, third].flatMap(({ flags }) => flags.map(({ id }) => id));
      expect([new Set(all).size, all.length, first.newer, third.older]).toEqual([60, 60, null, null]);
      expect((await list(`before=${third.newer}`)).flags).toEqual(second.flags);
      const back = await list(`before=${second.newer}`);
      expect([back.flags, back.newer]).toEqual([first.flags, null]);
    });

    it("shows a full first page when fewer rows than a page precede the cursor", async () => {
      const { flags } = await list();
      const tenth = flags[9]!;
      const page = await list(`before=${encodeCursor(new Date(tenth.flaggedAt), tenth.id)}`);
      expect(page.flags).toEqual(flags);
    });

    it.each(["after=nonsense", "before=nonsense", "after=%00", "after=eyJ9"])(
      "shows the first page for %s",
      async (search) => {
        expect((await list(search)).flags).toEqual((await list()).flags);
      },
    );

    it("filters by severity, rule and part of a name in any case", async () => {
      const critical = (await list("severity=CRITICAL")).flags;
      expect(critical.map(({ severity }) => severity)).toEqual(Array(20).fill("CRITICAL"));
      expect((await list("rule=OVERSOLD")).flags).toEqual([]);
      expect((await list("q=gRaCe")).flags).toHaveLength(1);
    });

    it("ignores unknown filters", async () => {
      expect((await list("severity=HUGE&rule=NONE&status=LOST")).flags).toHaveLength(25);
    });

    it("counts every status without regard to the filter", async () => {
      expect((await list("q=nobody")).counts).toEqual({
        ATTENTION: 60,
        SNOOZED: 0,
        RESOLVED: 0,
        ARCHIVED: 0,
      });
    });

    it("agrees with the overview's counts by severity", async () => {
      const attention = await countAttention(db(), listed, NOW);
      expect([attention.total, attention.bySeverity]).toEqual([60, { CRITICAL: 20, WARNING: 40, INFO: 0 }]);
      expect(attention.latest).toHaveLength(5);
    });
  });

  describe("one flag", () => {
    it("shows its evidence and the order's other flags", async () => {
      const orderGid = "gid://shopify/Order/777";
      const id = await raise({ orderGid });
      const other = await raise({ orderGid, rule: "NOTE_PRESENT" });
      const flag = await findFlag(db(), storeId, id, NOW);
      expect(flag?.evidence).toEqual({ measured: "$500.00", threshold: "$400.00", facts: ["1 × Lantern"] });
      expect(flag?.others.map((line) => line.id)).toEqual([other]);
      expect(JSON.parse(JSON.stringify(flag))).toEqual(flag);
    });

    it.each([[null], ["text"], [{ measured: 5 }], [{ facts: "none" }], [{ measured: {}, threshold: [] }]])(
      "is shown with the evidence of another version: %j",
      async (evidence) => {
        const id = await raise({ evidence: evidence ?? {} });
        expect(Array.isArray((await findFlag(db(), storeId, id, NOW))?.evidence.facts)).toBe(true);
      },
    );

    it("needs attention from exactly the end of its snooze", async () => {
      const id = await raise({ status: "SNOOZED", snoozedUntil: NOW });
      const before = new Date(NOW.getTime() - 1);
      expect(await findFlag(db(), storeId, id, before)).toMatchObject({
        status: "SNOOZED",
        snoozedUntil: NOW.toISOString(),
      });
      expect(await findFlag(db(), storeId, id, NOW)).toMatchObject({
        status: "ATTENTION",
        snoozedUntil: null,
      });
    });

    it("of another store does not exist", async () => {
      expect(await findFlag(db(), storeId, theirs, NOW)).toBeNull();
    });
  });
});
