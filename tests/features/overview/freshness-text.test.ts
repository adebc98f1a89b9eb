import { describe, expect, it } from "vitest";
import { freshnessText } from "~/features/overview/freshness-text";

const AS_OF = "2026-11-16T09:00:00.000Z";

describe("the notice above the figures", () => {
  it.each([
    [{ asOf: null, stale: false, missingDays: 30 }, 30, "Figures for this period are not computed yet"],
    [{ asOf: AS_OF, stale: false, missingDays: 18 }, 30, "Figures for 18 of 30 days are not computed yet"],
    // One kind alone: its figures are shown, so not the whole period is missing.
    [{ asOf: AS_OF, stale: false, missingDays: 30 }, 30, "Figures for 30 of 30 days are not computed yet"],
    [{ asOf: AS_OF, stale: false, missingDays: 1 }, 1, "Some figures of this day are not computed yet"],
    [{ asOf: AS_OF, stale: true, missingDays: 0 }, 7, "These figures are more than six hours old"],
  ])("of %j in a period of %d days is “%s”", (freshness, days, title) => {
    expect(freshnessText(freshness, days)?.title).toBe(title);
  });

  it("is absent when every day is computed and fresh", () => {
    expect(freshnessText({ asOf: AS_OF, stale: false, missingDays: 0 }, 7)).toBeNull();
  });

  it("says of figures that are old and lack days both", () => {
    const { sentences } = freshnessText({ asOf: AS_OF, stale: true, missingDays: 2 }, 7)!;
    expect(sentences.join(" ")).toMatch(/need every day.*more than six hours ago/);
  });

  it("promises nothing that is done in the background", () => {
    for (const missingDays of [0, 3, 7])
      for (const asOf of [null, AS_OF])
        for (const stale of [true, false])
          expect(JSON.stringify(freshnessText({ asOf, stale, missingDays }, 7))).not.toMatch(
            /background|will be|up to date/i,
          );
  });
});
