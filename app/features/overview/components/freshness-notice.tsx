import { Banner, BlockStack } from "@shopify/polaris";
import type { Freshness } from "../figures.server";

type Notice = { title: string; sentences: string[] };

/** Calm words for figures that are old or missing; nothing when all is well. */
export function FreshnessNotice({ freshness, days }: { freshness: Freshness; days: number }) {
  const notice = noticeOf(freshness, days);
  if (!notice) return null;
  return (
    <Banner title={notice.title} tone="info">
      <BlockStack gap="100">
        {notice.sentences.map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
      </BlockStack>
    </Banner>
  );
}

export function noticeOf({ asOf, stale, missingDays }: Freshness, days: number): Notice | null {
  if (missingDays === days)
    return {
      title: "Figures for this period are not computed yet",
      sentences: [
        "None are stored for these days. Figures expire six hours after they are computed, and those of a day are dropped when an order or a refund of that day comes in.",
      ],
    };
  if (missingDays > 0)
    return {
      title: `Figures for ${missingDays} of ${days} days are not computed yet`,
      sentences: [
        "Totals, averages and comparisons need every day of their period, so those that lack one are not shown. The chart leaves missing days out.",
        ...(asOf && stale ? [STALE] : []),
      ],
    };
  return stale ? { title: "These figures are more than six hours old", sentences: [STALE] } : null;
}

const STALE =
  "What is shown was computed more than six hours ago. What happened since then may not be in it.";
