/**
 * What one shop of the local Shopify holds. It is plain and mutable: a test changes it, and the next answer of the Admin
 * API, the next webhook payload or the next token request follows.
 */
export type ShopifyData = {
  shop: ShopifyShop;
  /** false: the merchant uninstalled the app, and Shopify refuses its tokens, refreshes and queries */
  installed: boolean;
  /** The scopes that the merchant granted */
  accessScopes: string[];
  locations: ShopifyLocation[];
  products: ShopifyProduct[];
  customers: ShopifyCustomer[];
  orders: ShopifyOrder[];
};

/** Shopify's MoneyV2: a decimal string in the currency's own number of digits. */
export type Money = { amount: string; currencyCode: string };

export type ShopifyShop = {
  id: string;
  myshopifyDomain: string;
  name: string;
  email: string;
  currencyCode: string;
  ianaTimezone: string;
  countryCode: string;
};

export type ShopifyLocation = { id: string; name: string };

export type ShopifyProduct = {
  id: string;
  title: string;
  handle: string;
  vendor: string;
  productType: string;
  status: string;
  tags: string[];
  seo: { title: string | null; description: string | null };
  createdAt: string;
  updatedAt: string;
  variants: ShopifyVariant[];
};

export type ShopifyVariant = {
  id: string;
  sku: string;
  title: string;
  price: Money;
  inventoryItem: { id: string; unitCost: Money | null; levels: ShopifyInventoryLevel[] };
};

export type ShopifyInventoryLevel = { locationId: string; available: number; incoming: number };

export type ShopifyCustomer = {
  id: string;
  firstName: string | null;
  lastName: string | null;
  email: string | null;
  phone: string | null;
  numberOfOrders: number;
  tags: string[];
  createdAt: string;
  updatedAt: string;
};

export type ShopifyAddress = Partial<
  Record<
    | "name"
    | "firstName"
    | "lastName"
    | "company"
    | "address1"
    | "address2"
    | "city"
    | "province"
    | "provinceCode"
    | "zip"
    | "country"
    | "countryCode"
    | "phone",
    string | null
  >
> & {
  coordinatesValidated?: boolean;
  /** MailingAddressValidationResult: NO_ISSUES, WARNING or ERROR */
  validationResultSummary?: string | null;
};

export type ShopifyOrder = {
  id: string;
  name: string;
  createdAt: string;
  updatedAt: string;
  cancelledAt: string | null;
  customerId: string | null;
  email: string | null;
  /** OrderDisplayFinancialStatus, e.g. PAID */
  financialStatus: string;
  /** OrderDisplayFulfillmentStatus, e.g. UNFULFILLED */
  fulfillmentStatus: string;
  /** RiskAssessmentResult: HIGH, MEDIUM, LOW, NONE or PENDING */
  riskLevel: string;
  test: boolean;
  tags: string[];
  note: string | null;
  currencyCode: string;
  shipping: Money;
  tax: Money;
  shippingAddress: ShopifyAddress | null;
  billingAddress: ShopifyAddress | null;
  lineItems: ShopifyLineItem[];
  refunds: ShopifyRefund[];
  fulfillments: ShopifyFulfillment[];
};

export type ShopifyLineItem = {
  id: string;
  variantId: string | null;
  sku: string | null;
  title: string;
  quantity: number;
  unitPrice: Money;
  /** Of the whole line, not of one unit */
  discount: Money;
};

export type ShopifyRefund = {
  id: string;
  createdAt: string;
  amount: Money;
  tax: Money;
  shipping: Money;
  /** `subtotal` before tax */
  lines: { lineItemId: string; quantity: number; subtotal: Money }[];
};

export type ShopifyFulfillment = {
  id: string;
  createdAt: string;
  /** FulfillmentStatus, e.g. SUCCESS */
  status: string;
  /** FulfillmentDisplayStatus, e.g. IN_TRANSIT */
  displayStatus: string | null;
  trackingNumber: string | null;
};

/** `backroom-demo` of `backroom-demo.myshopify.com`: how the admin's own addresses name a shop. */
export function shopHandle(domain: string): string {
  return domain.replace(/\.myshopify\.com$/, "");
}

/** The number at the end of a GID, which the REST-shaped webhook payloads call `id`. */
export function legacyId(gid: string): number {
  return Number(/(\d+)(\?.*)?$/.exec(gid)?.[1] ?? 0);
}
