import { createHash } from "node:crypto";

export type Random = {
  /** In [0, 1) */
  next(): number;
  /** Whole number, both ends included */
  int(least: number, most: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  weighted<T>(list: readonly T[], weightOf: (item: T) => number): T;
  /** A count around `mean`, bell-shaped, with half the spread of a Poisson count */
  count(mean: number): number;
};

/**
 * Numbers that follow from a name: the same on every machine. mulberry32 over a hash of the name, and from there
 * only arithmetic that IEEE 754 defines to the last bit (no exp, log or pow).
 */
export function random(name: string): Random {
  let state = createHash("sha256").update(name).digest().readUInt32LE(0);
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const int = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));
  return {
    next,
    int,
    chance: (probability) => next() < probability,
    pick: (list) => list[int(0, list.length - 1)]!,
    weighted: (list, weightOf) => {
      let left = next() * list.reduce((sum, item) => sum + weightOf(item), 0);
      return list.find((item) => (left -= weightOf(item)) < 0) ?? list[list.length - 1]!;
    },
    count: (mean) => {
      // Twelve uniforms have variance 1: a bell curve without a logarithm.
      let bell = -6;
      for (let i = 0; i < 12; i++) bell += next();
      return Math.max(0, Math.round(mean + (Math.sqrt(mean) * bell) / 2));
    },
  };
}
