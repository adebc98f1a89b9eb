/** shop/redact: everything of a shop that is gone is deleted, unless the shop has come back meanwhile. */
import type { Store } from "~/features/stores/require-store.server";
import type { InboxEvent } from "~/features/webhooks/handler";
import { inTransaction, type Db, type Queryable } from "~/platform/db/client.server";
import { ComplianceRequestRepository, type ComplianceRequest } from "./compliance-request.repository.server";
import { checkLease, eraseOwnPayload } from "./redact-customer.server";
import { ShopDataRepository, type Shop } from "./shop-data.repository.server";

/** Rows per transaction: enough to be fast, few enough that others wait some 50 ms. */
const BATCH = 500;

export const CAME_BACK = "The shop has installed Backroom again, so its data stays.";

/** Shopify asks 48 hours after the uninstall, and not at all where the shop is back by then. */
const GRACE_MS = 48 * 60 * 60 * 1000;

/**
 * The shop installed Backroom after the uninstall that this is about: what is here is a new merchant's. Then another
 * shop/redact follows the next uninstall.
 * @throws {UninstallMissingError} when the shop is here as installed and nothing shows that it came back: then its
 * app/uninstalled never arrived. Neither keeping its data for good nor deleting an installed shop's would be right.
 */
export function hasReturned(
  store: Pick<Store, "status" | "installedAt"> | null,
  { triggeredAt, receivedAt }: Pick<InboxEvent, "triggeredAt" | "receivedAt">,
): boolean {
  if (!store) return false;
  const askedAt = triggeredAt ?? receivedAt;
  if (store.status !== "ACTIVE") return store.installedAt > askedAt;
  if (store.installedAt.getTime() > askedAt.getTime() - GRACE_MS) return true;
  throw new UninstallMissingError();
}

class UninstallMissingError extends Error {
  readonly name = "UninstallMissingError";
  readonly code = "UNINSTALL_MISSING";
  constructor() {
    super(
      "Shopify asks to erase a shop that still counts as installed here: its app/uninstalled never got through. See the runbook, “A shop is to be erased that counts as installed”.",
    );
  }
}

type Run = { db: Db; shop: Shop; request: ComplianceRequest; lost: AbortSignal };

/**
 * All rows but the store's own, batch by batch, each committed with what it counted. Returns without an error when the
 * shop comes back: what is left then stays.
 */
export async function deleteShopData({ db, shop, request, lost }: Run): Promise<void> {
  for (const owned of await new ShopDataRepository(db, shop).listTables()) {
    for (let deleted = BATCH; deleted === BATCH; await new Promise(setImmediate)) {
      checkLease(lost);
      deleted = await inTransaction(db, async (tx) => {
        const data = new ShopDataRepository(tx, shop);
        if (!(await data.holdForRedaction())) return 0;
        const count = await data.deleteBatch(owned, BATCH);
        const counts = { [owned.table]: count };
        if (count) await new ComplianceRequestRepository(tx).addCounts(request.id, "deleted", counts);
        return count;
      });
    }
  }
}

/**
 * The end, in the transaction that closes the delivery: what came in since the batches, the store's row, and a count over
 * every table that must find nothing. "returned" when the shop has come back.
 */
export async function finishShopRedaction(
  tx: Queryable,
  { shop, request, eventId, now }: { shop: Shop; request: ComplianceRequest; eventId: string; now: Date },
): Promise<"erased" | "returned"> {
  const data = new ShopDataRepository(tx, shop);
  const requests = new ComplianceRequestRepository(tx);
  if (!(await data.holdForRedaction())) return "returned";
  const counts: Record<string, number> = {};
  const tables = await data.listTables();
  for (const owned of tables) counts[owned.table] = await data.deleteBatch(owned, BATCH);
  const waiting = await data.detachWaiting();
  await eraseOwnPayload(tx, shop, eventId);
  counts.Store = await data.deleteStore();
  let remaining = 0;
  for (const owned of tables) remaining += await data.count(owned);
  if (remaining) throw new ShopNotEmptyError(remaining);
  await requests.addCounts(request.id, "deleted", counts);
  await requests.closeAllOfShop(shop.shopDomain, waiting, SHOP_ERASED, now);
  await requests.close(request.id, "COMPLETED", { remaining }, now);
  return "erased";
}

const SHOP_ERASED = "The shop's data was erased, this customer's with it.";

/** More came in than a last batch takes: nothing of this transaction happens, and the next attempt goes on. */
class ShopNotEmptyError extends Error {
  readonly name = "ShopNotEmptyError";
  readonly code = "SHOP_NOT_EMPTY";
  constructor(remaining: number) {
    super(`${remaining} rows of the shop are left; the next attempt deletes them.`);
  }
}
