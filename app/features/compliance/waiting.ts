import { COMPLIANCE_TOPICS, isCompliance } from "~/features/webhooks/webhook-topics";

/**
 * Deliveries that oblige to something and are at no end yet, the one that is being carried out among them. Each ends by
 * itself and then empties its own payload, so no erasure deletes one: somebody may be at work on it, and what was
 * acknowledged to Shopify must come to its end.
 */
export const WAITING = {
  topic: { in: [...COMPLIANCE_TOPICS] },
  status: { in: ["RECEIVED" as const, "PROCESSING" as const, "FAILED" as const] },
};

export function isWaiting({ topic, status }: { topic: string; status: string }): boolean {
  return isCompliance(topic) && WAITING.status.in.some((one) => one === status);
}
