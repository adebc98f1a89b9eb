/** The one instant from which every date of the seed is counted: a Monday, 10:00 in New York, 16:00 in Berlin. */
export const SEED_NOW = new Date("2026-11-16T15:00:00.000Z");

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export function before(instant: Date, milliseconds: number): Date {
  return new Date(instant.getTime() - milliseconds);
}

export function after(instant: Date, milliseconds: number): Date {
  return new Date(instant.getTime() + milliseconds);
}

/** The shop day (YYYY-MM-DD) on which an instant falls. */
export function dayOf(instant: Date, zone: string): string {
  const parts = wallClock(instant, zone);
  return `${parts.year}-${parts.month}-${parts.day}`;
}

/** The instant at which the shop's clock shows `minutes` after midnight of `day`; DST days have 23 or 25 hours. */
export function instantOf(day: string, minutes: number, zone: string): Date {
  const wall = Date.parse(`${day}T00:00:00.000Z`) + minutes * MINUTE;
  // Two rounds: the offset in force at the guess may differ from the one at the answer.
  const guess = wall - offsetAt(new Date(wall), zone);
  return new Date(wall - offsetAt(new Date(guess), zone));
}

/** `count` shop days, the last of which is `last`. */
export function daysEnding(last: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => addDays(last, i - count + 1));
}

export function addDays(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00.000Z`) + count * DAY).toISOString().slice(0, 10);
}

/** 0 is Sunday. */
export function weekdayOf(day: string): number {
  return new Date(`${day}T00:00:00.000Z`).getUTCDay();
}

function offsetAt(instant: Date, zone: string): number {
  const { year, month, day, hour, minute, second } = wallClock(instant, zone);
  const shown = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`);
  return shown - (instant.getTime() - instant.getUTCMilliseconds());
}

const clocks = new Map<string, Intl.DateTimeFormat>();

function wallClock(instant: Date, zone: string) {
  let clock = clocks.get(zone);
  if (!clock) {
    clock = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    });
    clocks.set(zone, clock);
  }
  const parts = Object.fromEntries(clock.formatToParts(instant).map((part) => [part.type, part.value]));
  return parts as Record<"year" | "month" | "day" | "hour" | "minute" | "second", string>;
}
