/** What the loops write into; everything before `from` is warm-up, and not counted. */
export type Tally = {
  /** performance.now() */
  from: number;
  until: number;
  sent: number;
  unsent: number;
  latencies: number[];
  lateness: number[];
  statuses: Record<number, number>;
};

/** Writes down an answer that came in the measured time. */
export function count(tally: Tally, status: number, since: number) {
  const now = performance.now();
  if (now < tally.from || now > tally.until) return;
  tally.statuses[status] = (tally.statuses[status] ?? 0) + 1;
  if (status) tally.latencies.push(now - since);
}
