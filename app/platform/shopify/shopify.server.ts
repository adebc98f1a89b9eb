/** The Shopify library, wired to our configuration and our session storage. */
import "@shopify/shopify-app-remix/adapters/node";
import type { Session } from "@shopify/shopify-api";
import {
  ApiVersion,
  AppDistribution,
  shopifyApp,
  type AdminApiContext,
} from "@shopify/shopify-app-remix/server";
import { keyProvider } from "../crypto/keys.server";
import { database } from "../db/database.server";
import { environment } from "../env.server";
import { log } from "../log.server";
import { EncryptedSessionStorage } from "./session-storage.server";

/** Pinned everywhere: here, in shopify.app.toml, in the local admin and in the tests. */
export const API_VERSION = ApiVersion.July26;

export type Admin = Pick<AdminApiContext, "graphql">;

/** Called after each token exchange, so about once an hour for a shop in use; must be cheap and repeatable. */
export type AfterAuth = (context: { session: Session; admin: Admin }) => Promise<void>;

export const sessionStorage = new EncryptedSessionStorage(database, keyProvider);

export function createShopify(afterAuth: AfterAuth) {
  const { env, secrets } = environment();
  return shopifyApp({
    apiKey: env.shopifyApiKey,
    apiSecretKey: secrets.shopifyApiSecret,
    apiVersion: API_VERSION,
    scopes: env.scopes,
    appUrl: env.appUrl,
    authPathPrefix: "/auth",
    distribution: AppDistribution.AppStore,
    sessionStorage,
    useOnlineTokens: false,
    future: { unstable_newEmbeddedAuthStrategy: true, expiringOfflineAccessTokens: true },
    // The library's messages can carry a whole session token; ours are scrubbed, and these are for debugging only.
    logger: { log: async (_severity, message) => log.debug(message) },
    hooks: { afterAuth },
  });
}
