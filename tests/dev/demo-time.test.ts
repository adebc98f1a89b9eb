import Database from "better-sqlite3";
import { describe, expect, it, onTestFinished } from "vitest";
import { moveRows } from "../../dev/demo/move-rows";
import { timeShift } from "../../dev/demo/time-shift";
import { createTestDatabase } from "../support/databases";
import { connectDatabase } from "~/platform/db/client.server";
import { seedDemo } from "../../prisma/seed/run";
import { seedKeys } from "../../prisma/seed/keys";
import { shopDayOf } from "~/platform/shop-day";

const NEW_YORK = "America/New_York";
const standing = { ianaTimezone: NEW_YORK, day: "2026-11-16", at: new Date("2026-11-16T15:00:00Z") };

describe("a store whose rows are moved to now", () => {
  it.each(["2026-12-01T04:50:00Z", "2027-03-14T12:00:00Z", "2025-07-01T05:00:01Z", "2026-11-16T10:00:00Z"])(
    "stands at %s, with its days, its order and what is due later",
    (text) => {
      const now = new Date(text);
      const shift = timeShift(standing, now);
      const today = shopDayOf(now, NEW_YORK);
      expect(shift.instant(standing.at)).toEqual(now);
      expect(shift.day(standing.day)).toBe(today);
      expect(shift.instant(new Date("2026-11-18T15:00:00Z")).getTime() - now.getTime()).toBe(48 * 3_600_000);
      let before = -Infinity;
      for (let hour = -400; hour < 100; hour++) {
        const given = new Date(standing.at.getTime() + hour * 3_600_000);
        const moved = shift.instant(given);
        expect(moved.getTime()).toBeGreaterThanOrEqual(before);
        before = moved.getTime();
        if (hour <= 0) expect(shopDayOf(moved, NEW_YORK)).toBe(shift.day(shopDayOf(given, NEW_YORK)));
      }
    },
  );

  it("has its days and instants moved in texts too, and no revision of a protocol", () => {
    const { text } = timeShift(standing, new Date("2026-12-01T15:00:00Z"));
    expect(text(`{"a":"2026-11-15","b":"2026-11-10T12:00:00Z","c":"2026-11-03: $1"}`)).toBe(
      `{"a":"2026-11-30","b":"2026-11-25T12:00:00Z","c":"2026-11-18: $1"}`,
    );
    expect(text("MCP 2026-07-28, 6 tools.")).toBe("MCP 2026-07-28, 6 tools.");
  });
});

describe("the demo's database", () => {
  it("is moved to now, once and again on a later day, and a store of one's own is left alone", async () => {
    const { url, drop } = await createTestDatabase("sqlite");
    onTestFinished(drop);
    const db = await connectDatabase(url);
    await seedDemo(db, { keys: seedKeys({}).keys });
    const own = { shopDomain: "own.myshopify.com", installedAt: new Date("2026-11-01T00:00:00Z") };
    await db.store.create({ data: { ...own, scopes: "", onboardingFlags: {} } });
    await db.$disconnect();
    const file = url.slice("file:".length);
    for (const text of ["2026-12-01T04:50:00Z", "2026-12-04T12:00:00Z"]) {
      const now = new Date(text);
      expect(moveRows(file, now)).toBeGreaterThan(900);
      expect(moveRows(file, now)).toBe(0);
      const read = new Database(file, { readonly: true });
      const one = (sql: string) => read.prepare(sql).pluck().get() as string;
      expect(one("SELECT max(toDay) FROM KpiCache WHERE currency = 'USD'")).toBe(shopDayOf(now, NEW_YORK));
      expect(one("SELECT count(DISTINCT toDay) FROM KpiCache WHERE currency = 'USD'")).toBe(90);
      expect(new Date(one("SELECT max(receivedAt) FROM WebhookEvent")) <= now).toBe(true);
      expect(one("SELECT installedAt FROM Store WHERE shopDomain LIKE 'own.%'")).toMatch(
        /^2026-11-01T00:00:00/,
      );
      expect(read.pragma("integrity_check", { simple: true })).toBe("ok");
      read.close();
    }
  });
});
