/**
 * A valid offline token for work without a merchant at the screen. The Shopify library refreshes without a lock, and
 * answers a refused refresh with a bare 500 (shopify-app-js#3360); here one process refreshes, the others wait for
 * its result, and a refusal is an error with a name.
 */
import { HttpResponseError, type Session } from "@shopify/shopify-api";
import type { SessionStorage } from "@shopify/shopify-app-session-storage";
import { databaseNow } from "../db/clock.server";
import type { Db } from "../db/client.server";

/** The library's own margin: a token with less than this left is refreshed before use. */
const REFRESH_BEFORE_MS = 5 * 60 * 1000;
/** Longer than Shopify takes to answer, short enough that a killed process holds nobody up. */
const LOCK_MS = 15_000;
const POLL_MS = 100;

/** The shop has no usable session: it never installed, uninstalled, or was idle for 90 days. Opening the app mends it. */
export class ReconnectRequiredError extends Error {
  readonly name = "ReconnectRequiredError";
  readonly code = "RECONNECT_REQUIRED";
  constructor(shop: string, options?: ErrorOptions) {
    super(
      `Backroom no longer has access to ${shop}. Open the app in the Shopify admin to reconnect it.`,
      options,
    );
  }
}

export type OfflineAccess = {
  db: Db;
  storage: SessionStorage;
  sessionId: (shop: string) => string;
  /** Asks Shopify for a new pair; `api.auth.refreshToken` of the library. */
  refresh: (request: { shop: string; refreshToken: string }) => Promise<{ session: Session }>;
};

/**
 * The shop's offline session, refreshed if less than five minutes of it are left.
 * @throws {ReconnectRequiredError} when there is none, or Shopify refuses for good (400, 401)
 * @throws whatever the refresh threw, when it may work later (5xx, 429, network); the stored pair is untouched then
 */
export async function offlineSession(access: OfflineAccess, shop: string): Promise<Session> {
  const id = access.sessionId(shop);
  const deadline = Date.now() + LOCK_MS + 5_000;
  for (;;) {
    const session = await access.storage.loadSession(id);
    if (!session?.accessToken) throw new ReconnectRequiredError(shop);
    if (!session.isExpired(REFRESH_BEFORE_MS)) return session;
    if (!session.refreshToken) throw new ReconnectRequiredError(shop);

    const lockedUntil = await takeLock(access.db, id);
    if (lockedUntil) {
      try {
        return await refreshLocked(access, shop, id);
      } finally {
        await releaseLock(access.db, id, lockedUntil);
      }
    }
    if (Date.now() > deadline)
      throw new Error(`The token of ${shop} was being refreshed for too long; try again.`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Reads the session again under the lock: whoever held it before may just have refreshed. */
async function refreshLocked(access: OfflineAccess, shop: string, id: string): Promise<Session> {
  const session = await access.storage.loadSession(id);
  if (!session?.refreshToken) throw new ReconnectRequiredError(shop);
  if (!session.isExpired(REFRESH_BEFORE_MS)) return session;
  try {
    const { session: refreshed } = await access.refresh({ shop, refreshToken: session.refreshToken });
    await access.storage.storeSession(refreshed);
    return refreshed;
  } catch (error) {
    const { code: status } = (error instanceof HttpResponseError ? error.response : {}) as { code?: number };
    if (status === 400 || status === 401 || status === 403)
      throw new ReconnectRequiredError(shop, { cause: error });
    throw error;
  }
}

/** The lock's end if this process got it, by the database's clock. */
async function takeLock(db: Db, id: string): Promise<Date | null> {
  const now = await databaseNow(db);
  const until = new Date(now.getTime() + LOCK_MS);
  const { count } = await db.session.updateMany({
    where: { id, OR: [{ refreshLockedUntil: null }, { refreshLockedUntil: { lt: now } }] },
    data: { refreshLockedUntil: until },
  });
  return count ? until : null;
}

async function releaseLock(db: Db, id: string, lockedUntil: Date) {
  await db.session.updateMany({
    where: { id, refreshLockedUntil: lockedUntil },
    data: { refreshLockedUntil: null },
  });
}
