/** The registry of twelve topics, and an inbox with deliveries in every state. */
import type { Prisma } from "#prisma/postgres";
import type { Catalogue, CatalogueOrder } from "./catalogue-types";
import { idFor, uuidFor } from "./ids";
import { after, before, DAY, HOUR, latest, MINUTE, SEED_NOW } from "./instant";
import { goodsOf, totalOf } from "./order-math";
import { random } from "./random";
import { stamp, type Rows } from "./rows";

export const TOPICS = [
  "app/uninstalled",
  "app/scopes_update",
  "shop/update",
  "orders/create",
  "orders/updated",
  "orders/cancelled",
  "refunds/create",
  "fulfillments/create",
  "fulfillments/update",
  "products/update",
  "inventory_levels/update",
  "bulk_operations/finish",
] as const;

const CALLBACK_URL = "https://backroom.example.com/webhooks";

export function registryRows(shop: string, storeId: string): Rows["WebhookRegistry"][] {
  return TOPICS.map((topic, i) => {
    const removed = topic === "bulk_operations/finish";
    const failed = topic === "inventory_levels/update";
    // Registered before the last deploy and never heard of since.
    const stale = topic === "products/update";
    const recordedAt = before(SEED_NOW, stale ? 61 * DAY : failed ? 3 * HOUR : 6 * DAY + i * MINUTE);
    return {
      id: idFor("WebhookRegistry", shop, topic),
      ...stamp(before(SEED_NOW, 200 * DAY), recordedAt),
      shopDomain: shop,
      topicKey: topic.toUpperCase().replaceAll("/", "_"),
      storeId,
      deliveryMethod: "HTTP",
      operation: removed ? "REMOVE" : i % 3 === 0 ? "REGISTER" : "REFRESH",
      callbackUrl: removed ? null : stale ? "https://backroom-old.example.com/webhooks" : CALLBACK_URL,
      handshakeResult: failed ? "FAILURE" : "SUCCESS",
      handshakeDetail: failed ? "Shopify: Address for this topic has already been taken" : null,
      lastHandshakeAt: recordedAt,
      recordedAt,
    };
  });
}

type Delivery = { topic: string; at: Date; payload: Prisma.JsonObject };
type State = Pick<
  Rows["WebhookEvent"],
  "status" | "attempts" | "nextAttemptAt" | "lastError" | "processedAt"
>;

export function webhookEventRows(catalogue: Catalogue, storeId: string): Rows["WebhookEvent"][] {
  const { domain } = catalogue.shop;
  return deliveries(catalogue).map(({ topic, at, payload }, i, all) => {
    const rng = random(`webhooks/${domain}/${i}`);
    const receivedAt = after(at, rng.int(300, 4000));
    const state = stateOf(all.length - 1 - i, topic, receivedAt);
    return {
      id: idFor("WebhookEvent", domain, i),
      ...stamp(receivedAt, latest(receivedAt, state.processedAt ?? receivedAt)),
      webhookId: uuidFor("webhook", domain, i),
      eventId: uuidFor("event", domain, i),
      topic,
      shopDomain: domain,
      storeId,
      payload,
      ...state,
      triggeredAt: at,
      receivedAt,
    };
  });
}

/** What the last orders would have sent, and a little of everything else, oldest first. */
function deliveries(catalogue: Catalogue): Delivery[] {
  const { orders, products, shop } = catalogue;
  const recent = orders.slice(-52);
  const changed = orders.filter((order) => order.updatedAt > before(SEED_NOW, 7 * DAY));
  const list: Delivery[] = [
    ...recent.map((order) => ({ topic: "orders/create", at: order.placedAt, payload: orderPayload(order) })),
    ...changed
      .slice(-18)
      .map((order) => ({ topic: "orders/updated", at: order.updatedAt, payload: orderPayload(order) })),
    ...orders
      .filter((order) => order.cancelledAt)
      .slice(-4)
      .map((order) => ({ topic: "orders/cancelled", at: order.cancelledAt!, payload: orderPayload(order) })),
    ...orders
      .flatMap((order) => order.refunds.map((refund) => ({ order, refund })))
      .sort((a, b) => a.refund.createdAt.getTime() - b.refund.createdAt.getTime())
      .slice(-6)
      .map(({ order, refund }) => ({
        topic: "refunds/create",
        at: refund.createdAt,
        payload: {
          admin_graphql_api_id: refund.gid,
          order_id: numberOf(order.gid),
          created_at: refund.createdAt.toISOString(),
        },
      })),
    ...changed
      .flatMap((order) => order.fulfillments.map((fulfillment) => ({ order, fulfillment })))
      .slice(-22)
      .map(({ order, fulfillment }, i) => ({
        topic: i % 3 === 2 ? "fulfillments/update" : "fulfillments/create",
        at: after(fulfillment.createdAt, i % 3 === 2 ? 10 * MINUTE : 0),
        payload: {
          admin_graphql_api_id: fulfillment.gid,
          order_id: numberOf(order.gid),
          status: fulfillment.status.toLowerCase(),
          shipment_status: fulfillment.displayStatus.toLowerCase(),
          tracking_number: fulfillment.trackingNumber,
          updated_at: fulfillment.createdAt.toISOString(),
        },
      })),
    ...products.slice(0, 6).map((product, i) => ({
      topic: "products/update",
      at: before(SEED_NOW, (i + 1) * 17 * HOUR),
      payload: {
        admin_graphql_api_id: product.gid,
        title: product.title,
        handle: product.handle,
        status: product.status.toLowerCase(),
        updated_at: before(SEED_NOW, (i + 1) * 17 * HOUR).toISOString(),
      },
    })),
    ...products
      .flatMap((product) => product.variants)
      .slice(0, 8)
      .map((variant, i) => ({
        topic: "inventory_levels/update",
        at: before(SEED_NOW, 35 * MINUTE + i * 3 * HOUR),
        payload: {
          inventory_item_id: numberOf(variant.inventoryItemGid),
          location_id: numberOf(catalogue.locations[0]!.gid),
          available: variant.available,
          updated_at: before(SEED_NOW, 35 * MINUTE + i * 3 * HOUR).toISOString(),
        },
      })),
    {
      topic: "shop/update",
      at: before(SEED_NOW, 51 * HOUR),
      payload: {
        id: numberOf(shop.gid),
        name: shop.name,
        currency: shop.currency,
        iana_timezone: shop.ianaTimezone,
      },
    },
    {
      topic: "app/scopes_update",
      at: before(SEED_NOW, 13 * DAY),
      payload: {
        previous: ["read_orders", "read_products"],
        current: ["read_customers", "read_inventory", "read_locations", "read_orders", "read_products"],
      },
    },
    {
      topic: "bulk_operations/finish",
      at: before(SEED_NOW, 12 * DAY),
      payload: {
        admin_graphql_api_id: "gid://shopify/BulkOperation/4412907713",
        status: "completed",
        error_code: null,
        type: "query",
      },
    },
    // Nobody asked for this topic: it is kept and skipped.
    {
      topic: "customers/update",
      at: before(SEED_NOW, 30 * HOUR),
      payload: {
        admin_graphql_api_id: catalogue.customers[40]!.gid,
        updated_at: before(SEED_NOW, 30 * HOUR).toISOString(),
      },
    },
  ];
  return list.sort((a, b) => a.at.getTime() - b.at.getTime());
}

