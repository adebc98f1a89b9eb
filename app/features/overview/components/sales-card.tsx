import { BlockStack, Card, InlineStack, Text } from "@shopify/polaris";
import { DailyChart } from "~/components/daily-chart";
import { Quiet } from "~/components/section-card";
import { formatMoney, type Money } from "~/platform/money";
import { formatDay } from "~/platform/shop-time";
import type { DateRange } from "../date-range";
import type { SalesPoint } from "../figures.server";
import { PeriodBars } from "./period-bars";

type Props = { series: SalesPoint[]; range: DateRange; currency: string };

/** Total sales day by day. A single day makes no line: it is drawn as two bars. */
export function SalesCard({ series, range, currency }: Props) {
  const year = range.current.to.slice(0, 4);
  const money = (minor: number): Money => ({ minor, currency });
  const points = series.map((point) => ({
    label: formatDay(point.day, year),
    value: point.minor,
    previousLabel: formatDay(point.previousDay, year),
    previousValue: point.previousMinor,
  }));
  const anything = points.some(({ value, previousValue }) => value !== null || previousValue !== null);
  const missing = [
    missingText(
      "this period",
      points.map(({ value }) => value),
    ),
    missingText(
      "the period before",
      points.map(({ previousValue }) => previousValue),
    ),
  ].flatMap((text) => text ?? []);
  const format = (minor: number) => formatMoney(money(minor));
  return (
    <Card>
      <BlockStack gap="400">
        <InlineStack align="space-between" gap="200">
          <Text as="h2" variant="headingSm">
            Total sales by day
          </Text>
          {points.length > 1 && <Key previous={points.some(({ previousValue }) => previousValue !== null)} />}
        </InlineStack>
        {!anything && <Quiet>The sales of these days are not computed yet.</Quiet>}
        {anything && points.length === 1 && points[0] && <PeriodBars point={points[0]} format={format} />}
        {anything && points.length > 1 && (
          <DailyChart
            title="Total sales by day"
            points={points}
            format={format}
            formatAxis={(minor) => formatMoney(money(minor), "en-US", { compact: true })}
          />
        )}
        {anything && points.length > 1 && missing.length > 0 && (
          <Quiet>Not computed yet, and left out of the chart: {missing.join("; ")}.</Quiet>
        )}
      </BlockStack>
    </Card>
  );
}

function missingText(period: string, values: (number | null)[]): string | null {
  const missing = values.filter((value) => value === null).length;
  return missing ? `${missing} of ${values.length} days of ${period}` : null;
}

function Key({ previous }: { previous: boolean }) {
  const lines = [{ label: "This period", className: "chart-line" }];
  if (previous) lines.push({ label: "The period before", className: "chart-line chart-line-previous" });
  return (
    <InlineStack gap="400">
      {lines.map(({ label, className }) => (
        <span className="chart-key" key={label}>
          <svg viewBox="0 0 24 4" aria-hidden="true">
            <path className={className} d="M1 2H23" />
          </svg>
          <Text as="span" variant="bodySm" tone="subdued">
            {label}
          </Text>
        </span>
      ))}
    </InlineStack>
  );
}
