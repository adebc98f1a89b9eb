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
  it("gets a token for an assertion that Google verifies with the public key", async () => {
    expect(await token(account())).toMatch(/^ya29\./);
    expect(google.requests).toMatchObject([
      { service: "token", status: 200, body: { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer" } },
    ]);
  });

  it("with a key in PKCS#1 gets one too", async () => {
    const { createPrivateKey } = await import("node:crypto");
    const given = account();
    const privateKey = createPrivateKey(given.privateKey).export({ type: "pkcs1", format: "pem" }).toString();
    expect(await token({ ...given, privateKey })).toMatch(/^ya29\./);
  });

  it("with another account's key is refused for its signature", async () => {
    const error = await failureOf(token({ ...account(), privateKey: account().privateKey }));
    expect(error).toMatchObject({ code: "AUTH_INVALID", httpStatus: 400, providerCode: "invalid_grant" });
    expect(error).toMatchObject({ retryable: false, message: expect.stringContaining("signature") });
  });

  it("that Google does not know is refused by name", async () => {
    const error = await failureOf(
      token({ ...account(), clientEmail: "gone@nowhere.iam.gserviceaccount.com" }),
    );
    expect(error).toMatchObject({ code: "AUTH_INVALID", httpStatus: 400, providerCode: "invalid_grant" });
    expect(error.message).toContain("no service account");
  });

  it.each([
    ["four minutes slow", -4, true],
    ["six minutes slow", -6, false],
    ["four minutes fast", 4, true],
    ["six minutes fast", 6, false],
  ])("on a clock %s", async (_what, minutes, accepted) => {
    const credential = account();
    google.clock.app = new Date(GOOGLE_NOW.getTime() + minutes * MINUTE);
    if (accepted) return expect(await token(credential)).toMatch(/^ya29\./);
    const error = await failureOf(token(credential));
    expect(error).toMatchObject({ code: "AUTH_INVALID", httpStatus: 400, retryable: false });
    expect(error.message).toContain("clock");
  });

  it("that may not ask for this scope is refused", async () => {
    const error = await failureOf(token(account(), { scope: "https://www.googleapis.com/auth/drive" }));
    expect(error).toMatchObject({ code: "AUTH_INVALID", providerCode: "invalid_scope" });
  });

  it.each([
    ["no PEM at all", () => "not a key"],
    ["a public key", () => pem("publicKey")],
    ["an elliptic key", () => pem("privateKey", "ec")],
    ["a short key", () => pem("privateKey", "rsa", 1024)],
  ])("with %s asks nobody", async (_what, privateKey) => {
    const error = await failureOf(token({ ...account(), privateKey: privateKey() }));
    expect(error).toMatchObject({ code: "BAD_CONFIG", httpStatus: null, retryable: false, cause: undefined });
    expect(google.requests).toEqual([]);
  });
});

describe("a merchant's grant", () => {
  it("gets a token for its refresh token", async () => {
    expect(await token(addGrant(google))).toMatch(/^ya29\./);
    expect(google.requests).toMatchObject([{ status: 200, body: { grant_type: "refresh_token" } }]);
  });

  it("that was revoked has expired", async () => {
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
  ])("with %s is invalid", async (_what, wrong) => {
    const error = await failureOf(token({ ...addGrant(google), ...wrong }));
    expect(error).toMatchObject({ code: "AUTH_INVALID", httpStatus: 401, providerCode: "invalid_client" });
  });

  it("whose client may not do this is invalid", async () => {
    google.setTrouble("token", "forbidden");
    const error = await failureOf(token(addGrant(google)));
    expect(error).toMatchObject({
      code: "AUTH_INVALID",
      httpStatus: 401,
      providerCode: "unauthorized_client",
    });
  });
});

