import { createHmac, randomBytes } from "node:crypto";
import { mintSessionToken, type AppCredentials } from "./session-token";
import { shopHandle } from "./shopify-data";

/** The parameters that Shopify adds, and that an address to be shown or kept must not carry. */
export const EMBEDDED_PARAMETERS = [
  "embedded",
  "hmac",
  "host",
  "id_token",
  "locale",
  "session",
  "shop",
  "timestamp",
];

/** `path` of the app as Shopify opens it in the iframe: signed, and with a session token that is good for a minute. */
export async function embeddedUrl(
  tunnelOrigin: string,
  path: string,
  shop: string,
  app: AppCredentials,
): Promise<string> {
  const url = new URL(path, tunnelOrigin);
  for (const name of EMBEDDED_PARAMETERS) url.searchParams.delete(name);
  url.searchParams.set("embedded", "1");
  url.searchParams.set("host", hostParameter(shop));
  url.searchParams.set("id_token", await mintSessionToken({ ...app, shop }));
  url.searchParams.set("locale", "en");
  url.searchParams.set("session", randomBytes(32).toString("hex"));
  url.searchParams.set("shop", shop);
  url.searchParams.set("timestamp", String(Math.floor(Date.now() / 1000)));
  url.searchParams.set("hmac", queryHmac(url.searchParams, app.apiSecret));
  return url.href;
}

/** Where the shop's admin is, as App Bridge hands it to the app. */
export function hostParameter(shop: string): string {
  return Buffer.from(`admin.shopify.com/store/${shopHandle(shop)}`)
    .toString("base64")
    .replace(/=+$/, "");
}

/** Source: https://shopify.dev/docs/apps/build/authentication-authorization/hmac-validation */
function queryHmac(params: URLSearchParams, secret: string): string {
  const message = [...params].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => `${key}=${value}`);
  return createHmac("sha256", secret).update(message.join("&")).digest("hex");
}
