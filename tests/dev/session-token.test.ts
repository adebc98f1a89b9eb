import { describe, expect, it } from "vitest";
import {
  mintExpiredSessionToken,
  mintSessionToken,
  tamperSessionToken,
  verifySessionToken,
} from "../../dev/local-admin/session-token";
import { SHOP } from "./support/catalogue";
import { APP } from "./support/local-admin";

const expected = { ...APP, shop: SHOP };

describe("a session token of the local admin", () => {
  it("carries the claims that Shopify signs, for one minute", async () => {
    const now = new Date("2026-11-16T15:00:00Z");
    const token = await mintSessionToken({ ...expected, userId: "42", now });
    const claims = JSON.parse(Buffer.from(token.split(".")[1]!, "base64url").toString());
    const at = now.getTime() / 1000;
    expect(claims).toMatchObject({
      iss: `https://${SHOP}/admin`,
      dest: `https://${SHOP}`,
      aud: APP.apiKey,
      sub: "42",
      nbf: at,
      iat: at,
      exp: at + 60,
    });
    expect(claims.jti).not.toBe(claims.sid);
  });

  it("is accepted for the shop and the app it was made for", async () => {
    const token = await mintSessionToken(expected);
    expect(await verifySessionToken(token, expected)).toMatchObject({ dest: `https://${SHOP}` });
  });

  it.each([
    ["another shop", { ...expected, shop: "other.myshopify.com" }],
    ["another app", { ...expected, apiKey: "another-app" }],
    ["another secret", { ...expected, apiSecret: "another-secret-of-the-same-length" }],
  ])("is refused for %s", async (_, other) => {
    expect(await verifySessionToken(await mintSessionToken(expected), other)).toBeNull();
  });

  it("is refused when it has expired, when its claims were changed and when it is not a token", async () => {
    const tampered = tamperSessionToken(await mintSessionToken(expected), { sub: "2" });
    for (const token of [await mintExpiredSessionToken(expected), tampered, "nonsense", ""])
      expect(await verifySessionToken(token, expected)).toBeNull();
  });
});
