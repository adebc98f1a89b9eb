import type { Queryable } from "~/platform/db/client.server";
import { StoreRepository, type Store } from "./store.repository.server";

/** False once the shop has uninstalled, or its row is gone: a request may take longer than that. */
export async function isInstalled(db: Queryable, storeId: string): Promise<boolean> {
  return (await new StoreRepository(db).findStatus(storeId)) === "ACTIVE";
}

/** The shop's row, of whatever status, for work without a merchant at the screen. */
export function findStore(db: Queryable, shopDomain: string): Promise<Store | null> {
  return new StoreRepository(db).findByShopDomain(shopDomain);
}
