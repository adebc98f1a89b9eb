import { Badge, BlockStack, Page } from "@shopify/polaris";
import { SectionCard } from "~/components/section-card";
import { TermList } from "~/components/term-list";
import { formatMoney } from "~/platform/money";
import type { FeatureToggles, Thresholds } from "../settings.schema";

type Props = {
  thresholds: Thresholds;
  featureToggles: FeatureToggles;
  currency: string;
  ianaTimezone: string;
};

/** The settings in force. */
export function SettingsPage({ thresholds, featureToggles, currency, ianaTimezone }: Props) {
  const days = (count: number) => `${count} ${count === 1 ? "day" : "days"}`;
  return (
    <Page title="Settings" subtitle="What flags an order, and what Backroom does for you">
      <BlockStack gap="400">
        <SectionCard title="Thresholds in force">
          <TermList
            terms={[
              {
                term: "High-value order",
                description: `${formatMoney({ minor: thresholds.highValueMinor, currency })} or more`,
              },
              {
                term: "Late fulfilment",
                description: `paid and waiting for ${thresholds.lateFulfilmentHours} hours`,
              },
              {
                term: "Partly fulfilled",
                description: `nothing moved for ${days(thresholds.partialStaleDays)}`,
              },
              { term: "Unpaid", description: `open for ${days(thresholds.unpaidAgingDays)}` },
              {
                term: "Large discount",
                description: `${thresholds.highDiscountPercent}% of the order or more`,
              },
              {
                term: "Stock running out",
                description: `less than ${days(thresholds.lowCoverDays)} of cover`,
              },
            ]}
          />
        </SectionCard>
        <SectionCard title="Features">
          <TermList
            terms={[
              { term: "AI drafts", description: <OnOff on={featureToggles.aiDrafts} /> },
              { term: "SEO insights", description: <OnOff on={featureToggles.seoInsights} /> },
              { term: "Inventory forecast", description: <OnOff on={featureToggles.inventoryForecast} /> },
            ]}
          />
        </SectionCard>
        <SectionCard title="From your Shopify settings">
          <TermList
            terms={[
              { term: "Currency", description: currency },
              { term: "Time zone", description: ianaTimezone },
            ]}
          />
        </SectionCard>
      </BlockStack>
    </Page>
  );
}

function OnOff({ on }: { on: boolean }) {
  return <Badge tone={on ? "success" : undefined}>{on ? "On" : "Off"}</Badge>;
}
