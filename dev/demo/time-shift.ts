import { addDays, daysBetween, shopDayOf, startOfShopDay, type ShopDay } from "~/platform/shop-day";

/** Where a shop's rows stand: their last day, and the instant of the newest of them. */
export type Standing = { ianaTimezone: string; day: ShopDay; at: Date };

export type TimeShift = {
  instant: (instant: Date) => Date;
  day: (day: ShopDay) => ShopDay;
  /** Replaces the instants in it, and days that stand alone, in quotes or before a colon */
  text: (text: string) => string;
};

const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g;
const DAY = /(?<=^|")\d{4}-\d\d-\d\d(?=$|"|: )/g;

/**
 * Moves rows so that they stand at `now`, in the shop's calendar. Earlier days move by whole days and keep their time of day,
 * the last day is stretched over what has passed of today, and what is due later stays as far ahead. Order is kept.
 */
export function timeShift({ ianaTimezone: zone, day, at }: Standing, now: Date): TimeShift {
  const today = shopDayOf(now, zone);
  const days = daysFrom(day, today);
  const dayStart = startOfShopDay(day, zone).getTime();
  const todayStart = startOfShopDay(today, zone).getTime();
  const stands = Math.max(at.getTime(), dayStart + 1);
  const stretch = (now.getTime() - todayStart) / (stands - dayStart);

  function instant(given: Date): Date {
    const time = given.getTime();
    if (time > stands) return new Date(now.getTime() + time - stands);
    if (time >= dayStart) return new Date(Math.round(todayStart + (time - dayStart) * stretch));
    const from = shopDayOf(given, zone);
    const start = startOfShopDay(addDays(from, days), zone).getTime();
    // A day of 25 hours may become one of 24.
    const end = startOfShopDay(addDays(from, days + 1), zone).getTime() - 1;
    return new Date(Math.min(start + time - startOfShopDay(from, zone).getTime(), end));
  }

  return {
    instant,
    day: (given) => addDays(given, days),
    text: (text) =>
      text
        .replace(INSTANT, (found, fraction: string | undefined, offset: string) => {
          const moved = instant(new Date(found)).toISOString();
          const seconds = fraction ? moved.slice(0, -1) : moved.slice(0, 19);
          return seconds + (offset === "+00:00" ? offset : "Z");
        })
        .replace(DAY, (found) => addDays(found, days)),
  };
}

/** The same value with every instant and day in it moved. */
export function shifted<T>(value: T, shift: TimeShift): T {
  if (value instanceof Date) return shift.instant(value) as T;
  if (typeof value === "string") return shift.text(value) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => shifted(item, shift)) as T;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shifted(item, shift)])) as T;
}

function daysFrom(first: ShopDay, last: ShopDay): number {
  return first <= last ? daysBetween(first, last).length - 1 : 1 - daysBetween(last, first).length;
}
