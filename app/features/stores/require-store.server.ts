/** The door of every page: a verified session token, and the store that it belongs to. */
import { registerOnce } from "~/features/webhooks/registry.server";
import { keyProvider } from "~/platform/crypto/keys.server";
import type { Db } from "~/platform/db/client.server";
import { database } from "~/platform/db/database.server";
import { environment } from "~/platform/env.server";
import { log } from "~/platform/log.server";
import { now } from "~/platform/now.server";
import { SessionUnreadableError } from "~/platform/shopify/session-storage.server";
import { createShopify, sessionStorage, type Admin } from "~/platform/shopify/shopify.server";
import { recordInstall } from "./install.server";
import { StoreRepository, type Store } from "./store.repository.server";
import { answerToTrouble } from "./trouble.server";

export type { Store };

export type StoreContext = {
  db: Db;
  store: Store;
  admin: Admin;
  now: Date;
  /** Who is at the screen, as Shopify's GID */
  actor: string;
};

let instance: ReturnType<typeof createShopify> | undefined;

export function shopify() {
  return (instance ??= createShopify(async ({ session, admin }) => {
    try {
      const db = await database();
      await recordInstall(db, keyProvider(), { session, admin, now: now() });
      const store = await new StoreRepository(db).findByShopDomain(session.shop);
      const { appUrl } = environment().env;
      if (store) await registerOnce(db, { store, admin, appUrl, now: now() });
    } catch (error) {
      // The library turns whatever is thrown here into a bare 500, unlogged; a Response it passes on.
      throw error instanceof Response ? error : answerToTrouble(error);
    }
  }));
}

/**
 * The store of the shop that Shopify vouches for; never one named by the request.
 * @throws {Response} 302 or 401 from the library while the session token is missing or stale; 503 database away
 */
export async function requireStore(request: Request): Promise<StoreContext> {
  const db = await database();
  const { session, admin, sessionToken } = await authenticate(request);
  const stores = new StoreRepository(db);
  let store = await stores.findByShopDomain(session.shop);
  if (store?.status !== "ACTIVE" || !store.shopGid) {
    // A live session without its store: the row was lost or marked uninstalled since the token exchange, or Shopify did
    // not answer when its facts were asked for. Shopify says that the shop is here, so it is installed again.
    await recordInstall(db, keyProvider(), { session, admin, now: now() });
    store = await stores.findByShopDomain(session.shop);
  }
  if (!store) throw new Error("A store was recorded and is not there.");
  return { db, store, admin, now: now(), actor: `gid://shopify/StaffMember/${sessionToken.sub}` };
}

/**
 * Shopify's library checks the session token first and looks the shop's session up second. A session that does not open
 * (its key is lost, its row damaged) must not lock the merchant out: Shopify has just vouched for the shop, so the
 * record is dropped and a new token is exchanged in its place.
 */
async function authenticate(request: Request) {
  try {
    return await shopify().authenticate.admin(request);
  } catch (error) {
    if (!(error instanceof SessionUnreadableError)) throw error;
    log.error({ err: error }, "a session does not open; a new token takes its place");
    await sessionStorage.deleteSession(error.sessionId);
    return shopify().authenticate.admin(request);
  }
}
