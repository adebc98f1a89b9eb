import { randomUUID } from "node:crypto";
import { SignJWT, jwtVerify, type JWTPayload } from "jose";

export type AppCredentials = { apiKey: string; apiSecret: string };

type MintOptions = AppCredentials & {
  shop: string;
  /** The staff member; Shopify's numeric user id */
  userId?: string;
  now?: Date;
  /** For tests: claims that replace the honest ones, e.g. `{ aud: "another app" }` */
  claims?: JWTPayload;
};

/**
 * A session token as Shopify signs it: HS256 with the app's secret, good for one minute.
 * Source: https://shopify.dev/docs/apps/build/authentication-authorization/session-tokens
 */
export function mintSessionToken({
  apiKey,
  apiSecret,
  shop,
  userId = "1",
  now,
  claims,
}: MintOptions): Promise<string> {
  const seconds = Math.floor((now ?? new Date()).getTime() / 1000);
  const payload = {
    iss: `https://${shop}/admin`,
    dest: `https://${shop}`,
    aud: apiKey,
    sub: userId,
    exp: seconds + 60,
    nbf: seconds,
    iat: seconds,
    jti: randomUUID(),
    sid: randomUUID(),
    ...claims,
  };
  return new SignJWT(payload).setProtectedHeader({ alg: "HS256", typ: "JWT" }).sign(secretKey(apiSecret));
}

/** For tests: a token that was good until two minutes ago. */
export function mintExpiredSessionToken(options: MintOptions): Promise<string> {
  return mintSessionToken({ ...options, now: new Date(Date.now() - 3 * 60_000) });
}

/** For tests: the same signature over another shop's claims. */
export function tamperSessionToken(token: string, changes: JWTPayload): string {
  const [header, payload = "", signature] = token.split(".");
  const claims = { ...JSON.parse(Buffer.from(payload, "base64url").toString()), ...changes };
  return [header, Buffer.from(JSON.stringify(claims)).toString("base64url"), signature].join(".");
}

/** The claims of a token that `shop` may use with this app, or null: bad signature, expired, other app, other shop. */
export async function verifySessionToken(token: string, expected: AppCredentials & { shop: string }) {
  try {
    const { payload } = await jwtVerify(token, secretKey(expected.apiSecret), {
      algorithms: ["HS256"],
      audience: expected.apiKey,
      issuer: `https://${expected.shop}/admin`,
      requiredClaims: ["exp", "nbf", "dest", "sub"],
    });
    return payload.dest === `https://${expected.shop}` ? payload : null;
  } catch {
    return null;
  }
}

function secretKey(apiSecret: string): Uint8Array {
  return new TextEncoder().encode(apiSecret);
}
