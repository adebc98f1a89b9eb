import { describe, expect, it } from "vitest";
import { linePath, niceScale, xOf, yOf } from "~/components/chart-scale";

describe("the axis of a chart", () => {
  it.each([
    [[0, 310_000], 0, 400_000],
    [[1, 2, 3], 0, 3],
    [[0], 0, 0.25],
    [[], 0, 0.25],
    [[-500, 1_000], -500, 1_000],
    [[-400], -400, 100],
  ])("of %j runs from %d to %d", (values, min, max) => {
    const scale = niceScale(values);
    expect([scale.min, scale.max]).toEqual([min, max]);
    expect(scale.ticks[0]).toBe(scale.min);
    expect(scale.ticks.at(-1)).toBeCloseTo(scale.max);
    expect(scale.ticks).toContain(0);
  });

  it("has at most seven ticks for amounts of any size", () => {
    for (const top of [1, 7, 12, 99, 101, 5_437, 123_456, 9_999_999])
      expect(niceScale([top, -top / 3]).ticks.length).toBeLessThanOrEqual(7);
  });
});

describe("the line of a chart", () => {
  const scale = niceScale([0, 100]);

  it("breaks where a day has no figures", () => {
    expect(linePath([0, 100, null, 100, 0], scale, 100, 50)).toBe("M0 50L25 0M75 0L100 50");
    expect(linePath([0, 100], scale, 100, 50)).toBe("M0 50L100 0");
    expect(linePath([null, null], scale, 100, 50)).toBe("");
  });

  it("has a dot for a day between two without figures, at the beginning, in the middle and at the end", () => {
    expect(linePath([100, null, 0, null, 100], scale, 100, 50)).toBe("M0 0L0 0M50 50L50 50M100 0L100 0");
  });

  it("puts a single point in the middle", () => {
    expect(xOf(0, 1, 100)).toBe(50);
    expect(yOf(50, scale, 100)).toBe(50);
  });
});
