import { Session } from "@shopify/shopify-api";
import { onTestFinished, vi } from "vitest";
import type { KeyProvider } from "~/platform/crypto/keyring.server";
import type { Db } from "~/platform/db/client.server";
import { EncryptedSessionStorage } from "~/platform/shopify/session-storage.server";
import type { LocalAdmin } from "../../dev/local-admin/server";
import { SHOP } from "../dev/support/catalogue";
import { APP, exchangeToken, localAdmin } from "../dev/support/local-admin";
import { localServer } from "./local-server";

/** Of the app that the shop of `connectShop` installed */
export const CONNECTED_APP = {
  ...{ NODE_ENV: "development", SHOPIFY_APP_URL: "https://app.test", SCOPES: "read_orders" },
  ...{ SHOPIFY_API_KEY: APP.apiKey, SHOPIFY_API_SECRET: APP.apiSecret },
};

/** SHOP with a stored token, at a local admin that gets every call to Shopify for as long as the test runs. */
export async function connectShop(db: Db, keys: KeyProvider): Promise<LocalAdmin> {
  const admin = await localAdmin();
  // As dev/preload.mjs does it for a process
  const { fetch } = globalThis;
  vi.stubGlobal("fetch", (address: string, init?: RequestInit) =>
    fetch(address.replace(/^https:\/\/(?=[\w-]+\.myshopify\.com\/)/, `${admin.origin}/shops/`), init),
  );
  onTestFinished(() => void vi.unstubAllGlobals());
  await db.store.create({ data: { shopDomain: SHOP, onboardingFlags: {} } });
  const { access_token: accessToken, refresh_token: refreshToken } = await exchangeToken(admin);
  const session = new Session({ id: `offline_${SHOP}`, shop: SHOP, state: "", isOnline: false });
  Object.assign(session, { accessToken, refreshToken, expires: new Date(Date.now() + 3_600_000) });
  await new EncryptedSessionStorage(async () => db, keys).storeSession(session);
  return admin;
}

/** Stands for the app's address: writes each delivery that comes into the inbox, as `fields` say, and answers 200. */
export function startReceiver(db: Db, fields: { receivedAt: Date } & Record<string, unknown>) {
  return localServer((request, response) => {
    const header = (name: string) => String(request.headers[`x-shopify-${name}`]);
    const names = {
      webhookId: header("webhook-id"),
      topic: header("topic"),
      shopDomain: header("shop-domain"),
    };
    void db.webhookEvent
      .create({ data: { ...names, payload: {}, attempts: 1, ...fields } })
      .then(() => response.end());
  });
}
