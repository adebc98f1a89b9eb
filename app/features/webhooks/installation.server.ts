/** The inbox of the whole installation, as its operator asks about it (ops/webhooks.ts). */
import type { Db } from "~/platform/db/client.server";
import { changeInbox, previewChange, type ChangeKind, type ChangePreview } from "./inbox-changes.server";
import {
  findDelivery,
  listDeliveries,
  toLine,
  type DeliveryDetail,
  type DeliveryLine,
} from "./diagnostics.server";
import {
  WebhookShopsRepository,
  type InstallationFilter,
  type ShopCount,
} from "./webhook-shops.repository.server";

export type { InstallationFilter };

export function countInbox(db: Db, shopDomain?: string): Promise<ShopCount[]> {
  return new WebhookShopsRepository(db).countByShop({ shopDomain });
}

export async function listInbox(
  db: Db,
  { shopDomain, ...filter }: InstallationFilter,
  limit: number,
): Promise<(DeliveryLine & { shopDomain: string })[]> {
  // Of one shop the states have an index; of all together the newest are looked for in one pass.
  if (shopDomain)
    return (await listDeliveries(db, shopDomain, filter, limit)).map((line) => ({ ...line, shopDomain }));
  const rows = await new WebhookShopsRepository(db).list(filter, limit);
  return rows.map((row) => ({ ...toLine(row), shopDomain: row.shopDomain }));
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
