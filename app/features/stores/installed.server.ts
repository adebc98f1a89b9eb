import type { Queryable } from "~/platform/db/client.server";
import { StoreRepository } from "./store.repository.server";

/** False once the shop has uninstalled, or its row is gone: a request may take longer than that. */
export async function isInstalled(db: Queryable, storeId: string): Promise<boolean> {
  return (await new StoreRepository(db).findStatus(storeId)) === "ACTIVE";
}

/** For an operator who names a shop; null when no store of it is installed. */
export async function storeForOperator(
  db: Queryable,
  shopDomain: string,
): Promise<{ id: string; shopDomain: string } | null> {
  const store = await new StoreRepository(db).findByShopDomain(shopDomain);
  return store?.status === "ACTIVE" ? { id: store.id, shopDomain } : null;
}
