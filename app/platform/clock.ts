/** Time is an argument: features take `now`, routes get it here once per request. */
export type Clock = () => Date;

/** Twenty-four hours: for limits and reminders, not for the shop's calendar days (shop-day.ts). */
export const DAY_MS = 24 * 60 * 60 * 1000;

export const systemClock: Clock = () => new Date();

/** A clock that reads `start` now and runs on from there: the demo's, so that its seeded day stays today. */
export function clockStartingAt(start: Date): Clock {
  const offset = start.getTime() - Date.now();
  return () => new Date(Date.now() + offset);
}
