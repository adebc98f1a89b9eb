import { generateKeyPairSync } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { secretPartsOf, type GoogleCredential } from "~/features/connections/credential";
import {
  accessToken,
  credentialKey,
  dropAccessToken,
  freshAccessToken,
} from "~/features/connections/providers/google-token.server";
import {
  addAccount,
  addGrant,
  GOOGLE_NOW,
  patient,
  startLocalGoogle,
  type GoogleServer,
} from "../../support/local-google";
import { failureOf } from "../../support/local-providers";

const SCOPE = "https://www.googleapis.com/auth/analytics.readonly";
const MINUTE = 60_000;

let google: GoogleServer;
beforeEach(async () => void (google = await startLocalGoogle({ timeoutMs: 600 })));
afterEach(() => google.close());

const token = (credential: GoogleCredential, { scope = SCOPE, signal = patient() } = {}) =>
  accessToken(google.deps, credential, { scope, signal });
const fresh = (credential: GoogleCredential) =>
  freshAccessToken(google.deps, credential, { scope: SCOPE, signal: patient() });
const later = (ms: number) => {
  google.clock.app = google.clock.google = new Date(GOOGLE_NOW.getTime() + ms);
};
type ServiceAccount = Extract<GoogleCredential, { kind: "service_account" }>;
const account = () => addAccount(google) as ServiceAccount;

