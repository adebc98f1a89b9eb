import { describe, expect, it } from "vitest";
import { daysOf, parseRange, RANGE_PRESETS, rangeOf } from "~/features/overview/date-range";
import { shopDayOf } from "~/platform/shop-day";

describe("the period that an address asks for", () => {
  it.each(RANGE_PRESETS.map(({ id }) => id))("is %s when the address names it", (id) => {
    expect(parseRange(id)).toBe(id);
  });

  it.each([null, undefined, "", "LAST7", "last8", "__proto__", "last7 ", "'; DROP TABLE"])(
    "is the last 30 days for %j",
    (value) => expect(parseRange(value)).toBe("last30"),
  );
});

describe("a period and the one before it", () => {
  it("are today and yesterday", () => {
    const { current, previous, unfinished } = rangeOf("today", "2026-11-16");
    expect([current, previous, unfinished]).toEqual([
      { from: "2026-11-16", to: "2026-11-16" },
      { from: "2026-11-15", to: "2026-11-15" },
      true,
    ]);
  });

  it("are yesterday and the day before it, and both are over", () => {
    const { current, previous, unfinished } = rangeOf("yesterday", "2026-11-16");
    expect([current.from, previous.to, unfinished]).toEqual(["2026-11-15", "2026-11-14", false]);
  });

  it("are seven days each, today included, without a gap between them", () => {
    const { current, previous } = rangeOf("last7", "2026-11-16");
    expect(current).toEqual({ from: "2026-11-10", to: "2026-11-16" });
    expect(previous).toEqual({ from: "2026-11-03", to: "2026-11-09" });
  });

  it("cross the turn of the year", () => {
    const { current, previous } = rangeOf("last7", "2027-01-03");
    expect(current).toEqual({ from: "2026-12-28", to: "2027-01-03" });
    expect(previous).toEqual({ from: "2026-12-21", to: "2026-12-27" });
  });

  it("cross a leap day", () => {
    expect(rangeOf("yesterday", "2028-03-01").current.from).toBe("2028-02-29");
    expect(rangeOf("yesterday", "2027-03-01").current.from).toBe("2027-02-28");
  });

  it.each(RANGE_PRESETS)(
    "have as many days as $id says, also across a change of the clocks",
    ({ id, days }) => {
      for (const today of [
        "2026-03-08",
        "2026-03-09",
        "2026-03-29",
        "2026-10-25",
        "2026-11-01",
        "2026-11-02",
      ]) {
        const { current, previous } = rangeOf(id, today);
        expect(daysOf(current)).toHaveLength(days);
        expect(daysOf(previous)).toHaveLength(days);
      }
    },
  );
});

describe("the shop's today", () => {
  it("is still yesterday's date in New York when it is past midnight in London", () => {
    expect(shopDayOf(new Date("2026-11-16T03:30:00Z"), "America/New_York")).toBe("2026-11-15");
    expect(shopDayOf(new Date("2026-11-16T03:30:00Z"), "Europe/London")).toBe("2026-11-16");
  });

  it("changes at the shop's midnight on both sides of a clock change", () => {
    // New York turns its clocks back on November 1, 2026: that day ends an hour of UTC later than the one before.
    expect(shopDayOf(new Date("2026-11-01T03:59:59Z"), "America/New_York")).toBe("2026-10-31");
    expect(shopDayOf(new Date("2026-11-01T04:00:00Z"), "America/New_York")).toBe("2026-11-01");
    expect(shopDayOf(new Date("2026-11-02T04:59:59Z"), "America/New_York")).toBe("2026-11-01");
    expect(shopDayOf(new Date("2026-11-02T05:00:00Z"), "America/New_York")).toBe("2026-11-02");
  });
});
