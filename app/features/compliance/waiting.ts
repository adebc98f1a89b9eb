import { COMPLIANCE_TOPICS, isCompliance } from "~/features/webhooks/webhook-topics";

/**
 * Compliance deliveries that are not finished, including the one that is being processed. An erasure of the shop does not
 * delete them: another worker may hold one, and a request that was acknowledged to Shopify must be completed. Processing a
 * delivery empties its payload.
 */
export const WAITING = {
  topic: { in: [...COMPLIANCE_TOPICS] },
  status: { in: ["RECEIVED" as const, "PROCESSING" as const, "FAILED" as const] },
};

export function isWaiting({ topic, status }: { topic: string; status: string }): boolean {
  return isCompliance(topic) && WAITING.status.in.some((one) => one === status);
}
