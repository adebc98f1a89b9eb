import { createHmac, timingSafeEqual } from "node:crypto";

/**
 * Whether Shopify signed this body: base64 HMAC-SHA256 of the raw bytes under the client secret, compared in constant
 * time. While a client secret is rotated both the current and the previous one are accepted, which the library cannot.
 * It needs no session, so it works for a shop that is uninstalled, unknown, or whose token expired
 * (https://shopify.dev/docs/apps/build/webhooks/subscribe/https#step-2-validate-the-origin-of-your-webhook).
 */
export function isSignedByShopify(
  rawBody: Uint8Array,
  signature: string,
  clientSecrets: readonly (string | undefined)[],
): boolean {
  const given = Buffer.from(signature, "base64");
  // One text per signature: Node reads base64 past stray characters.
  if (given.toString("base64") !== signature) return false;
  // Every secret is tried, so that the time taken does not tell which one matched.
  return clientSecrets
    .filter((secret): secret is string => Boolean(secret))
    .map((secret) => createHmac("sha256", secret).update(rawBody).digest())
    .map((expected) => given.length === expected.length && timingSafeEqual(given, expected))
    .some(Boolean);
}

/** The signature that Shopify would send with this body, for a delivery that the app sends to itself as a test. */
export function signAsShopify(rawBody: string, clientSecret: string): string {
  return createHmac("sha256", clientSecret).update(rawBody).digest("base64");
}
