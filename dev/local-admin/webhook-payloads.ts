/** The bodies of webhooks in Shopify's REST shapes, made from what the shop holds now. */
import { orderTotals } from "./graphql/order";
import { inventoryLevelId } from "./graphql/product";
import {
  legacyId,
  type ShopifyAddress,
  type ShopifyCustomer,
  type ShopifyData,
  type ShopifyFulfillment,
  type ShopifyOrder,
  type ShopifyProduct,
  type ShopifyRefund,
} from "./shopify-data";

/** Everything that the local Shopify can send, in the order of the panel. */
export const WEBHOOK_TOPICS = [
  "orders/create",
  "orders/updated",
  "orders/cancelled",
  "refunds/create",
  "fulfillments/create",
  "fulfillments/update",
  "products/update",
  "inventory_levels/update",
  "shop/update",
  "app/scopes_update",
  "app/uninstalled",
  "customers/data_request",
  "customers/redact",
  "shop/redact",
] as const;

/**
 * The payload of `topic`. Without `gid` it is about the newest thing of that kind.
 * An unknown topic, or a shop that holds nothing of the kind, gets Shopify's least payload: the shop's id.
 */
export function webhookPayload(data: ShopifyData, topic: string, now: Date, gid?: string): object {
  const at = now.toISOString();
  const order = pick(newestFirst(data.orders), gid);
  const customer = data.customers.find((one) => one.id === (gid ?? order?.customerId)) ?? data.customers[0];
  switch (topic) {
    case "orders/create":
      return order ? orderPayload(order, data) : shopIds(data);
    case "orders/updated":
      return order ? { ...orderPayload(order, data), updated_at: at } : shopIds(data);
    case "orders/cancelled":
      return order
        ? { ...orderPayload(order, data), updated_at: at, cancelled_at: at, cancel_reason: "customer" }
        : shopIds(data);
    case "refunds/create": {
      const refunded = newestFirst(data.orders).find((one) =>
        one.refunds.some((refund) => !gid || refund.id === gid),
      );
      const refund = pick(refunded?.refunds ?? [], gid);
      return refunded && refund ? refundPayload(refund, refunded) : shopIds(data);
    }
    case "fulfillments/create":
    case "fulfillments/update": {
      const sent = newestFirst(data.orders).find((one) =>
        one.fulfillments.some((part) => !gid || part.id === gid),
      );
      const fulfillment = pick(sent?.fulfillments ?? [], gid);
      return sent && fulfillment ? fulfillmentPayload(fulfillment, sent, at) : shopIds(data);
    }
    case "products/update": {
      const product = pick(data.products, gid);
      return product ? productPayload(product, at) : shopIds(data);
    }
    case "inventory_levels/update":
      return inventoryLevelPayload(data, at, gid) ?? shopIds(data);
    case "app/scopes_update":
      return {
        id: legacyId(data.shop.id),
        previous: data.accessScopes,
        current: data.accessScopes,
        updated_at: at,
      };
    case "customers/data_request":
      return { ...personIds(data, customer, "orders_requested"), data_request: { id: now.getTime() } };
    case "customers/redact":
      return personIds(data, customer, "orders_to_redact");
    case "shop/update":
    case "app/uninstalled":
      return shopPayload(data, at);
    default:
      return shopIds(data);
  }
}

function pick<T extends { id: string }>(items: T[], gid: string | undefined): T | undefined {
  return gid ? items.find((item) => item.id === gid) : items[0];
}

function newestFirst(orders: ShopifyOrder[]): ShopifyOrder[] {
  return [...orders].sort((a, b) => b.createdAt.localeCompare(a.createdAt));
}

function orderPayload(order: ShopifyOrder, data: ShopifyData): object {
  const totals = orderTotals(order);
  const customer = data.customers.find((candidate) => candidate.id === order.customerId);
  const fulfillment =
    { FULFILLED: "fulfilled", PARTIALLY_FULFILLED: "partial" }[order.fulfillmentStatus] ?? null;
  return {
    ...ids(order.id),
    name: order.name,
    order_number: Number(order.name.replace(/\D/g, "")),
    created_at: order.createdAt,
    processed_at: order.createdAt,
    updated_at: order.updatedAt,
    cancelled_at: order.cancelledAt,
    cancel_reason: order.cancelledAt ? "customer" : null,
    email: order.email,
    contact_email: order.email,
    phone: order.shippingAddress?.phone ?? null,
    currency: order.currencyCode,
    financial_status: order.financialStatus.toLowerCase(),
    fulfillment_status: fulfillment,
    test: order.test,
    tags: order.tags.join(", "),
    note: order.note,
    subtotal_price: totals.subtotal.amount,
    total_discounts: totals.discounts.amount,
    total_tax: order.tax.amount,
    total_price: totals.total.amount,
    current_total_price: totals.current.amount,
    total_shipping_price_set: {
      shop_money: snakeMoney(order.shipping),
      presentment_money: snakeMoney(order.shipping),
    },
    customer: customer ? customerPayload(customer) : null,
    shipping_address: addressPayload(order.shippingAddress),
    billing_address: addressPayload(order.billingAddress),
    line_items: order.lineItems.map((line) => ({
      ...ids(line.id),
      variant_id: line.variantId ? legacyId(line.variantId) : null,
      sku: line.sku,
      title: line.title,
      quantity: line.quantity,
      price: line.unitPrice.amount,
      total_discount: line.discount.amount,
    })),
    refunds: order.refunds.map((refund) => refundPayload(refund, order)),
    fulfillments: order.fulfillments.map((part) => fulfillmentPayload(part, order, part.createdAt)),
  };
}

