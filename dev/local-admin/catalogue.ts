/**
 * The demo store as the seed writes it down (`prisma/seed/catalogue.ts`), and the step from there to what the local
 * Shopify serves: the database of the demo and its Shopify then tell one story.
 */
import type { Catalogue, CatalogueOrder, CatalogueProduct } from "../../prisma/seed/catalogue-types";
import { moneyOfMinor } from "./money";
import type { ShopifyData, ShopifyOrder, ShopifyProduct } from "./shopify-data";

/** @param scopes what the merchant granted; `shopify.app.toml` names them */
export function fromCatalogue(catalogue: Catalogue, scopes: string[]): ShopifyData {
  const { gid, domain, currency, ...shop } = catalogue.shop;
  const opened = new Date(
    Math.min(...catalogue.orders.map((order) => order.placedAt.getTime()), Date.UTC(2025, 0, 1)),
  );
  return {
    shop: { ...shop, id: gid, myshopifyDomain: domain, currencyCode: currency },
    installed: true,
    accessScopes: [...scopes],
    locations: catalogue.locations.map(({ gid: id, name }) => ({ id, name })),
    products: catalogue.products.map((product) => productOf(product, catalogue, opened.toISOString())),
    customers: catalogue.customers.map(({ gid: id, ...customer }) => ({
      ...customer,
      id,
      tags: [],
      createdAt: opened.toISOString(),
      updatedAt: opened.toISOString(),
    })),
    orders: catalogue.orders.map(orderOf),
  };
}

/** The whole stock lies at the first location; the others are there, and empty. */
function productOf(product: CatalogueProduct, catalogue: Catalogue, openedAt: string): ShopifyProduct {
  const { gid, seoTitle, seoDescription, variants, ...rest } = product;
  const { currency } = catalogue.shop;
  return {
    ...rest,
    id: gid,
    tags: [],
    seo: { title: seoTitle, description: seoDescription },
    createdAt: openedAt,
    updatedAt: openedAt,
    variants: variants.map((variant) => ({
      id: variant.gid,
      sku: variant.sku,
      title: variant.title,
      price: moneyOfMinor(variant.priceMinor, currency),
      inventoryItem: {
        id: variant.inventoryItemGid,
        unitCost: moneyOfMinor(variant.unitCostMinor, currency),
        levels: catalogue.locations.map((location, i) => ({
          locationId: location.gid,
          available: i === 0 ? variant.available : 0,
          incoming: i === 0 ? variant.incoming : 0,
        })),
      },
    })),
  };
}

function orderOf(order: CatalogueOrder): ShopifyOrder {
  const money = (minor: number) => moneyOfMinor(minor, order.currency);
  const { gid, placedAt, customerGid, currency, lines, shippingMinor, taxMinor, ...rest } = order;
  return {
    ...rest,
    id: gid,
    createdAt: placedAt.toISOString(),
    updatedAt: order.updatedAt.toISOString(),
    cancelledAt: order.cancelledAt?.toISOString() ?? null,
    customerId: customerGid,
    currencyCode: currency,
    tags: [...order.tags],
    shipping: money(shippingMinor),
    tax: money(taxMinor),
    lineItems: lines.map(({ gid: id, variantGid, unitPriceMinor, discountMinor, ...line }) => ({
      ...line,
      id,
      variantId: variantGid,
      unitPrice: money(unitPriceMinor),
      discount: money(discountMinor),
    })),
    refunds: order.refunds.map((refund) => ({
      id: refund.gid,
      createdAt: refund.createdAt.toISOString(),
      amount: money(refund.amountMinor),
      tax: money(refund.taxMinor),
      shipping: money(refund.shippingMinor),
      lines: refund.lines.map((line) => ({
        lineItemId: line.lineGid,
        quantity: line.quantity,
        subtotal: money(line.amountMinor),
      })),
    })),
    fulfillments: order.fulfillments.map(({ gid: id, createdAt, ...fulfillment }) => ({
      ...fulfillment,
      id,
      createdAt: createdAt.toISOString(),
    })),
  };
}
