/**
 * Fernhill Supply: 40 SKUs, 90 days of orders with a weekly rhythm, growth, a sale in October, refunds and
 * cancellations. Built from names and one instant, so it is the same on every machine.
 */
import { shopDayOf } from "~/platform/shop-day";
import { writeOrders, type Draft } from "./catalogue-orders";
import { draftOrdinaryOrders } from "./catalogue-demand";
import { INCIDENTS, type Incident } from "./catalogue-incidents";
import { PRODUCTS } from "./catalogue-products";
import type { Catalogue, CatalogueOrder, CatalogueProduct, CatalogueShop } from "./catalogue-types";
import { gid } from "./ids";
import { before, daysEnding, HOUR, SEED_NOW } from "./instant";

export type * from "./catalogue-types";

export const DEMO_SHOP: CatalogueShop = {
  gid: gid("Shop", 0),
  domain: "backroom-demo.myshopify.com",
  name: "Fernhill Supply",
  email: "hello@fernhill.example.com",
  currency: "USD",
  ianaTimezone: "America/New_York",
  countryCode: "US",
};

/** The 90 shop days up to today's. */
export const DEMO_DAYS = daysEnding(shopDayOf(SEED_NOW, DEMO_SHOP.ianaTimezone), 90);

/** The demo shop's data on Shopify's side; built once. */
export function demoCatalogue(): Catalogue {
  return demo().catalogue;
}

/** The orders behind each flag, in the order of INCIDENTS. */
export function demoIncidents(): { incident: Incident; order: CatalogueOrder }[] {
  return demo().incidents;
}

type Demo = { catalogue: Catalogue; incidents: { incident: Incident; order: CatalogueOrder }[] };
let built: Demo | undefined;

function demo(): Demo {
  return (built ??= build());
}

function build(): Demo {
  const products = buildProducts();
  const drafts: Draft[] = [
    ...draftOrdinaryOrders(DEMO_DAYS, DEMO_SHOP.ianaTimezone),
    ...INCIDENTS.map(draftIncident),
  ].sort((a, b) => a.placedAt.getTime() - b.placedAt.getTime());
  const { orders, customers } = writeOrders(drafts, products, DEMO_SHOP);
  const incidents = orders.flatMap((order, i) => {
    const incident = drafts[i]?.incident;
    return incident ? [{ incident, order }] : [];
  });
  incidents.sort((a, b) => INCIDENTS.indexOf(a.incident) - INCIDENTS.indexOf(b.incident));
  const locations = [{ gid: gid("Location", 0), name: "Beacon workshop" }];
  return { catalogue: { shop: DEMO_SHOP, locations, products, customers, orders }, incidents };
}

function buildProducts(): CatalogueProduct[] {
  let variantNumber = 0;
  return PRODUCTS.map((product, i) => ({
    gid: gid("Product", i),
    title: product.title,
    handle: handleOf(product.title),
    vendor: product.vendor,
    productType: product.type,
    status: product.status ?? "ACTIVE",
    seoTitle: product.seoTitle ?? null,
    seoDescription: product.seoDescription ?? null,
    variants: product.variants.map((variant) => {
      const n = variantNumber++;
      return {
        gid: gid("ProductVariant", n),
        inventoryItemGid: gid("InventoryItem", n),
        sku: variant.sku,
        title: variant.title,
        priceMinor: variant.price,
        unitCostMinor: variant.cost,
        available: variant.available,
        incoming: variant.incoming ?? 0,
      };
    }),
  }));
}

function handleOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}

function draftIncident(incident: Incident): Draft {
  return {
    placedAt: before(SEED_NOW, incident.hoursAgo * HOUR),
    lines: incident.lines.map(([sku, quantity]) => ({ sku, quantity })),
    incident,
  };
}