function refundPayload(refund: ShopifyRefund, order: ShopifyOrder): object {
  return {
    ...ids(refund.id),
    order_id: legacyId(order.id),
    created_at: refund.createdAt,
    processed_at: refund.createdAt,
    note: null,
    refund_line_items: refund.lines.map((line) => ({
      id: legacyId(line.lineItemId),
      line_item_id: legacyId(line.lineItemId),
      quantity: line.quantity,
      subtotal: line.subtotal.amount,
    })),
    transactions: [
      { kind: "refund", status: "success", amount: refund.amount.amount, currency: order.currencyCode },
    ],
  };
}

function fulfillmentPayload(fulfillment: ShopifyFulfillment, order: ShopifyOrder, updatedAt: string): object {
  return {
    ...ids(fulfillment.id),
    order_id: legacyId(order.id),
    name: `${order.name}.1`,
    status: fulfillment.status.toLowerCase(),
    shipment_status: fulfillment.displayStatus?.toLowerCase() ?? null,
    tracking_number: fulfillment.trackingNumber,
    tracking_company: fulfillment.trackingNumber ? "Local Post" : null,
    created_at: fulfillment.createdAt,
    updated_at: updatedAt,
  };
}

function productPayload(product: ShopifyProduct, updatedAt: string): object {
  return {
    ...ids(product.id),
    title: product.title,
    handle: product.handle,
    vendor: product.vendor,
    product_type: product.productType,
    status: product.status.toLowerCase(),
    tags: product.tags.join(", "),
    created_at: product.createdAt,
    updated_at: updatedAt,
    variants: product.variants.map((variant) => ({
      ...ids(variant.id),
      product_id: legacyId(product.id),
      title: variant.title,
      sku: variant.sku,
      price: variant.price.amount,
      inventory_item_id: legacyId(variant.inventoryItem.id),
      inventory_quantity: variant.inventoryItem.levels.reduce((sum, level) => sum + level.available, 0),
    })),
  };
}

function inventoryLevelPayload(data: ShopifyData, updatedAt: string, gid?: string): object | undefined {
  const items = data.products.flatMap((product) => product.variants.map((variant) => variant.inventoryItem));
  const item = pick(items, gid);
  const level = item?.levels[0];
  return item && level
    ? {
        inventory_item_id: legacyId(item.id),
        location_id: legacyId(level.locationId),
        available: level.available,
        updated_at: updatedAt,
        admin_graphql_api_id: inventoryLevelId(item.id, level.locationId),
      }
    : undefined;
}

function shopPayload({ shop }: ShopifyData, updatedAt: string): object {
  return {
    id: legacyId(shop.id),
    name: shop.name,
    email: shop.email,
    domain: shop.myshopifyDomain,
    myshopify_domain: shop.myshopifyDomain,
    currency: shop.currencyCode,
    iana_timezone: shop.ianaTimezone,
    country_code: shop.countryCode,
    updated_at: updatedAt,
  };
}

function shopIds({ shop }: ShopifyData): object {
  return { shop_id: legacyId(shop.id), shop_domain: shop.myshopifyDomain };
}

function personIds(data: ShopifyData, customer: ShopifyCustomer | undefined, ordersKey: string): object {
  const orders = data.orders.filter((order) => customer && order.customerId === customer.id);
  const person = customer ? { id: legacyId(customer.id), email: customer.email, phone: customer.phone } : {};
  return { ...shopIds(data), customer: person, [ordersKey]: orders.map((order) => legacyId(order.id)) };
}

function customerPayload(customer: ShopifyCustomer): object {
  return {
    ...ids(customer.id),
    email: customer.email,
    phone: customer.phone,
    first_name: customer.firstName,
    last_name: customer.lastName,
    tags: customer.tags.join(", "),
    created_at: customer.createdAt,
    updated_at: customer.updatedAt,
  };
}

function addressPayload(address: ShopifyAddress | null): object | null {
  if (!address) return null;
  return Object.fromEntries(
    Object.entries(address).map(([key, value]) => [
      key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value,
    ]),
  );
}

function snakeMoney({ amount, currencyCode }: { amount: string; currencyCode: string }) {
  return { amount, currency_code: currencyCode };
}

function ids(gid: string) {
  return { id: legacyId(gid), admin_graphql_api_id: gid };
}