/** By age: the newest have just come in, a handful failed on the way, the rest is done. */
function stateOf(age: number, topic: string, receivedAt: Date): State {
  const none = { attempts: 0, nextAttemptAt: null, lastError: null, processedAt: null };
  const processedAt = after(receivedAt, 800 + ((age * 137) % 2600));
  if (topic === "customers/update")
    return {
      ...none,
      status: "SKIPPED",
      attempts: 1,
      lastError: "No handler for customers/update",
      processedAt,
    };
  if (age < 4) return { ...none, status: "RECEIVED" };
  if (age < 6) return { ...none, status: "PROCESSING", attempts: 1, nextAttemptAt: after(SEED_NOW, 40_000) };
  const trouble = TROUBLE[age];
  if (trouble) return { ...trouble, processedAt: null };
  if (age % 23 === 0)
    return {
      ...none,
      status: "SKIPPED",
      attempts: 1,
      lastError: "Older than what is already known",
      processedAt,
    };
  return { ...none, status: "SUCCEEDED", attempts: age % 31 === 0 ? 2 : 1, processedAt };
}

const TROUBLE: Record<number, Omit<State, "processedAt">> = {
  9: {
    status: "FAILED",
    attempts: 2,
    nextAttemptAt: after(SEED_NOW, 4 * MINUTE),
    lastError: "DatabaseUnavailableError: Postgres at db:5432 gave no connection in time.",
  },
  14: {
    status: "FAILED",
    attempts: 5,
    nextAttemptAt: after(SEED_NOW, 2 * HOUR),
    lastError: "ThrottledError: Shopify asks to wait; 2 of 1000 points left.",
  },
  15: {
    status: "FAILED",
    attempts: 3,
    nextAttemptAt: after(SEED_NOW, 21 * MINUTE),
    lastError: "ReconnectRequiredError: Backroom no longer has access to backroom-demo.myshopify.com.",
  },
  37: {
    status: "DEAD",
    attempts: 8,
    nextAttemptAt: null,
    lastError: "PayloadError: line_items[0].quantity: expected a number, received a string",
  },
  58: {
    status: "DEAD",
    attempts: 8,
    nextAttemptAt: null,
    lastError: "TimeoutError: Shopify did not answer within 10 s.",
  },
};

function orderPayload(order: CatalogueOrder): Prisma.JsonObject {
  return {
    id: numberOf(order.gid),
    admin_graphql_api_id: order.gid,
    name: order.name,
    email: order.email,
    created_at: order.placedAt.toISOString(),
    updated_at: order.updatedAt.toISOString(),
    cancelled_at: order.cancelledAt?.toISOString() ?? null,
    currency: order.currency,
    subtotal_price: decimal(goodsOf(order)),
    total_price: decimal(totalOf(order)),
    financial_status: order.financialStatus.toLowerCase(),
    fulfillment_status: order.fulfillmentStatus === "FULFILLED" ? "fulfilled" : null,
    test: order.test,
    line_items: order.lines.map((line) => ({
      sku: line.sku,
      quantity: line.quantity,
      price: decimal(line.unitPriceMinor),
    })),
  };
}

/** REST payloads carry numbers where GraphQL has GIDs. */
function numberOf(gid: string): number {
  return Number(gid.slice(gid.lastIndexOf("/") + 1));
}

function decimal(minor: number): string {
  const digits = String(minor).padStart(3, "0");
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
