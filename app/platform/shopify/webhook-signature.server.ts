import { createHmac, timingSafeEqual, type Hmac } from "node:crypto";

/**
 * Whether Shopify signed a body: base64 HMAC-SHA256 of the raw bytes under the client secret, compared in constant time.
 * While a client secret is rotated both the current and the previous one are accepted, which the library cannot. It needs
 * no session, so it works for a shop that is uninstalled, unknown, or whose token expired
 * (https://shopify.dev/docs/apps/build/webhooks/subscribe/https#step-2-validate-the-origin-of-your-webhook).
 * The body may come in parts: a large one costs no second pass when it is whole.
 */
export class WebhookSignature {
  /** False where no body can have it */
  readonly isWellFormed: boolean;
  readonly #given: Buffer;
  readonly #hmacs: Hmac[];

  constructor(signature: string, clientSecrets: readonly (string | undefined)[]) {
    this.#given = Buffer.from(signature, "base64");
    // One text per signature: Node reads base64 past stray characters.
    this.isWellFormed = this.#given.length === SHA256_BYTES && this.#given.toString("base64") === signature;
    this.#hmacs = this.isWellFormed
      ? clientSecrets.filter(Boolean).map((secret) => createHmac("sha256", secret!))
      : [];
  }

  update(part: Uint8Array): void {
    for (const hmac of this.#hmacs) hmac.update(part);
  }

  /** Of all parts together; asked once. Every secret is tried, so that the time taken does not tell which one matched. */
  isGood(): boolean {
    return this.#hmacs.map((hmac) => timingSafeEqual(this.#given, hmac.digest())).some(Boolean);
  }
}

const SHA256_BYTES = 32;

/** The same of a body that is there whole. */
export function isSignedByShopify(
  rawBody: Uint8Array,
  signature: string,
  clientSecrets: readonly (string | undefined)[],
): boolean {
  const check = new WebhookSignature(signature, clientSecrets);
  check.update(rawBody);
  return check.isGood();
}

/** The signature that Shopify would send with this body, for a delivery that the app sends to itself as a test. */
export function signAsShopify(rawBody: string, clientSecret: string): string {
  return createHmac("sha256", clientSecret).update(rawBody).digest("base64");
}
