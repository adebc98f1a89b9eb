/**
 * The figures of each shop day, by Shopify's definitions: test orders out, cancelled ones in, returns on the day of
 * the refund, tax and shipping less what was paid back. Discounts and returns are positive and are subtracted.
 */
import { KPI_LIFETIME_MS } from "~/features/overview/kpi-cache.repository.server";
import type { KpiPayload } from "~/features/overview/kpi.schema";
import { shopDayOf, type ShopDay } from "~/platform/shop-day";
import type { Catalogue } from "./catalogue-types";
import { idFor } from "./ids";
import { after, before, MINUTE, SEED_NOW } from "./instant";
import { stamp, type Rows } from "./rows";

/** Units of a SKU that came in on a day. */
export type Receipt = { sku: string; day: ShopDay; quantity: number };

const COMPUTED_AT = before(SEED_NOW, 20 * MINUTE);

export function kpiRows(
  catalogue: Catalogue,
  storeId: string,
  days: ShopDay[],
  receipts: Receipt[],
): Rows["KpiCache"][] {
  const { domain, currency, ianaTimezone } = catalogue.shop;
  const sales = salesByDay(catalogue, days, ianaTimezone);
  const orders = ordersByDay(catalogue, days, ianaTimezone);
  const inventory = inventoryByDay(catalogue, days, ianaTimezone, receipts);
  const payloads = [
    ["SALES", sales],
    ["ORDERS", orders],
    ["INVENTORY", inventory],
  ] as const;
  return payloads.flatMap(([kind, byDay]) =>
    days.map((day) => ({
      id: idFor("KpiCache", domain, kind, day),
      ...stamp(COMPUTED_AT),
      storeId,
      kind,
      fromDay: day,
      toDay: day,
      currency,
      payload: byDay.get(day)!,
      computedAt: COMPUTED_AT,
      expiresAt: after(COMPUTED_AT, KPI_LIFETIME_MS),
    })),
  );
}

function salesByDay({ orders }: Catalogue, days: ShopDay[], zone: string): Map<ShopDay, KpiPayload<"SALES">> {
  const ledger = new Map(
    days.map((day) => [day, { gross: 0, discounts: 0, returns: 0, shipping: 0, taxes: 0 }]),
  );
  for (const order of orders.filter((candidate) => !candidate.test)) {
    const day = ledger.get(shopDayOf(order.placedAt, zone));
    if (day) {
      for (const line of order.lines) {
        day.gross += line.unitPriceMinor * line.quantity;
        day.discounts += line.discountMinor;
      }
      day.shipping += order.shippingMinor;
      day.taxes += order.taxMinor;
    }
    for (const refund of order.refunds) {
      const refundDay = ledger.get(shopDayOf(refund.createdAt, zone));
      if (!refundDay) continue;
      refundDay.returns += refund.lines.reduce((sum, line) => sum + line.amountMinor, 0);
      refundDay.shipping -= refund.shippingMinor;
      refundDay.taxes -= refund.taxMinor;
    }
  }
  return mapValues(ledger, ({ gross, discounts, returns, shipping, taxes }) => {
    const net = gross - discounts - returns;
    return {
      grossMinor: gross,
      discountsMinor: discounts,
      returnsMinor: returns,
      netMinor: net,
      shippingMinor: shipping,
      taxesMinor: taxes,
      totalMinor: net + shipping + taxes,
    };
  });
}

function ordersByDay(
  catalogue: Catalogue,
  days: ShopDay[],
  zone: string,
): Map<ShopDay, KpiPayload<"ORDERS">> {
  const orders = catalogue.orders.filter((order) => !order.test);
  const seen = customersFromBefore(catalogue);
  const byDay = new Map(days.map((day) => [day, [] as typeof orders]));
  for (const order of orders) byDay.get(shopDayOf(order.placedAt, zone))?.push(order);
  // Days run in order, so `seen` holds everybody who ordered before the day in hand.
  return mapValues(byDay, (ordersOfDay) => {
    const customers = ordersOfDay.flatMap((order) => order.customerGid ?? []);
    const distinct = new Set(customers);
    const ofDay = [...distinct];
    const returning = ofDay.filter(
      (gid) => seen.has(gid) || customers.filter((other) => other === gid).length > 1,
    );
    for (const gid of ofDay) seen.add(gid);
    return {
      orders: ordersOfDay.length,
      units: ordersOfDay.reduce(
        (sum, order) => sum + order.lines.reduce((units, line) => units + line.quantity, 0),
        0,
      ),
      customers: ofDay.length,
      returningCustomers: returning.length,
      firstTimeCustomers: ofDay.length - returning.length,
      cancelled: ordersOfDay.filter((order) => order.cancelledAt).length,
    };
  });
}

/** Whose lifetime count exceeds what the catalogue shows had ordered before its first day. */
function customersFromBefore({ customers, orders }: Catalogue): Set<string> {
  const shown = new Map<string, number>();
  for (const { customerGid, test } of orders)
    if (customerGid && !test) shown.set(customerGid, (shown.get(customerGid) ?? 0) + 1);
  return new Set(
    customers
      .filter(({ gid, numberOfOrders }) => numberOfOrders > (shown.get(gid) ?? 0))
      .map(({ gid }) => gid),
  );
}

/** The stock at the end of each day, counted back from now: what was sold since was there, what came in since was not. */
function inventoryByDay(
  { products, orders }: Catalogue,
  days: ShopDay[],
  zone: string,
  receipts: Receipt[],
): Map<ShopDay, KpiPayload<"INVENTORY">> {
  const variants = products.flatMap((product) => product.variants);
  const changes = new Map(days.map((day) => [day, new Map<string, number>()]));
  const change = (day: ShopDay, sku: string, quantity: number) => {
    const ofDay = changes.get(day);
    ofDay?.set(sku, (ofDay.get(sku) ?? 0) + quantity);
  };
  for (const { sku, day, quantity } of receipts) change(day, sku, quantity);
  for (const order of orders.filter((candidate) => !candidate.test))
    for (const line of order.lines) {
      change(shopDayOf(order.placedAt, zone), line.sku, -line.quantity);
      if (order.cancelledAt) change(shopDayOf(order.cancelledAt, zone), line.sku, line.quantity);
    }

  const stock = new Map(variants.map(({ sku, available }) => [sku, available]));
  const result = new Map<ShopDay, KpiPayload<"INVENTORY">>();
  for (const day of [...days].reverse()) {
    const levels = variants.map((variant) => ({ variant, units: Math.max(0, stock.get(variant.sku)!) }));
    result.set(day, {
      units: levels.reduce((sum, { units }) => sum + units, 0),
      valueMinor: levels.reduce((sum, { variant, units }) => sum + units * variant.unitCostMinor, 0),
      skus: variants.length,
      outOfStockSkus: levels.filter(({ units }) => units === 0).length,
    });
    for (const [sku, quantity] of changes.get(day)!) stock.set(sku, stock.get(sku)! - quantity);
  }
  return result;
}

function mapValues<K, V, W>(map: Map<K, V>, change: (value: V) => W): Map<K, W> {
  return new Map([...map].map(([key, value]) => [key, change(value)]));
}
