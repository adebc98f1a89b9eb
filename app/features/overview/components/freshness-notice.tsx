import { Banner } from "@shopify/polaris";
import type { Freshness } from "../figures.server";

/** Calm words for figures that are old or missing; nothing when all is well. */
export function FreshnessNotice({ freshness, days }: { freshness: Freshness; days: number }) {
  const { asOf, stale, missingDays } = freshness;
  if (!asOf)
    return (
      <Banner title="Figures for this period are not ready yet" tone="info">
        <p>
          They are computed from your orders in the background. Flags, tickets and stock below are up to date.
        </p>
      </Banner>
    );
  if (stale)
    return (
      <Banner title="These figures are more than six hours old" tone="info">
        <p>They will be refreshed in the background. Orders placed since then are not in them.</p>
      </Banner>
    );
  if (missingDays > 0)
    return (
      <Banner
        title={`Figures for ${missingDays} of ${days} ${days === 1 ? "day" : "days"} are missing`}
        tone="info"
      >
        <p>The totals below leave these days out until they are computed.</p>
      </Banner>
    );
  return null;
}
