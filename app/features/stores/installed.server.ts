import type { Queryable } from "~/platform/db/client.server";
import { StoreRepository } from "./store.repository.server";

/** False once the shop has uninstalled, or its row is gone: a request may take longer than that. */
export async function isInstalled(db: Queryable, storeId: string): Promise<boolean> {
  return (await new StoreRepository(db).findStatus(storeId)) === "ACTIVE";
}