describe("a service account", () => {
  it("gets a token for an assertion that Google can verify", async () => {
    expect(await token(account())).toMatch(/^ya29\./);
    expect(google.requests).toMatchObject([
      { service: "token", status: 200, body: { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer" } },
    ]);
  });

  it("gets a token with a key in PKCS#1", async () => {
    const { createPrivateKey } = await import("node:crypto");
    const given = account();
    const privateKey = createPrivateKey(given.privateKey).export({ type: "pkcs1", format: "pem" }).toString();
    expect(await token({ ...given, privateKey })).toMatch(/^ya29\./);
  });

  it("is AUTH_INVALID with another account's key, and the error names the signature", async () => {
    const error = await failureOf(token({ ...account(), privateKey: account().privateKey }));
    expect(error).toMatchObject({ code: "AUTH_INVALID", httpStatus: 400, providerCode: "invalid_grant" });
    expect(error.retryable).toBe(false);
    expect(error.message).toContain("signature");
  });

  it("is AUTH_INVALID when Google does not know it", async () => {
    const error = await failureOf(
      token({ ...account(), clientEmail: "gone@nowhere.iam.gserviceaccount.com" }),
    );
    expect(error).toMatchObject({ code: "AUTH_INVALID", httpStatus: 400, providerCode: "invalid_grant" });
    expect(error.message).toContain("no service account");
  });

  it.each([
    ["that is four minutes slow works", -4, true],
    ["that is six minutes slow is refused", -6, false],
    ["that is four minutes fast works", 4, true],
    ["that is six minutes fast is refused", 6, false],
  ])("on a clock %s", async (_what, minutes, accepted) => {
    const credential = account();
    google.clock.app = new Date(GOOGLE_NOW.getTime() + minutes * MINUTE);
    if (accepted) return expect(await token(credential)).toMatch(/^ya29\./);
    const error = await failureOf(token(credential));
    expect(error).toMatchObject({ code: "AUTH_INVALID", httpStatus: 400, retryable: false });
    expect(error.message).toContain("clock");
  });

  it("is AUTH_INVALID for a scope that it may not have", async () => {
    const error = await failureOf(token(account(), { scope: "https://www.googleapis.com/auth/drive" }));
    expect(error).toMatchObject({ code: "AUTH_INVALID", providerCode: "invalid_scope" });
  });

  it.each([
    ["a text that is not PEM", () => "not a key"],
    ["a public key", () => pem("publicKey")],
    ["an elliptic key", () => pem("privateKey", "ec")],
    ["a short key", () => pem("privateKey", "rsa", 1024)],
  ])("with %s is BAD_CONFIG without a request", async (_what, privateKey) => {
    const error = await failureOf(token({ ...account(), privateKey: privateKey() }));
    expect(error).toMatchObject({ code: "BAD_CONFIG", httpStatus: null, retryable: false, cause: undefined });
    expect(google.requests).toEqual([]);
  });
});

describe("an OAuth grant", () => {
  it("gets an access token for its refresh token", async () => {
    expect(await token(addGrant(google))).toMatch(/^ya29\./);
    expect(google.requests).toMatchObject([{ status: 200, body: { grant_type: "refresh_token" } }]);
  });

  it("that was revoked is AUTH_EXPIRED", async () => {
    const credential = addGrant(google);
    addGrant(google, "1//another-of-the-same-client");
    google.revoke(credential.refreshToken);
    const error = await failureOf(token(credential));
    expect(error).toMatchObject({ code: "AUTH_EXPIRED", httpStatus: 400, providerCode: "invalid_grant" });
    expect(error.retryable).toBe(false);
  });

  it.each([
    ["another client's secret", { clientSecret: "GOCSPX-wrong-client-secret" }],
    ["a client that does not exist", { clientId: "nobody.apps.googleusercontent.com" }],
  ])("with %s is AUTH_INVALID", async (_what, wrong) => {
    const error = await failureOf(token({ ...addGrant(google), ...wrong }));
    expect(error).toMatchObject({ code: "AUTH_INVALID", httpStatus: 401, providerCode: "invalid_client" });
  });

  it("of a client without the right to it is AUTH_INVALID", async () => {
    google.setTrouble("token", "forbidden");
    const error = await failureOf(token(addGrant(google)));
    expect(error).toMatchObject({
      code: "AUTH_INVALID",
      httpStatus: 401,
      providerCode: "unauthorized_client",
    });
  });
});

describe("a failing token endpoint", () => {
  it.each([
    ["unavailable", "PROVIDER_ERROR", 503, true],
    ["rate", "RATE_LIMITED", 429, true],
    ["html", "PROTOCOL_MISMATCH", 200, false],
    ["nonsense", "INVALID_RESPONSE", 200, false],
    ["hang", "TIMEOUT", null, true],
    ["late", "TIMEOUT", null, true],
    ["cut", "NETWORK", null, true],
  ] as const)("with the trouble %s is %s", async (trouble, code, httpStatus, retryable) => {
    google.setTrouble("token", trouble);
    expect(await failureOf(token(account()))).toMatchObject({ code, httpStatus, retryable });
  });

  it("leads to no error that holds a secret", async () => {
    for (const trouble of [
      "revoked",
      "forbidden",
      "disabled",
      "quota",
      "html",
      "nonsense",
      "unavailable",
    ] as const) {
      google.setTrouble("token", trouble);
      for (const credential of [account(), addGrant(google)]) {
        const error = await failureOf(token(credential));
        for (const secret of secretPartsOf(credential))
          expect(`${error.message}${error.stack}`).not.toContain(secret);
      }
    }
  });
});

describe("a cached token", () => {
  it("is used until a minute before its end", async () => {
    const credential = account();
    const first = await token(credential);
    later(58 * MINUTE);
    expect(await token(credential)).toBe(first);
    later(59 * MINUTE);
    expect(await token(credential)).not.toBe(first);
    expect(google.requests).toHaveLength(2);
  });

  it("is not shared between scopes or credentials", async () => {
    const credential = account();
    const tokens = [
      await token(credential),
      await token(credential, { scope: "https://www.googleapis.com/auth/webmasters.readonly" }),
      await token(account()),
      await token(addGrant(google)),
    ];
    expect(new Set(tokens).size).toBe(4);
  });

  it("is dropped when an API has refused it, unless it was replaced already", async () => {
    const credential = account();
    const first = await token(credential);
    dropAccessToken(google.deps, credential, { scope: SCOPE, token: first });
    const second = await token(credential);
    expect(second).not.toBe(first);
    dropAccessToken(google.deps, credential, { scope: SCOPE, token: first });
    expect(await token(credential)).toBe(second);
  });

  it("is not used for a test, which requests and caches a new one", async () => {
    const credential = account();
    const first = await token(credential);
    const second = await fresh(credential);
    expect(second).not.toBe(first);
    expect(await token(credential)).toBe(second);
  });

  it("is evicted when 500 newer ones are cached", async () => {
    const grants = Array.from({ length: 501 }, (_, i) => addGrant(google, `1//grant-${i}`));
    for (const grant of grants) await token(grant);
    await token(grants[1]!);
    expect(google.requests).toHaveLength(501);
    await token(grants[0]!);
    expect(google.requests).toHaveLength(502);
  });

  it("is not stored for a refusal", async () => {
    const credential = account();
    google.setTrouble("token", "unavailable", 1);
    await failureOf(token(credential));
    expect(await token(credential)).toMatch(/^ya29\./);
  });
});

describe("concurrent callers", () => {
  it("share one token request", async () => {
    const credential = account();
    const tokens = await Promise.all(Array.from({ length: 8 }, () => token(credential)));
    expect(new Set(tokens).size).toBe(1);
    expect(google.requests).toHaveLength(1);
  });

  it("share the failure of a request, and the next caller makes a new one", async () => {
    google.setTrouble("token", "unavailable", 1);
    const credential = account();
    const errors = await Promise.all([failureOf(token(credential)), failureOf(token(credential))]);
    expect(errors.map(({ code }) => code)).toEqual(["PROVIDER_ERROR", "PROVIDER_ERROR"]);
    expect(await token(credential)).toMatch(/^ya29\./);
  });

  it("keep the request when the first of them aborts", async () => {
    google.setTrouble("token", "slow");
    const credential = account();
    const impatient = failureOf(token(credential, { signal: AbortSignal.timeout(50) }));
    const waiting = token(credential);
    expect(await impatient).toMatchObject({ code: "TIMEOUT" });
    expect(await waiting).toMatch(/^ya29\./);
    expect(google.requests).toHaveLength(1);
  });

  it("may all abort, and the next caller makes a new request", async () => {
    google.setTrouble("token", "hang", 1);
    const credential = account();
    const impatient = () => failureOf(token(credential, { signal: AbortSignal.timeout(50) }));
    const errors = await Promise.all([impatient(), impatient()]);
    expect(errors.map(({ code }) => code)).toEqual(["TIMEOUT", "TIMEOUT"]);
    expect(await token(credential)).toMatch(/^ya29\./);
  });

  it("that have aborted already make no request", async () => {
    expect(await failureOf(token(account(), { signal: AbortSignal.abort() }))).toMatchObject({
      code: "TIMEOUT",
    });
    expect(google.requests).toEqual([]);
  });

  it("get a new token each for a test", async () => {
    const credential = account();
    const [one, two] = await Promise.all([fresh(credential), fresh(credential)]);
    expect(one).not.toBe(two);
  });
});

it("credentialKey differs by credential and reveals nothing of it", () => {
  const credential = addGrant(google);
  expect(credentialKey(credential)).toMatch(/^[\w-]{43}$/);
  expect(credentialKey({ ...credential, clientSecret: "another" })).not.toBe(credentialKey(credential));
});

function pem(half: "privateKey" | "publicKey", type: "rsa" | "ec" = "rsa", modulusLength = 2048): string {
  const pair =
    type === "ec"
      ? generateKeyPairSync("ec", { namedCurve: "P-256" })
      : generateKeyPairSync("rsa", { modulusLength });
  return half === "publicKey"
    ? pair.publicKey.export({ type: "spki", format: "pem" }).toString()
    : pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}
