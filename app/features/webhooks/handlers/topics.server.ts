/** Every topic that Backroom does something about (shopify.app.toml declares the same). Any other is stored and skipped. */
import type { TopicHandler } from "../handler";
import { customersDataRequest, customersRedact, shopRedact } from "./compliance.server";

export const HANDLERS: ReadonlyMap<string, TopicHandler> = new Map<string, TopicHandler>([
  ["customers/data_request", customersDataRequest],
  ["customers/redact", customersRedact],
  ["shop/redact", shopRedact],
]);
