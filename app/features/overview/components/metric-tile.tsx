import { BlockStack, Box, Icon, InlineStack, Text, Tooltip } from "@shopify/polaris";
import { ArrowDownIcon, ArrowUpIcon } from "@shopify/polaris-icons";
import { formatMoney } from "~/platform/money";
import type { Comparison } from "../figures";
import type { Metric, MetricValue, Missing } from "../metrics";

/** One figure, what it means (on hover or focus), and how it stands against the period before. */
export function MetricTile({ metric }: { metric: Metric }) {
  return (
    <Box padding="300">
      <BlockStack gap="100">
        <Text as="h3" variant="bodySm" fontWeight="medium">
          <Tooltip content={metric.definition} hasUnderline width="wide">
            {/* An element of its own: Polaris shows no tooltip for bare text. */}
            <span>{metric.title}</span>
          </Tooltip>
        </Text>
        {metric.value ? (
          <>
            <Text as="p" variant="headingLg">
              <span className="metric-value">{valueText(metric.value)}</span>
            </Text>
            <Change metric={metric} />
          </>
        ) : (
          metric.missing && <MissingFigure missing={metric.missing} />
        )}
      </BlockStack>
    </Box>
  );
}

/** No figure, and why: never the sum of some of the days under the name of all. */
function MissingFigure({ missing }: { missing: Missing }) {
  const detail = detailOf(missing);
  return (
    <>
      <Text as="p" variant="headingSm" tone="subdued">
        {missing.kind === "none" ? "None" : "Not computed yet"}
      </Text>
      {detail && (
        <Text as="p" variant="bodySm" tone="subdued">
          {detail}
        </Text>
      )}
    </>
  );
}

function detailOf(missing: Missing): string | null {
  if (missing.kind === "none") return missing.reason;
  if (missing.kind === "no-last-day") return "The last day of the period is missing";
  const { days, part } = missing;
  return part ? `${days}: ${valueText(part)}` : days && `${days} are computed`;
}

function Change({ metric: { comparison, previous, goodWhen } }: { metric: Metric }) {
  if (comparison.kind === "none" || !previous)
    return (
      <Text as="p" variant="bodySm" tone="subdued">
        {comparison.kind === "none" && comparison.reason}
      </Text>
    );
  const tone = toneOf(comparison.direction, goodWhen);
  return (
    <InlineStack gap="100" blockAlign="center">
      {comparison.direction !== "level" && (
        <span className="metric-arrow" aria-hidden="true">
          <Icon source={comparison.direction === "up" ? ArrowUpIcon : ArrowDownIcon} tone={tone} />
        </span>
      )}
      <Text as="p" variant="bodySm" tone={tone}>
        {comparison.direction === "level" ? (
          "Unchanged"
        ) : (
          <>
            <Text as="span" visuallyHidden>
              {comparison.direction === "up" ? "Up by " : "Down by "}
            </Text>
            {percent(Math.abs(comparison.ratio))}
          </>
        )}
      </Text>
      <Text as="p" variant="bodySm" tone="subdued">
        from {valueText(previous)}
      </Text>
    </InlineStack>
  );
}

type Direction = Extract<Comparison, { kind: "change" }>["direction"];

function toneOf(direction: Direction, goodWhen: Metric["goodWhen"]) {
  if (direction === "level" || goodWhen === "none") return "subdued";
  return direction === goodWhen ? "success" : "critical";
}

export function valueText(value: MetricValue): string {
  if (value.kind === "money") return formatMoney(value.money);
  return value.kind === "share" ? percent(value.share) : value.count.toLocaleString("en-US");
}

function percent(share: number): string {
  return new Intl.NumberFormat("en-US", {
    style: "percent",
    maximumFractionDigits: share < 1 ? 1 : 0,
  }).format(share);
}
