import { addDays, startOfShopDay } from "~/platform/shop-day";

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

export function latest(first: Date, ...others: Date[]): Date {
  return others.reduce((a, b) => (b > a ? b : a), first);
}

/** `minutes` after the shop's midnight. */
export function instantOf(day: string, minutes: number, zone: string): Date {
  return after(startOfShopDay(day, zone), minutes * MINUTE);
}

/** `count` shop days, the last of which is `last`. */
export function daysEnding(last: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => addDays(last, i - count + 1));
}

/** 0 is Sunday. */
export function weekdayOf(day: string): number {
  return new Date(`${day}T00:00:00.000Z`).getUTCDay();
}
