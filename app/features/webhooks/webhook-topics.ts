/** Shopify's two spellings of a topic: orders/create in deliveries and shopify.app.toml, ORDERS_CREATE in the Admin API. */

/** Declared in shopify.app.toml only: the Admin API knows no subscriptions for them. */
export const COMPLIANCE_TOPICS = ["customers/data_request", "customers/redact", "shop/redact"] as const;

export function isCompliance(topic: string): boolean {
  return COMPLIANCE_TOPICS.some((one) => one === topic);
}

export function topicKeyOf(topic: string): string {
  return topic.toUpperCase().replace(/[/.]/g, "_");
}

/** Every topic with a subscription of ours comes in through the one door. */
export const DOOR_PATH = "/webhooks";
