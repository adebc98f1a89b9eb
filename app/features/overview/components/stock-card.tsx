import { Badge } from "@shopify/polaris";
import { Row, RowList } from "~/components/row-list";
import { Quiet, SectionCard } from "~/components/section-card";
import type { RunningOut } from "~/features/inventory/inventory.server";
import { formatDay } from "~/platform/shop-time";

export function StockCard({ runningOut, today }: { runningOut: RunningOut | null; today: string }) {
  if (!runningOut)
    return (
      <SectionCard title="Stock running out" action={{ label: "Change settings", url: "/app/settings" }}>
        <Quiet>The inventory forecast is switched off.</Quiet>
      </SectionCard>
    );
  const { count, items, lowCoverDays, known } = runningOut;
  return (
    <SectionCard
      title="Stock running out"
      badge={count > 0 && <Badge tone="warning">{String(count)}</Badge>}
      action={{ label: "See inventory", url: "/app/inventory" }}
    >
      {count === 0 ? (
        <Quiet>
          {known > 0
            ? `Of ${known} ${known === 1 ? "SKU" : "SKUs"} with a forecast none sells out within ${lowCoverDays} days.`
            : "Nothing loaded yet: no forecast was computed."}
        </Quiet>
      ) : (
        <RowList label={`SKUs that sell out within ${lowCoverDays} days`}>
          {items.map((item) => (
            <Row
              key={item.id}
              url="/app/inventory"
              title={item.variantTitle ? `${item.productTitle}, ${item.variantTitle}` : item.productTitle}
              detail={`${item.sku}, ${leftText(item.available)}`}
              aside={
                item.stockoutDay &&
                (item.stockoutDay <= today ? "Sold out" : formatDay(item.stockoutDay, today.slice(0, 4)))
              }
            />
          ))}
        </RowList>
      )}
    </SectionCard>
  );
}

function leftText(available: number): string {
  if (available > 0) return `${available} left`;
  return available === 0 ? "none left" : `${-available} sold that are not there`;
}
