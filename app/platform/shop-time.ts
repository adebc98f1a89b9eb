/** Instants as a person of the shop reads them. The same text on the server and in the browser, so that pages hydrate. */

/** "Nov 23, 2026, 3:04 PM" in the shop's time zone. */
export function formatShopTime(instant: string | Date, ianaTimezone: string): string {
  return format(instant, { timeZone: ianaTimezone, dateStyle: "medium", timeStyle: "short" });
}

/** "Nov 23, 2026" in the shop's time zone. */
export function formatShopDate(instant: string | Date, ianaTimezone: string): string {
  return format(instant, { timeZone: ianaTimezone, dateStyle: "medium" });
}

/** A shop day as "Nov 23", with its year when it is not that of `thisYear`. */
export function formatDay(day: string, thisYear?: string): string {
  const year = day.slice(0, 4) === thisYear ? undefined : "numeric";
  return format(`${day}T00:00:00Z`, { timeZone: "UTC", month: "short", day: "numeric", year });
}

/** "just now", "12 minutes ago", "3 hours ago", "2 days ago"; both instants come from the same clock. */
export function formatAgo(instant: string | Date, now: string | Date): string {
  const minutes = Math.max(0, Math.floor((new Date(now).getTime() - new Date(instant).getTime()) / 60_000));
  if (minutes < 1) return "just now";
  if (minutes < 60) return ago(minutes, "minute");
  if (minutes < 24 * 60) return ago(Math.floor(minutes / 60), "hour");
  return ago(Math.floor(minutes / (24 * 60)), "day");
}

function ago(amount: number, unit: string): string {
  return `${amount} ${unit}${amount === 1 ? "" : "s"} ago`;
}

/** Node and Chromium disagree about which space stands before AM and PM. */
function format(instant: string | Date, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat("en-US", options).format(new Date(instant)).replace(/\u202f/g, " ");
}
