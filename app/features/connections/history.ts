/** What a month of tests says: since when it is as it is, how much of the time it worked, and how quick it was. */

export type Tested = { at: Date; outcome: "SUCCESS" | "FAILURE"; latencyMs: number };

export type HistorySummary = {
  tests: number;
  /** Share of the time since the first test after which the last test had succeeded, 0 to 1; null without a test */
  uptime: number | null;
  /** Nearest-rank percentiles over the tests that succeeded, in milliseconds; null when none did */
  p50Ms: number | null;
  p95Ms: number | null;
  /** When the present state began: the first of the newest tests that all came out alike */
  since: Date | null;
};

/** @param events oldest or newest first; a clock that jumped may have left some in the future of `now` */
export function summarise(events: Tested[], now: Date): HistorySummary {
  const ordered = [...events].sort((a, b) => a.at.getTime() - b.at.getTime());
  const last = ordered.at(-1);
  const latencies = ordered
    .filter(({ outcome }) => outcome === "SUCCESS")
    .map(({ latencyMs }) => latencyMs)
    .sort((a, b) => a - b);
  const turn = ordered.findLastIndex(({ outcome }) => outcome !== last?.outcome);
  return {
    tests: ordered.length,
    uptime: uptimeOf(ordered, now),
    p50Ms: percentile(latencies, 0.5),
    p95Ms: percentile(latencies, 0.95),
    since: ordered[turn + 1]?.at ?? null,
  };
}

/** A test speaks for the time until the next one, so that ten tries within a bad minute do not weigh like ten bad days. */
function uptimeOf(ordered: Tested[], now: Date): number | null {
  const last = ordered.at(-1);
  if (!last) return null;
  const end = Math.max(now.getTime(), last.at.getTime());
  const whole = end - ordered[0]!.at.getTime();
  if (whole === 0) return last.outcome === "SUCCESS" ? 1 : 0;
  const working = ordered.reduce((sum, { at, outcome }, i) => {
    const until = ordered[i + 1]?.at.getTime() ?? end;
    return outcome === "SUCCESS" ? sum + until - at.getTime() : sum;
  }, 0);
  return working / whole;
}

function percentile(sorted: number[], share: number): number | null {
  return sorted[Math.ceil(share * sorted.length) - 1] ?? null;
}
