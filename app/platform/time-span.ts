/** Spans of time as pages tell them. */

const UNITS = [
  { name: "day", seconds: 86_400 },
  { name: "hour", seconds: 3_600 },
  { name: "minute", seconds: 60 },
  { name: "second", seconds: 1 },
];

/** "12 minutes"; less than a second is "less than a second". */
export function formatSpan(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const unit = UNITS.find((one) => seconds >= one.seconds);
  if (!unit) return "less than a second";
  const amount = Math.floor(seconds / unit.seconds);
  return `${amount} ${unit.name}${amount === 1 ? "" : "s"}`;
}

/** "in 4 minutes", or "now" when it is due. */
export function formatUntil(instant: string, now: string): string {
  const ms = Date.parse(instant) - Date.parse(now);
  return ms < 1000 ? "now" : `in ${formatSpan(ms)}`;
}
