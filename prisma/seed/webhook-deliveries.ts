/** What Shopify would have sent the demo shop, in the shape of its REST payloads. */
import type { Prisma } from "#prisma/postgres";
import type { Catalogue, CatalogueOrder } from "./catalogue-types";
import { after, before, DAY, HOUR, MINUTE, SEED_NOW } from "./instant";
import { goodsOf, totalOf } from "./order-math";

export type Delivery = { topic: string; at: Date; payload: Prisma.JsonObject };

/** What the last orders would have sent, and a little of everything else, oldest first. */
export function listDeliveries(catalogue: Catalogue): Delivery[] {
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
