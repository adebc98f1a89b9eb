import { BlockStack, Box, InlineGrid, InlineStack, Page, Text } from "@shopify/polaris";
import { shopDayOf } from "~/platform/shop-day";
import { formatShopTime } from "~/platform/shop-time";
import type { Overview } from "../overview.server";
import { AttentionCard } from "./attention-card";
import { ConnectionsCard } from "./connections-card";
import { FreshnessNotice } from "./freshness-notice";
import { MetricGrid } from "./metric-grid";
import { RangePicker } from "./range-picker";
import { SalesCard } from "./sales-card";
import { SetupGuideCard } from "./setup-guide-card";
import { StockCard } from "./stock-card";
import { WaitingCard } from "./waiting-card";

export function OverviewPage({ overview }: { overview: Overview }) {
  const { range, freshness, now, ianaTimezone, currency } = overview;
  return (
    <Page title="Overview">
      <BlockStack gap="400">
        {overview.setup && <SetupGuideCard steps={overview.setup} />}
        <Box paddingInline={{ xs: "400", sm: "0" }}>
          <InlineStack align="space-between" blockAlign="center" gap="200">
            <RangePicker range={range} />
            {freshness.asOf && (
              <Text as="p" tone="subdued">
                As of {formatShopTime(freshness.asOf, ianaTimezone)}
              </Text>
            )}
          </InlineStack>
        </Box>
        <FreshnessNotice freshness={freshness} days={overview.series.length} />
        <MetricGrid metrics={overview.metrics} />
        <SalesCard series={overview.series} range={range} currency={currency} />
        <InlineGrid columns={{ xs: 1, md: ["twoThirds", "oneThird"] }} gap="400" alignItems="start">
          <BlockStack gap="400">
            <AttentionCard attention={overview.attention} now={now} />
            <StockCard runningOut={overview.runningOut} today={shopDayOf(new Date(now), ianaTimezone)} />
          </BlockStack>
          <BlockStack gap="400">
            <WaitingCard waiting={overview.waiting} now={now} />
            <ConnectionsCard
              connections={overview.connections}
              rotations={overview.rotations}
              now={now}
              ianaTimezone={ianaTimezone}
            />
          </BlockStack>
        </InlineGrid>
      </BlockStack>
    </Page>
  );
}
