/** The Admin API of a shop without a merchant at the screen. */
import "@shopify/shopify-api/adapters/node";
import { shopifyApi } from "@shopify/shopify-api";
import type { KeyProvider } from "../crypto/keyring.server";
import type { Db } from "../db/client.server";
import type { Env, Secrets } from "../env.server";
import { adminOf } from "./admin-graphql.server";
import { offlineSession } from "./offline-access.server";
import { EncryptedSessionStorage } from "./session-storage.server";
import { API_VERSION, type Admin } from "./shopify.server";

/**
 * With the shop's stored offline token, refreshed if it has to be.
 * @throws {ReconnectRequiredError} when there is none that can be used
 */
export async function offlineAdmin(
  db: Db,
  keys: KeyProvider,
  { env, secrets }: { env: Env; secrets: Secrets },
  shop: string,
): Promise<Admin> {
  const api = shopifyApi({
    apiKey: env.shopifyApiKey,
    apiSecretKey: secrets.shopifyApiSecret,
    apiVersion: API_VERSION,
    scopes: env.scopes,
    hostName: new URL(env.appUrl).host,
    isEmbeddedApp: true,
    // The library's messages can carry tokens.
    logger: { log: async () => undefined },
  });
  const session = await offlineSession(
    {
      db,
      storage: new EncryptedSessionStorage(async () => db, keys),
      sessionId: api.session.getOfflineId,
      refresh: api.auth.refreshToken,
    },
    shop,
  );
  return adminOf(session);
}
