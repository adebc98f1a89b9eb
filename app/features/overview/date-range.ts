/** The periods that the overview offers, as shop days. Calendar arithmetic only: a day of 23 or 25 hours is one day. */
import { addDays, daysBetween, type ShopDay } from "~/platform/shop-day";

export const RANGE_PRESETS = [
  { id: "today", label: "Today", days: 1, endsDaysAgo: 0 },
  { id: "yesterday", label: "Yesterday", days: 1, endsDaysAgo: 1 },
  { id: "last7", label: "Last 7 days", days: 7, endsDaysAgo: 0 },
  { id: "last30", label: "Last 30 days", days: 30, endsDaysAgo: 0 },
  { id: "last90", label: "Last 90 days", days: 90, endsDaysAgo: 0 },
] as const;

export type RangePreset = (typeof RANGE_PRESETS)[number]["id"];
export const DEFAULT_RANGE: RangePreset = "last30";

export type Period = { from: ShopDay; to: ShopDay };
export type DateRange = {
  preset: RangePreset;
  label: string;
  current: Period;
  /** As many days, ending the day before `current` begins */
  previous: Period;
  /** Today is in it, and is not over yet */
  unfinished: boolean;
};

/** The preset that `value` names; the default for anything else, so that an old bookmark still opens. */
export function parseRange(value: string | null | undefined): RangePreset {
  return RANGE_PRESETS.find(({ id }) => id === value)?.id ?? DEFAULT_RANGE;
}

export function rangeOf(preset: RangePreset, today: ShopDay): DateRange {
  const { label, days, endsDaysAgo } = RANGE_PRESETS.find(({ id }) => id === preset)!;
  const to = addDays(today, -endsDaysAgo);
  const from = addDays(to, 1 - days);
  return {
    preset,
    label,
    current: { from, to },
    previous: { from: addDays(from, -days), to: addDays(from, -1) },
    unfinished: endsDaysAgo === 0,
  };
}

export function daysOf({ from, to }: Period): ShopDay[] {
  return daysBetween(from, to);
}
