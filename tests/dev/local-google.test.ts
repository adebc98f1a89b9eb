import { createPrivateKey } from "node:crypto";
import { SignJWT } from "jose";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { accessToken } from "~/features/connections/providers/google-token.server";
import { addAccount, patient, PROPERTY, startLocalGoogle, type GoogleServer } from "../support/local-google";

const ANALYTICS = "https://www.googleapis.com/auth/analytics.readonly";

let google: GoogleServer;
beforeEach(async () => void (google = await startLocalGoogle()));
afterEach(() => google.close());

async function get(path: string, token?: string) {
  const headers = token ? { Authorization: `Bearer ${token}` } : undefined;
  const response = await fetch(`${google.origin}${path}`, { headers });
  return { status: response.status, body: response.status === 404 ? null : await response.json() };
}

const tokenFor = () => accessToken(google.deps, addAccount(google), { scope: ANALYTICS, signal: patient() });

describe("the local Google", () => {
  it("does not handle or record a path of another provider", async () => {
    expect(await get("/bing/GetUserSites")).toMatchObject({ status: 404 });
    expect(google.requests).toEqual([]);
  });

  it("answers 401 without a token, with an invented one and with one that is an hour old", async () => {
    const path = `/ga4/v1beta/properties/${PROPERTY}/metadata`;
    const token = await tokenFor();
    expect(await get(path)).toMatchObject({ status: 401, body: { error: { status: "UNAUTHENTICATED" } } });
    expect(await get(path, "ya29.made-up")).toMatchObject({ status: 401 });
    expect(await get(path, token)).toMatchObject({ status: 200 });
    google.clock.google = new Date(google.clock.google.getTime() + 3_600_000);
    expect(await get(path, token)).toMatchObject({ status: 401 });
  });

  it("answers metadata of property 0 to every caller, as Google does", async () => {
    const token = await tokenFor();
    expect(await get("/ga4/v1beta/properties/0/metadata", token)).toMatchObject({ status: 200 });
    expect(await get("/ga4/v1beta/properties/1/metadata", token)).toMatchObject({ status: 403 });
    expect(await get("/ga4/v1beta/properties/G-ABC/metadata", token)).toMatchObject({ status: 400 });
  });

  it("answers 403 to a token of another scope", async () => {
    expect(await get("/gsc/webmasters/v3/sites", await tokenFor())).toMatchObject({
      status: 403,
      body: { error: { details: [{ reason: "ACCESS_TOKEN_SCOPE_INSUFFICIENT" }] } },
    });
  });

  it("accepts an assertion through a gateway and refuses one with another audience", async () => {
    const gateway = google.origin.replace("127.0.0.1", "localhost");
    const deps = {
      ...google.deps,
      endpoints: { ...google.deps.endpoints, googleToken: `${gateway}/google/token` },
    };
    const account = addAccount(google);
    expect(await accessToken(deps, account, { scope: ANALYTICS, signal: patient() })).toMatch(/^ya29\./);

    if (account.kind !== "service_account") throw new Error("Not a service account.");
    const issuedAt = Math.floor(google.clock.app.getTime() / 1000);
    const assertion = await new SignJWT({ scope: ANALYTICS })
      .setProtectedHeader({ alg: "RS256" })
      .setIssuer(account.clientEmail)
      .setAudience(`${gateway}/google/token`)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + 3600)
      .sign(createPrivateKey(account.privateKey));
    const grant_type = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    const body = new URLSearchParams({ grant_type, assertion });
    const refused = await fetch(`${google.origin}/google/token`, { method: "POST", body });
    expect([refused.status, await refused.json()]).toMatchObject([400, { error: "invalid_grant" }]);
  });
});
