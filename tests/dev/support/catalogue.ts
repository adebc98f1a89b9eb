import type { Catalogue, CatalogueOrder } from "../../../prisma/seed/catalogue-types";
import { fromCatalogue } from "../../../dev/local-admin/catalogue";
import type { ShopifyData } from "../../../dev/local-admin/shopify-data";

export const SHOP = "north-pine.myshopify.com";
export const SCOPES = ["read_customers", "read_inventory", "read_locations", "read_orders", "read_products"];

const gid = (type: string, id: number) => `gid://shopify/${type}/${id}`;

/** A small shop: 12 orders, one a day from 1 November 2026, the third refunded in part, the fourth fulfilled. */
export function smallCatalogue(): Catalogue {
  return {
    shop: {
      gid: gid("Shop", 7),
      domain: SHOP,
      name: "North Pine",
      email: "hello@north-pine.test",
      currency: "EUR",
      ianaTimezone: "Europe/Berlin",
      countryCode: "DE",
    },
    locations: [
      { gid: gid("Location", 1), name: "Warehouse" },
      { gid: gid("Location", 2), name: "Shop floor" },
    ],
    products: [1, 2].map((n) => ({
      gid: gid("Product", n),
      title: `Blanket ${n}`,
      handle: `blanket-${n}`,
      vendor: "Loom & Co",
      productType: "Textiles",
      status: "ACTIVE",
      seoTitle: null,
      seoDescription: null,
      variants: [1, 2].map((v) => ({
        gid: gid("ProductVariant", n * 10 + v),
        inventoryItemGid: gid("InventoryItem", n * 100 + v),
        sku: `BL-${n}-${v}`,
        title: v === 1 ? "Grey" : "Green",
        priceMinor: 4990,
        unitCostMinor: 1800,
        available: 5 * v,
        incoming: 3,
      })),
    })),
    customers: [
      {
        gid: gid("Customer", 1),
        firstName: "Ada",
        lastName: "Berg",
        email: "ada@example.test",
        phone: null,
        numberOfOrders: 12,
      },
    ],
    orders: Array.from({ length: 12 }, (_, i) => order(i + 1)),
  };
}

function order(n: number): CatalogueOrder {
  const placedAt = new Date(Date.UTC(2026, 10, n, 9));
  const fulfilled = n === 4;
  return {
    gid: gid("Order", 1000 + n),
    name: `#${1000 + n}`,
    placedAt,
    updatedAt: placedAt,
    customerGid: gid("Customer", 1),
    email: "ada@example.test",
    currency: "EUR",
    financialStatus: n % 2 ? "PAID" : "PENDING",
    fulfillmentStatus: fulfilled ? "FULFILLED" : "UNFULFILLED",
    cancelledAt: null,
    test: false,
    riskLevel: n === 5 ? "HIGH" : "LOW",
    tags: n === 5 ? ["review"] : [],
    note: null,
    shippingAddress: {
      name: "Ada Berg",
      address1: "Weg 1",
      city: "Berlin",
      provinceCode: "BE",
      zip: "10115",
      countryCode: "DE",
      coordinatesValidated: true,
      validationResultSummary: "NO_ISSUES",
    },
    billingAddress: null,
    lines: [
      {
        gid: gid("LineItem", n * 10),
        variantGid: gid("ProductVariant", 11),
        sku: "BL-1-1",
        title: "Blanket 1",
        quantity: 2,
        unitPriceMinor: 4990,
        discountMinor: 500,
      },
    ],
    shippingMinor: 490,
    taxMinor: 1590,
    refunds:
      n === 3
        ? [
            {
              gid: gid("Refund", 3),
              createdAt: placedAt,
              amountMinor: 4990,
              taxMinor: 700,
              shippingMinor: 0,
              lines: [{ lineGid: gid("LineItem", 30), quantity: 1, amountMinor: 4290 }],
            },
          ]
        : [],
    fulfillments: fulfilled
      ? [
          {
            gid: gid("Fulfillment", 4),
            createdAt: placedAt,
            status: "SUCCESS",
            displayStatus: "IN_TRANSIT",
            trackingNumber: "LP123",
          },
        ]
      : [],
  };
}

export function smallShop(): ShopifyData {
  return fromCatalogue(smallCatalogue(), SCOPES);
}
