/** Every topic that Backroom does something about (shopify.app.toml declares the same). Any other is stored and skipped. */
import type { TopicHandler } from "../handler";
import { appScopesUpdate, appUninstalled } from "./app.server";
import { bulkOperationFinished } from "./bulk-operations.server";
import { customersDataRequest, customersRedact, shopRedact } from "./compliance.server";
import { fulfillmentChanged } from "./fulfillments.server";
import { inventoryLevelUpdated } from "./inventory-levels.server";
import { orderChanged } from "./orders.server";
import { productUpdated } from "./products.server";
import { refundCreated } from "./refunds.server";
import { shopUpdate } from "./shop.server";

export const HANDLERS: ReadonlyMap<string, TopicHandler> = new Map<string, TopicHandler>([
  ["app/uninstalled", appUninstalled],
  ["app/scopes_update", appScopesUpdate],
  ["shop/update", shopUpdate],
  ["orders/create", orderChanged],
  ["orders/updated", orderChanged],
  ["orders/cancelled", orderChanged],
  ["refunds/create", refundCreated],
  ["fulfillments/create", fulfillmentChanged],
  ["fulfillments/update", fulfillmentChanged],
  ["products/update", productUpdated],
  ["inventory_levels/update", inventoryLevelUpdated],
  ["bulk_operations/finish", bulkOperationFinished],
  ["customers/data_request", customersDataRequest],
  ["customers/redact", customersRedact],
  ["shop/redact", shopRedact],
]);
