/**
 * The demo store as the seed writes it down (`prisma/seed/catalogue.ts`), and the step from there to what the local
 * Shopify serves: the database of the demo and its Shopify then tell one story.
 */
import { moneyOfMinor } from "./money";
import type { ShopifyAddress, ShopifyData, ShopifyOrder, ShopifyProduct } from "./shopify-data";

/** All money in minor units of `shop.currency`. */
export type Catalogue = {
  shop: {
    gid: string;
    domain: string;
    name: string;
    email: string;
    currency: string;
    ianaTimezone: string;
    countryCode: string;
  };
  locations: { gid: string; name: string }[];
  products: CatalogueProduct[];
  customers: {
    gid: string;
    firstName: string;
    lastName: string;
    email: string;
    phone: string | null;
    numberOfOrders: number;
  }[];
  orders: CatalogueOrder[];
};

export type CatalogueProduct = {
  gid: string;
  title: string;
  handle: string;
  vendor: string;
  productType: string;
  status: string;
  seoTitle: string | null;
  seoDescription: string | null;
  variants: {
    gid: string;
    inventoryItemGid: string;
    sku: string;
    title: string;
    priceMinor: number;
    unitCostMinor: number;
    available: number;
    incoming: number;
  }[];
};

export type CatalogueOrder = {
  gid: string;
  name: string;
  placedAt: Date;
  updatedAt: Date;
  customerGid: string | null;
  email: string;
  currency: string;
  financialStatus: string;
  fulfillmentStatus: string;
  cancelledAt: Date | null;
  test: boolean;
  riskLevel: string;
  tags: readonly string[];
  note: string | null;
  shippingAddress: ShopifyAddress | null;
  billingAddress: ShopifyAddress | null;
  lines: {
    gid: string;
    variantGid: string;
    sku: string;
    title: string;
    quantity: number;
    unitPriceMinor: number;
    discountMinor: number;
  }[];
  shippingMinor: number;
  taxMinor: number;
  refunds: {
    gid: string;
    createdAt: Date;
    /** All of it: the lines, the tax and the shipping */
    amountMinor: number;
    taxMinor: number;
    shippingMinor: number;
    lines: { lineGid: string; quantity: number; amountMinor: number }[];
  }[];
  fulfillments: {
    gid: string;
    createdAt: Date;
    status: string;
    displayStatus: string | null;
    trackingNumber: string | null;
  }[];
};

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
