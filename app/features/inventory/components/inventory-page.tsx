import { Badge, BlockStack, Box, Card, IndexTable, Page, Text } from "@shopify/polaris";
import { Row, RowList } from "~/components/row-list";
import { SectionEmpty } from "~/components/section-empty";
import { formatDay, formatShopTime } from "~/platform/shop-time";
import type { StockLine } from "../inventory.server";

type Table = { items: StockLine[]; today: string; lowCoverDays: number };
type Props = Table & { forecast: boolean; known: number; asOf: string | null; ianaTimezone: string };

/** SKUs by the day on which they sell out at their present pace. */
export function InventoryPage(props: Props) {
  const { forecast, items, known, asOf, today, lowCoverDays, ianaTimezone } = props;
  return (
    <Page title="Inventory" subtitle="What sells out next, at the pace of the last weeks">
      {!forecast ? (
        <SectionEmpty
          title="The forecast is off"
          body="It was switched off in the settings. Switched on, this page lists the SKUs that sell out, as far as a forecast was computed."
          action={{ label: "Change settings", url: "/app/settings" }}
        />
      ) : items.length === 0 ? (
        <SectionEmpty {...(known > 0 ? NOTHING_SELLS_OUT : NOTHING_LOADED)} />
      ) : (
        <BlockStack gap="300">
          {asOf && (
            <Box paddingInline={{ xs: "400", sm: "0" }}>
              <Text as="p" tone="subdued">
                Days of cover and sell-out days are as of {formatShopTime(asOf, ianaTimezone)}. The stock
                beside them is what Shopify told last.
              </Text>
            </Box>
          )}
          {/* Both are in the page, and CSS shows one: which one is known before the page is hydrated. */}
          <div className="on-phones">
            <StockList items={items} today={today} lowCoverDays={lowCoverDays} />
          </div>
          <div className="on-wider-screens">
            <StockTable items={items} today={today} lowCoverDays={lowCoverDays} />
          </div>
        </BlockStack>
      )}
    </Page>
  );
}

const NOTHING_LOADED = {
  title: "No forecast yet",
  body: "Nothing loaded yet: no sales or stock levels were read from Shopify, so no forecast was computed.",
};
const NOTHING_SELLS_OUT = {
  title: "No SKU sells out",
  body: "SKUs with a forecast are known, and none of them sells out at its present pace.",
};

function StockList({ items, today, lowCoverDays }: Table) {
  return (
    <Card>
      <RowList label="SKUs by sell-out day">
        {items.map((item) => (
          <Row
            key={item.id}
            title={nameOf(item)}
            detail={`${item.sku}, ${item.available} left, ${pace(item.unitsPerDay)} a day`}
            aside={<SellOut item={item} today={today} lowCoverDays={lowCoverDays} />}
          />
        ))}
      </RowList>
    </Card>
  );
}

function StockTable({ items, today, lowCoverDays }: Table) {
  return (
    <Card padding="0">
      <IndexTable
        resourceName={{ singular: "SKU", plural: "SKUs" }}
        itemCount={items.length}
        selectable={false}
        headings={[
          { title: "Product" },
          { title: "Sells out" },
          { title: "In stock", alignment: "end" },
          { title: "Sold a day", alignment: "end" },
          { title: "Days of cover", alignment: "end" },
          { title: "Reorder", alignment: "end" },
        ]}
      >
        {items.map((item, position) => (
          <IndexTable.Row key={item.id} id={item.id} position={position}>
            <IndexTable.Cell>
              <Text as="span" fontWeight="medium">
                {nameOf(item)}
              </Text>
              <br />
              <Text as="span" tone="subdued">
                {item.sku}
              </Text>
            </IndexTable.Cell>
            <IndexTable.Cell>
              <SellOut item={item} today={today} lowCoverDays={lowCoverDays} />
            </IndexTable.Cell>
            <NumberCell>{String(item.available)}</NumberCell>
            <NumberCell>{pace(item.unitsPerDay)}</NumberCell>
            <NumberCell>{item.daysOfCover === null ? "–" : String(Math.floor(item.daysOfCover))}</NumberCell>
            <NumberCell>{reorderText(item)}</NumberCell>
          </IndexTable.Row>
        ))}
      </IndexTable>
    </Card>
  );
}

function NumberCell({ children }: { children: string }) {
  return (
    <IndexTable.Cell>
      <Text as="span" alignment="end" numeric>
        {children}
      </Text>
    </IndexTable.Cell>
  );
}

function SellOut({ item, today, lowCoverDays }: { item: StockLine; today: string; lowCoverDays: number }) {
  if (item.available <= 0) return <Badge tone="critical">Sold out</Badge>;
  if (!item.stockoutDay) return null;
  const day = formatDay(item.stockoutDay, today.slice(0, 4));
  const soon = item.daysOfCover !== null && item.daysOfCover <= lowCoverDays;
  return soon ? <Badge tone="warning">{day}</Badge> : <>{day}</>;
}

function nameOf({ productTitle, variantTitle }: StockLine): string {
  return variantTitle ? `${productTitle}, ${variantTitle}` : productTitle;
}

function pace(unitsPerDay: number): string {
  return unitsPerDay.toFixed(unitsPerDay < 10 ? 1 : 0);
}

/** Enough may be on its way already: then there is nothing to order. */
function reorderText({ available, incoming, reorderPoint, reorderQuantity }: StockLine): string {
  if (available <= reorderPoint && reorderQuantity > 0) return `${reorderQuantity} now`;
  return incoming > 0 ? `${incoming} on the way` : "–";
}
