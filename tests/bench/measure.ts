/** Figures as ratios in one run: contenders take turns, round by round, so that whatever the machine does hits all. */

export type Contender = { name: string; run: (i: number) => unknown };
export type Result = { name: string; perSecond: number; medianMs: number; p99Ms: number; ratio: number };

export type Lengths = {
  /** Turns of each contender; the ratio is the median over the rounds of time beside the first contender's */
  rounds: number;
  /** Operations of one turn, one after the other */
  perRound: number;
};

export async function race(contenders: Contender[], { rounds, perRound }: Lengths): Promise<Result[]> {
  const times = contenders.map(() => [] as number[]);
  const totals = contenders.map(() => [] as number[]);
  for (let round = -1; round < rounds; round++) {
    // Each round starts with another one, so that nobody always runs on a warm or a dirty cache.
    const order = contenders.map((_, i) => (i + Math.max(round, 0)) % contenders.length);
    for (const c of order) {
      const startedAt = performance.now();
      for (let i = 0; i < perRound; i++) {
        const at = performance.now();
        await contenders[c]!.run(Math.max(round, 0) * perRound + i);
        if (round >= 0) times[c]!.push(performance.now() - at);
      }
      // Round -1 warms up.
      if (round >= 0) totals[c]!.push(performance.now() - startedAt);
    }
  }
  return contenders.map(({ name }, c) => ({
    name,
    perSecond: (perRound * rounds * 1000) / totals[c]!.reduce((sum, t) => sum + t, 0),
    medianMs: quantile(times[c]!, 0.5),
    p99Ms: quantile(times[c]!, 0.99),
    ratio: quantile(
      totals[c]!.map((total, round) => total / totals[0]![round]!),
      0.5,
    ),
  }));
}

export function quantile(values: number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN;
}

export function printRace(title: string, results: Result[], goal?: { of: string; atMost: number }) {
  console.log(`\n${title}`);
  for (const r of results)
    console.log(
      `  ${r.name.padEnd(44)} ${String(Math.round(r.perSecond)).padStart(7)}/s   median ${r.medianMs.toFixed(3)} ms   p99 ${r.p99Ms.toFixed(3)} ms   ${r.ratio.toFixed(2)}×`,
    );
  const measured = results.find((r) => r.name === goal?.of);
  if (goal && measured)
    console.log(
      `  goal ≤ ${goal.atMost.toFixed(2)}×: ${measured.ratio <= goal.atMost ? "met" : "MISSED"} (${measured.ratio.toFixed(3)}×)`,
    );
}