describe("a token endpoint in trouble", () => {
  it.each([
    ["unavailable", "PROVIDER_ERROR", 503, true],
    ["rate", "RATE_LIMITED", 429, true],
    ["html", "PROTOCOL_MISMATCH", 200, false],
    ["nonsense", "INVALID_RESPONSE", 200, false],
    ["hang", "TIMEOUT", null, true],
    ["late", "TIMEOUT", null, true],
    ["cut", "NETWORK", null, true],
  ] as const)("%s: %s", async (trouble, code, httpStatus, retryable) => {
    google.setTrouble("token", trouble);
    expect(await failureOf(token(account()))).toMatchObject({ code, httpStatus, retryable });
  });

  it("keeps every secret out of what is said", async () => {
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

describe("a token at hand", () => {
  it("is used until a minute before it ends", async () => {
    const credential = account();
    const first = await token(credential);
    later(58 * MINUTE);
    expect(await token(credential)).toBe(first);
    later(59 * MINUTE);
    expect(await token(credential)).not.toBe(first);
    expect(google.requests).toHaveLength(2);
  });

  it("is another's for another scope, and for another credential", async () => {
    const credential = account();
    const tokens = [
      await token(credential),
      await token(credential, { scope: "https://www.googleapis.com/auth/webmasters.readonly" }),
      await token(account()),
      await token(addGrant(google)),
    ];
    expect(new Set(tokens).size).toBe(4);
  });

  it("is forgotten when an API refused it, but not when another took its place", async () => {
    const credential = account();
    const first = await token(credential);
    dropAccessToken(google.deps, credential, { scope: SCOPE, token: first });
    const second = await token(credential);
    expect(second).not.toBe(first);
    dropAccessToken(google.deps, credential, { scope: SCOPE, token: first });
    expect(await token(credential)).toBe(second);
  });

  it("does not answer for a test, which gets a new one and leaves that", async () => {
    const credential = account();
    const first = await token(credential);
    const second = await fresh(credential);
    expect(second).not.toBe(first);
    expect(await token(credential)).toBe(second);
  });

  it("is one of the five hundred kept longest ago when it has to make room", async () => {
    const grants = Array.from({ length: 501 }, (_, i) => addGrant(google, `1//grant-${i}`));
    for (const grant of grants) await token(grant);
    await token(grants[1]!);
    expect(google.requests).toHaveLength(501);
    await token(grants[0]!);
    expect(google.requests).toHaveLength(502);
  });

  it("is not kept of a refusal", async () => {
    const credential = account();
    google.setTrouble("token", "unavailable", 1);
    await failureOf(token(credential));
    expect(await token(credential)).toMatch(/^ya29\./);
  });
});

describe("callers at the same time", () => {
  it("share one request", async () => {
    const credential = account();
    const tokens = await Promise.all(Array.from({ length: 8 }, () => token(credential)));
    expect(new Set(tokens).size).toBe(1);
    expect(google.requests).toHaveLength(1);
  });

  it("share its failure, and the next one asks again", async () => {
    google.setTrouble("token", "unavailable", 1);
    const credential = account();
    const errors = await Promise.all([failureOf(token(credential)), failureOf(token(credential))]);
    expect(errors.map(({ code }) => code)).toEqual(["PROVIDER_ERROR", "PROVIDER_ERROR"]);
    expect(await token(credential)).toMatch(/^ya29\./);
  });

  it("do not lose it when the one who asked first hangs up", async () => {
    google.setTrouble("token", "slow");
    const credential = account();
    const impatient = failureOf(token(credential, { signal: AbortSignal.timeout(50) }));
    const waiting = token(credential);
    expect(await impatient).toMatchObject({ code: "TIMEOUT" });
    expect(await waiting).toMatch(/^ya29\./);
    expect(google.requests).toHaveLength(1);
  });

  it("hang up together, and leave nothing behind for the next", async () => {
    google.setTrouble("token", "hang", 1);
    const credential = account();
    const impatient = () => failureOf(token(credential, { signal: AbortSignal.timeout(50) }));
    const errors = await Promise.all([impatient(), impatient()]);
    expect(errors.map(({ code }) => code)).toEqual(["TIMEOUT", "TIMEOUT"]);
    expect(await token(credential)).toMatch(/^ya29\./);
  });

  it("who have hung up already ask nothing", async () => {
    expect(await failureOf(token(account(), { signal: AbortSignal.abort() }))).toMatchObject({
      code: "TIMEOUT",
    });
    expect(google.requests).toEqual([]);
  });

  it("each have a test of their own", async () => {
    const credential = account();
    const [one, two] = await Promise.all([fresh(credential), fresh(credential)]);
    expect(one).not.toBe(two);
  });
});

it("stands for a credential with a word that tells nothing of it", () => {
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
