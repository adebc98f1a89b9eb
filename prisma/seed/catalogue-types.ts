/**
 * A shop as Shopify would know it: the source from which the demo's rows are derived and which the local Shopify
 * admin serves. Money is integer minor units of `shop.currency`; statuses are spelled as in the Admin API.
 */
export type Catalogue = {
  shop: CatalogueShop;
  locations: { gid: string; name: string }[];
  products: CatalogueProduct[];
  customers: CatalogueCustomer[];
  orders: CatalogueOrder[];
};

export type CatalogueShop = {
  gid: string;
  domain: string;
  name: string;
  email: string;
  currency: string;
  ianaTimezone: string;
  countryCode: string;
};

export type CatalogueProduct = {
  gid: string;
  title: string;
  handle: string;
  vendor: string;
  productType: string;
  status: "ACTIVE" | "DRAFT" | "ARCHIVED";
  /** Null: Shopify falls back to the title */
  seoTitle: string | null;
  seoDescription: string | null;
  variants: CatalogueVariant[];
};

export type CatalogueVariant = {
  gid: string;
  inventoryItemGid: string;
  sku: string;
  title: string;
  priceMinor: number;
  unitCostMinor: number;
  /** May be negative: sold beyond the stock */
  available: number;
  incoming: number;
};

export type CatalogueCustomer = {
  gid: string;
  firstName: string;
  lastName: string;
  email: string;
  phone: string | null;
  /** Lifetime count as of now: orders before the catalogue's first day included, test orders not */
  numberOfOrders: number;
};

export type CatalogueAddress = {
  name: string;
  address1: string;
  city: string;
  provinceCode: string;
  zip: string;
  countryCode: string;
  coordinatesValidated: boolean;
  validationResultSummary: "NO_ISSUES" | "WARNING" | "ERROR";
};

export type CatalogueOrder = {
  gid: string;
  name: string;
  placedAt: Date;
  updatedAt: Date;
  customerGid: string | null;
  email: string;
  currency: string;
  financialStatus: FinancialStatus;
  fulfillmentStatus: FulfillmentStatus;
  cancelledAt: Date | null;
  test: boolean;
  riskLevel: "HIGH" | "MEDIUM" | "LOW" | "NONE" | "PENDING";
  tags: string[];
  note: string | null;
  shippingAddress: CatalogueAddress | null;
  billingAddress: CatalogueAddress | null;
  lines: CatalogueLine[];
  shippingMinor: number;
  /** On top of the prices */
  taxMinor: number;
  refunds: CatalogueRefund[];
  fulfillments: CatalogueFulfillment[];
};

export type CatalogueLine = {
  gid: string;
  variantGid: string;
  sku: string;
  title: string;
  quantity: number;
  unitPriceMinor: number;
  /** Off the whole line */
  discountMinor: number;
};

/** `amountMinor` = the lines + `taxMinor` + `shippingMinor` */
export type CatalogueRefund = {
  gid: string;
  createdAt: Date;
  amountMinor: number;
  taxMinor: number;
  shippingMinor: number;
  /** Value of the goods, before tax */
  lines: { lineGid: string; quantity: number; amountMinor: number }[];
};

export type CatalogueFulfillment = {
  gid: string;
  createdAt: Date;
  status: "SUCCESS" | "FAILURE" | "CANCELLED";
  displayStatus:
    "CONFIRMED" | "IN_TRANSIT" | "DELAYED" | "ATTEMPTED_DELIVERY" | "FAILURE" | "NOT_DELIVERED" | "DELIVERED";
  trackingNumber: string | null;
};

export type FinancialStatus =
  "AUTHORIZED" | "PENDING" | "PARTIALLY_PAID" | "PAID" | "PARTIALLY_REFUNDED" | "REFUNDED" | "VOIDED";

export type FulfillmentStatus = "UNFULFILLED" | "PARTIALLY_FULFILLED" | "FULFILLED" | "ON_HOLD";
