import type { ShopifyData } from "../shopify-data";
import type { BulkOperations } from "./bulk-operations";
import type { WebhookSubscriptions } from "./webhook-subscriptions";

/** What every resolver of one query may use. */
export type QueryContext = {
  data: ShopifyData;
  scopes: readonly string[];
  /** Inside a bulk operation: connections are not paged */
  bulk: boolean;
  now: () => Date;
  bulkOperations: BulkOperations;
  subscriptions: WebhookSubscriptions;
  /** Filters that no resource here knows, told in `extensions.search` as Shopify does */
  searchWarnings: { path: string; query: string; field: string }[];
  /** A mutation changed this order or product, and Shopify would send its webhook */
  changed: (topic: "orders/updated" | "products/update", gid: string) => void;
};
