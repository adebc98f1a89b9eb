import { useNavigate, useNavigation } from "@remix-run/react";
import { BlockStack, InlineStack, Select, Spinner, Text } from "@shopify/polaris";
import { formatDay } from "~/platform/shop-time";
import { RANGE_PRESETS, type DateRange, type Period } from "../date-range";

const OPTIONS = RANGE_PRESETS.map(({ id, label }) => ({ value: id, label }));

/** The period of the page; it is part of the address, so a view can be bookmarked. */
export function RangePicker({ range }: { range: DateRange }) {
  const navigate = useNavigate();
  const { state, location } = useNavigation();
  const changing = state === "loading" && location.search.includes("range=");
  return (
    <InlineStack gap="300" blockAlign="center">
      <div className="range-select">
        <Select
          label="Period"
          labelHidden
          options={OPTIONS}
          value={range.preset}
          onChange={(preset) => navigate(`/app?range=${preset}`, { preventScrollReset: true })}
        />
      </div>
      <BlockStack>
        <Text as="p">{periodText(range.current)}</Text>
        <Text as="p" tone="subdued">
          compared with {periodText(range.previous)}
          {range.unfinished && "; today is not over yet"}
        </Text>
      </BlockStack>
      {changing && <Spinner size="small" accessibilityLabel="Loading the figures of this period" />}
    </InlineStack>
  );
}

function periodText({ from, to }: Period): string {
  const year = to.slice(0, 4);
  return from === to ? formatDay(from) : `${formatDay(from, year)} – ${formatDay(to)}`;
}
