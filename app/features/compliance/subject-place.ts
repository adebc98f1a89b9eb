import type { SecretPlace } from "~/platform/crypto/envelope.server";

/** Bound to the request itself: one shop's request does not open as another's. */
export function subjectPlace({ id, shopDomain }: { id: string; shopDomain: string }): SecretPlace {
  return { table: "ComplianceRequest", storeId: shopDomain, provider: id, field: "subject" };
}
