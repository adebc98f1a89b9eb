/**
 * How fast each SKU sells and what to reorder, from the catalogue's own orders. The window is 60 days: what Shopify
 * shows an app without `read_all_orders`. Formulas and cut-offs: Syntetos and Boylan's classes over weekly buckets,
 * reorder point = demand over the lead time + safety stock.
 */
import { addDays, shopDayOf, type ShopDay } from "~/platform/shop-day";
import { LEAD_TIME_DAYS, type Vendor } from "./catalogue-products";
import type { Catalogue, CatalogueProduct, CatalogueVariant } from "./catalogue-types";
import { idFor } from "./ids";
import { before, daysEnding, MINUTE, SEED_NOW } from "./instant";
import { stamp, type Rows } from "./rows";

const WINDOW_DAYS = 60;
const LEAST_DAYS = 7;
const COVER_TARGET_DAYS = 30;
/** 95 % of lead times end without a stockout. */
const Z = 1.6449;

const COMPUTED_AT = before(SEED_NOW, 20 * MINUTE);
const STOCK_AT = before(SEED_NOW, 35 * MINUTE);

export function velocityRows(catalogue: Catalogue, storeId: string): Rows["ProductVelocity"][] {
  const today = shopDayOf(SEED_NOW, catalogue.shop.ianaTimezone);
  const sales = salesBySku(catalogue);
  return catalogue.products.flatMap((product) =>
    product.variants.map((variant) => ({
      id: idFor("ProductVelocity", catalogue.shop.domain, variant.sku),
      ...stamp(COMPUTED_AT),
      storeId,
      variantGid: variant.gid,
      productGid: product.gid,
      inventoryItemGid: variant.inventoryItemGid,
      sku: variant.sku,
      productTitle: product.title,
      variantTitle: variant.title === "Default Title" ? null : variant.title,
      vendor: product.vendor,
      ...forecast(variant, leadTimeOf(product), sales.get(variant.sku) ?? new Map<ShopDay, number>(), today),
      unitCostMinor: BigInt(variant.unitCostMinor),
      currency: catalogue.shop.currency,
      stockLevels: {
        [catalogue.locations[0]!.gid]: {
          available: variant.available,
          updatedAt: STOCK_AT.toISOString(),
        },
      },
      stockUpdatedAt: STOCK_AT,
      productUpdatedAt: null,
      computedAt: COMPUTED_AT,
    })),
  );
}

function leadTimeOf(product: CatalogueProduct): number {
  return LEAD_TIME_DAYS[product.vendor as Vendor] ?? 14;
}

/** Units per shop day; cancelled and test orders are not demand, refunds do not undo it. */
function salesBySku({ orders, shop }: Catalogue): Map<string, Map<ShopDay, number>> {
  const sales = new Map<string, Map<ShopDay, number>>();
  for (const order of orders) {
    if (order.test || order.cancelledAt) continue;
    const day = shopDayOf(order.placedAt, shop.ianaTimezone);
    for (const { sku, quantity } of order.lines) {
      const days = sales.get(sku) ?? new Map<ShopDay, number>();
      sales.set(sku, days.set(day, (days.get(day) ?? 0) + quantity));
    }
  }
  return sales;
}

function forecast(
  variant: CatalogueVariant,
  leadTimeDays: number,
  sales: Map<ShopDay, number>,
  today: ShopDay,
) {
  const daily = sellableDays(variant, sales, today).map((day) => sales.get(day) ?? 0);
  const unitsPerDay = daily.length ? round(sum(daily) / daily.length, 4) : 0;
  const demandClass = classify(daily);
  const { available, incoming } = variant;
  const known = { demandClass, unitsPerDay, windowDays: WINDOW_DAYS, available, incoming, leadTimeDays };
  if (demandClass === "INSUFFICIENT_DATA" || unitsPerDay === 0)
    return { ...known, daysOfCover: null, stockoutDay: null, reorderPoint: 0, reorderQuantity: 0 };

  const daysOfCover = round(Math.max(0, available) / unitsPerDay, 1);
  const safetyStock = safetyStockOf(daily, demandClass, unitsPerDay, leadTimeDays);
  const reorderPoint = Math.ceil(unitsPerDay * leadTimeDays + safetyStock);
  const wanted = unitsPerDay * (leadTimeDays + COVER_TARGET_DAYS) + safetyStock - available - incoming;
  return {
    ...known,
    daysOfCover,
    stockoutDay: addDays(today, Math.floor(daysOfCover)),
    reorderPoint,
    reorderQuantity: available + incoming <= reorderPoint ? Math.max(0, Math.ceil(wanted)) : 0,
  };
}

/** The days of the window on which it could be bought: from its first sale, and while there was stock. */
function sellableDays(variant: CatalogueVariant, sales: Map<ShopDay, number>, today: ShopDay): ShopDay[] {
  const sold = [...sales.keys()].sort();
  const first = sold[0] ?? today;
  const last = variant.available > 0 ? today : (sold.at(-1) ?? today);
  return daysEnding(today, WINDOW_DAYS).filter((day) => day >= first && day <= last);
}

/** ADI over weeks against 1.32, and the squared variation of the non-zero weeks against 0.49. */
function classify(daily: number[]): Rows["ProductVelocity"]["demandClass"] {
  if (daily.length < LEAST_DAYS) return "INSUFFICIENT_DATA";
  const weeks = windows(daily, 7, 7);
  const sizes = weeks.filter((units) => units > 0);
  if (!sizes.length) return "INSUFFICIENT_DATA";
  const often = weeks.length / sizes.length < 1.32;
  const steady = variance(sizes) / mean(sizes) ** 2 < 0.49;
  if (often) return steady ? "SMOOTH" : "ERRATIC";
  return steady ? "INTERMITTENT" : "LUMPY";
}

/** A bell curve for demand that has one; for the rest what 95 of 100 stretches of a lead time really took. */
function safetyStockOf(
  daily: number[],
  demandClass: string,
  unitsPerDay: number,
  leadTimeDays: number,
): number {
  if (demandClass === "SMOOTH" || demandClass === "ERRATIC")
    return Z * Math.sqrt(variance(windows(daily, 7, 7)) / 7) * Math.sqrt(leadTimeDays);
  const stretches = windows(daily, leadTimeDays, 1).sort((a, b) => a - b);
  const quantile = stretches[Math.ceil(stretches.length * 0.95) - 1] ?? 0;
  return Math.max(0, quantile - unitsPerDay * leadTimeDays);
}

/** Sums of `length` consecutive days, counted back from the last day; an incomplete stretch is left out. */
function windows(daily: number[], length: number, step: number): number[] {
  const sums: number[] = [];
  for (let end = daily.length; end >= length; end -= step) sums.unshift(sum(daily.slice(end - length, end)));
  return sums;
}

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
const mean = (values: number[]) => sum(values) / values.length;
const variance = (values: number[]) => {
  const centre = mean(values);
  return values.reduce((total, value) => total + (value - centre) * (value - centre), 0) / values.length;
};

function round(value: number, digits: number): number {
  const factor = 10 ** digits;
  return Math.round(value * factor) / factor;
}
