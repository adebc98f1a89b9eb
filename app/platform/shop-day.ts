/** Days as the shop lives them: ISO dates (YYYY-MM-DD) in its IANA time zone. */
export type ShopDay = string;

/** The shop's day in which an instant lies. */
export function shopDayOf(instant: Date, ianaTimezone: string): ShopDay {
  return localTime(instant, ianaTimezone).slice(0, 10);
}

/** By time zone: making one takes twenty times as long as using it. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** YYYY-MM-DD HH:MM:SS, which is how the Swedish locale writes it. */
function localTime(instant: Date, timeZone: string): string {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" });
  formats.set(timeZone, format);
  return format.format(instant);
}

/** `days` later, or earlier when negative. Calendar arithmetic: no time zone and no daylight saving is involved. */
export function addDays(day: ShopDay, days: number): ShopDay {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}

/** Every day from `from` to `to`, both included. */
export function daysBetween(from: ShopDay, to: ShopDay): ShopDay[] {
  const days: ShopDay[] = [];
  for (let day = from; day <= to; day = addDays(day, 1)) days.push(day);
  return days;
}

/** The instant at which a shop's day begins; a day has 23, 24 or 25 hours. */
export function startOfShopDay(day: ShopDay, ianaTimezone: string): Date {
  const midnightUtc = Date.parse(`${day}T00:00:00Z`);
  // Two rounds: the first offset may be that of the other side of a clock change.
  let instant = midnightUtc;
  for (let round = 0; round < 2; round++) instant = midnightUtc - offsetMs(new Date(instant), ianaTimezone);
  return new Date(instant);
}

function offsetMs(instant: Date, timeZone: string): number {
  const local = localTime(instant, timeZone);
  return Date.parse(`${local.replace(" ", "T")}Z`) - Math.floor(instant.getTime() / 1000) * 1000;
}

export function isTimezone(value: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: value });
    return true;
  } catch {
    return false;
  }
}
