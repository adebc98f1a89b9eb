/** What the overview says of figures that are old or missing. */
import type { Freshness } from "./figures.server";

export type FreshnessText = { title: string; sentences: string[] };

/** @param days of the period. Null when every day is computed and none is old. */
export function freshnessText({ asOf, stale, missingDays }: Freshness, days: number): FreshnessText | null {
  if (!asOf) return { title: "Figures for this period are not computed yet", sentences: [NONE] };
  if (missingDays > 0)
    return {
      title:
        days === 1
          ? "Some figures of this day are not computed yet"
          : `Figures for ${missingDays} of ${days} days are not computed yet`,
      sentences: [...(days === 1 ? [] : [PART]), ...(stale ? [STALE] : [])],
    };
  return stale ? { title: "These figures are more than six hours old", sentences: [STALE] } : null;
}

const NONE =
  "None are stored for these days. Figures expire six hours after they are computed, and those of a day are dropped when an order or a refund of that day comes in.";
const PART =
  "Totals, averages and comparisons need every day of their period. Where the sales or the orders of a day are missing, what the other days came to is named with their number, and the chart leaves missing sales out.";
const STALE =
  "What is shown was computed more than six hours ago. What happened since then may not be in it.";
