/** The inbox of the whole installation, as its operator asks about it (ops/webhooks.ts). */
import type { Db } from "~/platform/db/client.server";
import { changeInbox, previewChange, type ChangeKind, type ChangePreview } from "./inbox-changes.server";
import { findDelivery, listDeliveries, type DeliveryDetail, type DeliveryLine } from "./diagnostics.server";
import { WebhookShopsRepository, type ShopCount } from "./webhook-shops.repository.server";
import type { InboxFilter } from "./webhook-inbox-of-shop.repository.server";

/** Of one shop, or of every shop that has anything in the inbox. */
export type InstallationFilter = InboxFilter & { shopDomain?: string };

export function countInbox(db: Db, shopDomain?: string): Promise<ShopCount[]> {
  return new WebhookShopsRepository(db).countByShop({ shopDomain });
}

export async function listInbox(
  db: Db,
  { shopDomain, ...filter }: InstallationFilter,
  limit: number,
): Promise<(DeliveryLine & { shopDomain: string })[]> {
  const lists = await Promise.all(
    (await shopsOf(db, { shopDomain, ...filter })).map(async (shop) =>
      (await listDeliveries(db, shop, filter, limit)).map((line) => ({ ...line, shopDomain: shop })),
    ),
  );
  const newestFirst = (a: DeliveryLine, b: DeliveryLine) => b.receivedAt.localeCompare(a.receivedAt);
  return lists.flat().sort(newestFirst).slice(0, limit);
}

/** Masked, as on the page: an operator's terminal is no place for customers either. */
export async function showDelivery(db: Db, webhookId: string): Promise<DeliveryDetail | null> {
  const [shop] = await shopsOf(db, { webhookId });
  return shop ? findDelivery(db, shop, webhookId) : null;
}

/** Shop by shop, those where something would change. */
export async function previewAll(
  db: Db,
  kind: ChangeKind,
  { shopDomain, ...filter }: InstallationFilter,
): Promise<{ shopDomain: string; preview: ChangePreview }[]> {
  const previews: { shopDomain: string; preview: ChangePreview }[] = [];
  for (const shop of await shopsOf(db, { shopDomain, ...filter })) {
    const preview = await previewChange(db, shop, kind, filter);
    if (preview.count) previews.push({ shopDomain: shop, preview });
  }
  return previews;
}

export { changeInbox };

async function shopsOf(db: Db, filter: InstallationFilter): Promise<string[]> {
  const counts = await new WebhookShopsRepository(db).countByShop(filter);
  return [...new Set(counts.map(({ shopDomain }) => shopDomain))];
}
