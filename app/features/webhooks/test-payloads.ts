/**
 * What a test delivery carries, by topic: in the shape of Shopify's payloads, about things that no shop has (Shopify's ids
 * are longer), on a day before there were shops. Whatever a handler does with it, no row of the store changes.
 */
const ID = 1;
const AT = "2000-01-01T00:00:00+00:00";

const gid = (type: string) => `gid://shopify/${type}/${ID}`;

export const TEST_PAYLOADS = {
  "orders/updated": {
    ...{ id: ID, admin_graphql_api_id: gid("Order"), name: "#test", order_number: 0, test: true },
    ...{ created_at: AT, processed_at: AT, updated_at: AT, cancelled_at: null, currency: "USD" },
    ...{ email: null, phone: null, note: null, tags: "", customer: null },
    ...{
      financial_status: "paid",
      fulfillment_status: null,
      total_price: "0.00",
      current_total_price: "0.00",
    },
    ...{ subtotal_price: "0.00", total_discounts: "0.00", total_tax: "0.00" },
    ...{ line_items: [], refunds: [], fulfillments: [] },
  },
  "fulfillments/update": {
    ...{ id: ID, admin_graphql_api_id: gid("Fulfillment"), order_id: ID, name: "#test.1", status: "success" },
    ...{ shipment_status: null, tracking_number: null, created_at: AT, updated_at: AT, line_items: [] },
  },
  "products/update": {
    ...{ id: ID, admin_graphql_api_id: gid("Product"), title: "Test", handle: "test", vendor: "Test" },
    ...{ product_type: "", status: "draft", tags: "", created_at: AT, updated_at: AT, variants: [] },
  },
  "inventory_levels/update": {
    ...{ inventory_item_id: ID, location_id: ID, available: 0, updated_at: AT },
    admin_graphql_api_id: `gid://shopify/InventoryLevel/${ID}?inventory_item_id=${ID}`,
  },
} as const;

export type TestTopic = keyof typeof TEST_PAYLOADS;
export const TEST_TOPICS = Object.keys(TEST_PAYLOADS) as TestTopic[];
