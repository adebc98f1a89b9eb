/** Turns drafts (when, what) into orders (who, where, what it cost, what became of it). */
import { CustomerBook } from "./catalogue-customers";
import type { Incident } from "./catalogue-incidents";
import { settle } from "./catalogue-outcomes";
import type {
  CatalogueAddress,
  CatalogueCustomer,
  CatalogueLine,
  CatalogueOrder,
  CatalogueProduct,
  CatalogueShop,
} from "./catalogue-types";
import { TOWNS, type Town } from "./catalogue-people";
import { gid } from "./ids";
import { goodsOf } from "./order-math";
import { random, type Random } from "./random";

export type Draft = {
  placedAt: Date;
  lines: { sku: string; quantity: number }[];
  discountPercent?: number;
  tags?: string[];
  test?: boolean;
  incident?: Incident;
};

const FIRST_ORDER_NAME = 4018;
const FREE_SHIPPING_MINOR = 7500;
const SHIPPING_MINOR = 695;

/** `drafts` must be in the order of `placedAt`, in which Shopify numbers orders. */
export function writeOrders(drafts: Draft[], products: CatalogueProduct[], shop: CatalogueShop) {
  const variants = new Map(
    products.flatMap((product) =>
      product.variants.map((variant) => [variant.sku, { product, variant }] as const),
    ),
  );
  const book = new CustomerBook();
  let lineNumber = 0;
  const orders = drafts.map((draft, i): CatalogueOrder => {
    const rng = random(`catalogue/order/${draft.placedAt.toISOString()}/${draft.lines[0]?.sku}`);
    const buyer = book.buyer(rng, draft);
    const discountPercent = discountOf(rng, draft, buyer.orders === 1);
    const lines = draft.lines.map(({ sku, quantity }): CatalogueLine => {
      const { product, variant } = variants.get(sku)!;
      const gross = variant.priceMinor * quantity;
      return {
        gid: gid("LineItem", lineNumber++),
        variantGid: variant.gid,
        sku,
        title: variant.title === "Default Title" ? product.title : `${product.title} - ${variant.title}`,
        quantity,
        unitPriceMinor: variant.priceMinor,
        discountMinor: Math.round((gross * discountPercent) / 100),
      };
    });
    const goods = goodsOf({ lines });
    const shippingAddress = addressOf(buyer.name, buyer.street, buyer.town, draft.incident?.badAddress);
    const order: CatalogueOrder = {
      gid: gid("Order", i),
      name: `#${FIRST_ORDER_NAME + i}`,
      placedAt: draft.placedAt,
      updatedAt: draft.placedAt,
      customerGid: buyer.gid,
      email: buyer.email,
      currency: shop.currency,
      financialStatus: "PAID",
      fulfillmentStatus: "UNFULFILLED",
      cancelledAt: null,
      test: draft.test ?? false,
      riskLevel: draft.incident?.risk ?? (rng.chance(0.9) ? "LOW" : "NONE"),
      tags: draft.incident?.tags ?? draft.tags ?? [],
      note: draft.incident?.note ?? null,
      shippingAddress,
      billingAddress: billingOf(rng, shippingAddress, draft.incident),
      lines,
      shippingMinor: goods >= FREE_SHIPPING_MINOR ? 0 : SHIPPING_MINOR,
      taxMinor: Math.round((goods * buyer.town.taxPermille) / 1000),
      refunds: [],
      fulfillments: [],
    };
    settle(order, i, rng, draft.incident);
    return order;
  });
  return { orders, customers: book.customers() satisfies CatalogueCustomer[] };
}

function discountOf(rng: Random, draft: Draft, firstOrder: boolean): number {
  if (draft.incident) return draft.incident.discountPercent ?? 0;
  if (draft.discountPercent) return draft.discountPercent;
  if (draft.test) return 0;
  // The newsletter's welcome code.
  return rng.chance(firstOrder ? 0.22 : 0.05) ? 10 : 0;
}

function addressOf(name: string, street: string, town: Town, bad?: Incident["badAddress"]): CatalogueAddress {
  return {
    name,
    address1: bad ? street.replace(/^\d+/, "0") : street,
    city: town.city,
    provinceCode: town.provinceCode,
    zip: bad === "ERROR" ? "00000" : town.zip,
    countryCode: town.countryCode,
    coordinatesValidated: bad === undefined,
    validationResultSummary: bad === "ERROR" ? "ERROR" : bad === "unlocated" ? "WARNING" : "NO_ISSUES",
  };
}

function billingOf(rng: Random, shipping: CatalogueAddress, incident?: Incident): CatalogueAddress {
  if (incident?.billing === "elsewhere") {
    const town = rng.pick(TOWNS.filter(({ city }) => city !== shipping.city));
    return addressOf(shipping.name, "88 Depot Street", town);
  }
  if (incident?.billing === "abroad") {
    const town = {
      city: "Leeds",
      provinceCode: "ENG",
      zip: "LS1 4DY",
      countryCode: "GB",
      taxPermille: 0,
      area: 0,
    };
    return addressOf(shipping.name, "14 Swan Street", town);
  }
  return shipping;
}
