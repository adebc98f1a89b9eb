/** When a job of ops/cron.ts runs: "15m" (also s, h) is every so often, "03:30" once a day. Both by UTC. */
import { setTimeout as sleep } from "node:timers/promises";
import { DAY_MS } from "~/platform/clock";

/** The first instant after `after` (milliseconds since 1970) at which the job is to run. */
export type Schedule = (after: number) => number;

const UNITS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000 };
/** How often a call that was not done is tried again before its next time. */
const MOST_RETRIES = 3;
/** A machine that slept wakes up late: so often is the clock looked at. */
const LOOK_MS = 30_000;

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

/** A clock and a way to wait by it; resolves early when it is told to stop. */
export type Timer = { now: () => number; wait: (ms: number, stop: AbortSignal) => Promise<void> };

export const systemTimer: Timer = {
  now: Date.now,
  wait: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined),
};

/**
 * Calls by the schedule until `stop`, one call at a time; one that takes longer than its period is not followed by those that
 * it missed. What was not done (`call` answers false) is tried again after `againMs`, unless its next time comes first.
 */
export async function repeat(
  schedule: Schedule,
  call: () => Promise<boolean>,
  { againMs, stop, timer }: { againMs: number; stop: AbortSignal; timer: Timer },
): Promise<void> {
  let retriesLeft = 0;
  for (;;) {
    const next = schedule(timer.now());
    const again = retriesLeft ? timer.now() + againMs : Infinity;
    const at = Math.min(next, again);
    while (timer.now() < at && !stop.aborted) await timer.wait(Math.min(LOOK_MS, at - timer.now()), stop);
    if (stop.aborted) return;
    retriesLeft = again < next ? retriesLeft - 1 : MOST_RETRIES;
    if (await call()) retriesLeft = 0;
  }
}
