import { describe, expect, it } from "vitest";
import { AccessTokens } from "../../dev/local-admin/access-tokens";
import {
  mintExpiredSessionToken,
  mintSessionToken,
  tamperSessionToken,
} from "../../dev/local-admin/session-token";
import { SCOPES, SHOP } from "./support/catalogue";
import {
  APP,
  askForToken,
  EXCHANGE,
  exchangeToken,
  localAdmin,
  postGraphql,
  type TokenAnswer,
} from "./support/local-admin";

const subject = { ...APP, shop: SHOP };
const refresh = (refresh_token: string) => ({ grant_type: "refresh_token", refresh_token });

describe("a token exchange", () => {
  it("returns an access token and a refresh token that both expire", async () => {
    const answer = await exchangeToken(await localAdmin());
    expect(answer).toMatchObject({
      expires_in: 3600,
      refresh_token_expires_in: 7_776_000,
      scope: SCOPES.join(","),
    });
    expect(answer.access_token).toMatch(/^shpat_[0-9a-f]{32}$/);
    expect(answer.refresh_token).toMatch(/^shprt_[0-9a-f]{32}$/);
  });

  it("returns a token without expiry and no refresh token to an app that asks for no expiry", async () => {
    const subject_token = await mintSessionToken(subject);
    const response = await askForToken(await localAdmin(), { ...EXCHANGE, subject_token, expiring: "0" });
    expect(Object.keys((await response.json()) as object).sort()).toEqual(["access_token", "scope"]);
  });

  it("is answered invalid_subject_token for an expired, a tampered, a foreign and a missing session token", async () => {
    const admin = await localAdmin();
    const good = await mintSessionToken(subject);
    const bad = [
      await mintExpiredSessionToken(subject),
      tamperSessionToken(good, { sub: "2" }),
      await mintSessionToken({ ...subject, shop: "other.myshopify.com" }),
      await mintSessionToken({ ...subject, claims: { aud: "another-app" } }),
      "",
    ];
    for (const subject_token of bad) {
      const response = await askForToken(admin, { ...EXCHANGE, subject_token });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ error: "invalid_subject_token" });
    }
  });

  it.each([
    ["a wrong secret", { client_secret: "wrong" }, 400, "invalid_client"],
    ["an unknown app", { client_id: "wrong" }, 400, "invalid_client"],
    ["a grant it does not know", { grant_type: "password" }, 400, "unsupported_grant_type"],
    [
      "an online token",
      { requested_token_type: "urn:shopify:params:oauth:token-type:online-access-token" },
      400,
      "invalid_request",
    ],
  ])("is refused for %s", async (_, change, status, error) => {
    const admin = await localAdmin();
    const response = await askForToken(admin, {
      ...EXCHANGE,
      subject_token: await mintSessionToken(subject),
      ...change,
    });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error });
    expect(admin.oauthLog.at(-1)).toMatchObject({ shop: SHOP, status, error });
  });
});

describe("a token refresh", () => {
  it("rotates both tokens", async () => {
    const admin = await localAdmin();
    const first = await exchangeToken(admin);
    const next = (await (await askForToken(admin, refresh(first.refresh_token))).json()) as TokenAnswer;
    expect(next.access_token).not.toBe(first.access_token);
    expect(next.refresh_token).not.toBe(first.refresh_token);
    expect((await postGraphql(admin, { query: "{shop{name}}" }, next.access_token)).status).toBe(200);
  });

  it("accepts the old refresh token until the new pair is used, and not afterwards", async () => {
    const admin = await localAdmin();
    const first = await exchangeToken(admin);
    await askForToken(admin, refresh(first.refresh_token));
    const retried = await askForToken(admin, refresh(first.refresh_token));
    expect(retried.status).toBe(200);
    const next = (await retried.json()) as TokenAnswer;

    await postGraphql(admin, { query: "{shop{name}}" }, next.access_token);
    const late = await askForToken(admin, refresh(first.refresh_token));
    expect(late.status).toBe(401);
    expect(await late.json()).toMatchObject({ error: "invalid_grant" });
  });

  it("refuses a refresh token of another shop and an unknown one", async () => {
    const admin = await localAdmin();
    const { refresh_token } = await exchangeToken(admin);
    expect(admin.tokens.refresh("other.myshopify.com", refresh_token, [])).toBeNull();
    expect((await askForToken(admin, refresh("shprt_00000000000000000000000000000000"))).status).toBe(401);
  });

  it("works to the second at which the access token expires, and for 90 days", () => {
    let now = 0;
    const tokens = new AccessTokens(3600, () => now);
    const { accessToken, refreshToken } = tokens.issue(SHOP, SCOPES, true);
    now = 3599_999;
    expect(tokens.find(SHOP, accessToken)).not.toBeNull();
    now = 3600_000;
    expect(tokens.find(SHOP, accessToken)).toBeNull();
    now = 7_776_000_000;
    expect(tokens.refresh(SHOP, refreshToken!, SCOPES)).toBeNull();
    now -= 1;
    expect(tokens.refresh(SHOP, refreshToken!, SCOPES)).not.toBeNull();
  });
});

describe("a shop that uninstalled the app", () => {
  it("has its tokens, its refreshes and new exchanges refused", async () => {
    const admin = await localAdmin();
    const { access_token, refresh_token } = await exchangeToken(admin);
    await admin.uninstall(SHOP);
    expect((await postGraphql(admin, { query: "{shop{name}}" }, access_token)).status).toBe(401);
    expect((await askForToken(admin, refresh(refresh_token))).status).toBe(401);
    const exchange = await askForToken(admin, {
      ...EXCHANGE,
      subject_token: await mintSessionToken(subject),
    });
    expect(await exchange.json()).toMatchObject({ error: "application_cannot_be_found" });
  });

  it("gets new tokens, and only new ones work, when it is installed again", async () => {
    const admin = await localAdmin();
    const before = await exchangeToken(admin);
    await admin.uninstall(SHOP);
    admin.install(SHOP);
    expect((await postGraphql(admin, { query: "{shop{name}}" }, before.access_token)).status).toBe(401);
    const after = await exchangeToken(admin);
    expect((await postGraphql(admin, { query: "{shop{name}}" }, after.access_token)).status).toBe(200);
  });
});
