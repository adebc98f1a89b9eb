import { describe, expect, it } from "vitest";
import { formatAgo, formatDay, formatShopDate, formatShopTime } from "~/platform/shop-time";

describe("the text of an instant", () => {
  it("is in the shop's zone, with an ordinary space before AM and PM", () => {
    expect(formatShopTime("2026-11-16T15:04:00Z", "America/New_York")).toBe("Nov 16, 2026, 10:04 AM");
    expect(formatShopDate("2026-11-16T23:30:00Z", "Asia/Tokyo")).toBe("Nov 17, 2026");
  });
});

describe("the text of a shop day", () => {
  it("omits the year only when it is the current one", () => {
    expect([
      formatDay("2026-11-16", "2026"),
      formatDay("2025-12-31", "2026"),
      formatDay("2026-11-16"),
    ]).toEqual(["Nov 16", "Dec 31, 2025", "Nov 16, 2026"]);
  });
});

describe("the age of an instant", () => {
  const now = "2026-11-16T15:00:00Z";
  it.each([
    ["2026-11-16T15:00:00Z", "just now"],
    ["2026-11-16T14:59:01Z", "just now"],
    ["2026-11-16T14:59:00Z", "1 minute ago"],
    ["2026-11-16T14:00:01Z", "59 minutes ago"],
    ["2026-11-16T14:00:00Z", "1 hour ago"],
    ["2026-11-15T15:00:01Z", "23 hours ago"],
    ["2026-11-15T15:00:00Z", "1 day ago"],
    ["2026-11-01T15:00:00Z", "15 days ago"],
    // A clock that runs ahead does not make the future "-3 minutes ago".
    ["2026-11-16T15:03:00Z", "just now"],
  ])("%s is %s", (instant, text) => expect(formatAgo(instant, now)).toBe(text));
});
