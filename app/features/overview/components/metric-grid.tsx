import { Card, InlineGrid } from "@shopify/polaris";
import type { Metric } from "../metrics";
import { MetricTile } from "./metric-tile";

export function MetricGrid({ metrics }: { metrics: Metric[] }) {
  return (
    <Card padding="100">
      <InlineGrid columns={{ xs: 2, md: 4 }}>
        {metrics.map((metric) => (
          <MetricTile key={metric.id} metric={metric} />
        ))}
      </InlineGrid>
    </Card>
  );
}
