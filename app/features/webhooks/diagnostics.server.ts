import type { Db } from "~/platform/db/client.server";
import { WebhookInboxOfShop } from "./webhook-inbox-of-shop.repository.server";
import type { WebhookEventStatus } from "./webhook-inbox.repository.server";
import { WebhookRegistryRepository, type RegistryEntry } from "./webhook-registry.repository.server";

export type RegistryLine = Pick<
  RegistryEntry,
  "topicKey" | "deliveryMethod" | "operation" | "callbackUrl" | "handshakeResult" | "handshakeDetail"
> & {
  /** ISO instants */
  lastHandshakeAt: string | null;
  recordedAt: string;
};

export type WebhookDiagnostics = {
  registry: RegistryLine[];
  inbox: Partial<Record<WebhookEventStatus, number>>;
};

/** What we last did about each topic at Shopify, and how many deliveries lie in the inbox in which state. */
export async function loadDiagnostics(
  db: Db,
  { id, shopDomain }: { id: string; shopDomain: string },
): Promise<WebhookDiagnostics> {
  const [registry, inbox] = await Promise.all([
    new WebhookRegistryRepository(db, shopDomain, id).list(),
    new WebhookInboxOfShop(db, shopDomain).countByStatus(),
  ]);
  return { registry: registry.map(toLine), inbox };
}

function toLine(entry: RegistryEntry): RegistryLine {
  const { topicKey, deliveryMethod, operation, callbackUrl, handshakeResult, handshakeDetail } = entry;
  return {
    ...{ topicKey, deliveryMethod, operation, callbackUrl, handshakeResult, handshakeDetail },
    lastHandshakeAt: entry.lastHandshakeAt?.toISOString() ?? null,
    recordedAt: entry.recordedAt.toISOString(),
  };
}
