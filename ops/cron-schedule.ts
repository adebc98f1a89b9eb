/** When a job of ops/cron.ts runs: "15m" (also s, h) is every so often, "03:30" once a day. Both by UTC. */
import { DAY_MS } from "~/platform/clock";

/** The first instant after `after` (milliseconds since 1970) at which the job is to run. */
export type Schedule = (after: number) => number;

const UNITS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000 };

/** Null for what is no schedule. */
export function parseSchedule(text: string): Schedule | null {
  const periodMs = parsePeriod(text);
  if (periodMs) return every(periodMs, 0);
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  if (hours && minutes) return every(DAY_MS, Number(hours) * UNITS.h! + Number(minutes) * UNITS.m!);
  return null;
}

/** "15m" (also s, h) in milliseconds; null for what is none. */
export function parsePeriod(text: string): number | null {
  const [, amount, unit] = /^([1-9]\d{0,3})([smh])$/.exec(text) ?? [];
  return amount && unit ? Number(amount) * UNITS[unit]! : null;
}

/** Counted from 1970 and not from the start, so that a restart moves nothing. */
function every(periodMs: number, offsetMs: number): Schedule {
  return (after) => Math.floor((after - offsetMs) / periodMs + 1) * periodMs + offsetMs;
}
