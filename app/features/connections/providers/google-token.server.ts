/** Access tokens for Google's APIs, from a service account's key or from a merchant's grant. */
import { createHash, createPrivateKey, type KeyObject } from "node:crypto";
import { SignJWT } from "jose";
import { z } from "zod";
import { ConnectionError } from "../connection-error";
import type { GoogleCredential } from "../credential";
import { requestJson, transportError, type ProviderDeps, type Refusal } from "./provider-client.server";

type Token = { accessToken: string; expiresAt: number };
type Flight = { token: Promise<Token>; waiting: number; hangUp: AbortController };

const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/** Google's own name for it, wherever a gateway has it asked */
const AUDIENCE = "https://oauth2.googleapis.com/token";
const NAME = "Google's token service";
/** A token is not used in its last minute: it would expire on its way. */
const SPARE_MS = 60_000;
const MOST_TOKENS = 500;

/**
 * Tokens live an hour and cost a round trip, so they are kept until shortly before they end. In this process only: a
 * restart costs one request, and what opens a merchant's analytics is written nowhere. Keys are hashes (`credentialKey`).
 */
const kept = new Map<string, Token>();
const flights = new Map<string, Flight>();

type Wanted = { scope: string; signal: AbortSignal };

/**
 * A token for `scope`. Callers who want the same one at the same time share one request.
 * @throws {ConnectionError} AUTH_INVALID, AUTH_EXPIRED, BAD_CONFIG for a key that is none, or what requestJson throws
 */
export async function accessToken(
  deps: ProviderDeps,
  credential: GoogleCredential,
  { scope, signal }: Wanted,
): Promise<string> {
  const key = tokenKey(deps, credential, scope);
  const token = kept.get(key);
  if (token && token.expiresAt > deps.now().getTime() + SPARE_MS) return token.accessToken;
  const issued = await shared(key, signal, async (signal) => {
    const issued = await issue(deps, credential, { scope, signal });
    keep(key, issued, deps.now());
    return issued;
  });
  return issued.accessToken;
}

/** A token that was not there before: for a test, whose question is whether the credential still gets one. */
export async function freshAccessToken(
  deps: ProviderDeps,
  credential: GoogleCredential,
  wanted: Wanted,
): Promise<string> {
  const issued = await issue(deps, credential, wanted);
  keep(tokenKey(deps, credential, wanted.scope), issued, deps.now());
  return issued.accessToken;
}

/** Forgets a token that an API refused, unless a newer one has taken its place. */
export function dropAccessToken(
  deps: ProviderDeps,
  credential: GoogleCredential,
  { scope, token }: { scope: string; token: string },
): void {
  const key = tokenKey(deps, credential, scope);
  if (kept.get(key)?.accessToken === token) kept.delete(key);
}

/** Stands for a credential in a key of a map: says nothing about it, and differs when it differs. */
export function credentialKey(credential: GoogleCredential): string {
  const parts =
    credential.kind === "oauth"
      ? [credential.kind, credential.clientId, credential.clientSecret, credential.refreshToken]
      : [credential.kind, credential.clientEmail, credential.privateKeyId, credential.privateKey];
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64url");
}

function tokenKey({ endpoints }: ProviderDeps, credential: GoogleCredential, scope: string): string {
  return [credentialKey(credential), scope, endpoints.googleToken].join(" ");
}

function keep(key: string, token: Token, now: Date): void {
  kept.delete(key);
  kept.set(key, token);
  if (kept.size <= MOST_TOKENS) return;
  for (const [other, { expiresAt }] of kept) if (expiresAt <= now.getTime()) kept.delete(other);
  // The longest kept is also the next to end.
  const [oldest] = kept.keys();
  if (kept.size > MOST_TOKENS && oldest !== undefined) kept.delete(oldest);
}

/**
 * One request for everybody who waits. Who hangs up leaves alone: the request goes on while anybody waits, and is
 * hung up with the last of them.
 */
async function shared(key: string, signal: AbortSignal, start: (signal: AbortSignal) => Promise<Token>) {
  if (signal.aborted) throw transportError(NAME, signal.reason, signal);
  const flight = flights.get(key) ?? takeOff();
  flight.waiting++;
  try {
    return await unlessAborted(flight.token, signal);
  } finally {
    if (--flight.waiting === 0) {
      land(flight);
      flight.hangUp.abort();
    }
  }

  function takeOff(): Flight {
    const hangUp = new AbortController();
    const flight: Flight = { token: start(hangUp.signal), waiting: 0, hangUp };
    flights.set(key, flight);
    // Nobody may be left to hear it.
    flight.token.catch(() => undefined).finally(() => land(flight));
    return flight;
  }

  function land(flight: Flight) {
    if (flights.get(key) === flight) flights.delete(key);
  }
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(transportError(NAME, signal.reason, signal));
    signal.addEventListener("abort", leave, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
  });
}

const answerSchema = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });

async function issue(deps: ProviderDeps, credential: GoogleCredential, wanted: Wanted): Promise<Token> {
  const now = deps.now();
  const form: Record<string, string> =
    credential.kind === "oauth"
      ? {
          grant_type: "refresh_token",
          client_id: credential.clientId,
          client_secret: credential.clientSecret,
          refresh_token: credential.refreshToken,
        }
      : {
          grant_type: JWT_BEARER,
          assertion: await assertion(credential, wanted.scope, now),
        };
  const { data } = await requestJson(deps.operatorFetch, {
    url: deps.endpoints.googleToken,
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(form).toString(),
    signal: wanted.signal,
    name: NAME,
    answer: answerSchema,
    refusal: (refusal) => refused(credential.kind, refusal),
  });
  return { accessToken: data.access_token, expiresAt: now.getTime() + data.expires_in * 1000 };
}

type ServiceAccount = Extract<GoogleCredential, { kind: "service_account" }>;

/** RFC 7523 as Google wants it: https://developers.google.com/identity/protocols/oauth2/service-account */
async function assertion(account: ServiceAccount, scope: string, now: Date) {
  const key = privateKeyOf(account);
  const issuedAt = Math.floor(now.getTime() / 1000);
  return new SignJWT({ scope })
    .setProtectedHeader({
      alg: "RS256",
      typ: "JWT",
      ...(account.privateKeyId && { kid: account.privateKeyId }),
    })
    .setIssuer(account.clientEmail)
    .setAudience(AUDIENCE)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + 3600)
    .sign(key)
    .catch(() => {
      throw unusableKey();
    });
}

function privateKeyOf({ privateKey }: ServiceAccount): KeyObject {
  try {
    return createPrivateKey(privateKey);
  } catch {
    // Not even as a cause: OpenSSL's errors are about the text of the key.
    throw unusableKey();
  }
}

function unusableKey() {
  return new ConnectionError(
    "BAD_CONFIG",
    "The service account's private key is no RSA key in PEM form; paste the whole JSON file again.",
  );
}

const refusalSchema = z.object({ error: z.string(), error_description: z.string().optional() });

/** Google's `invalid_grant` is one word for four different things; the description tells them apart. */
function refused(kind: GoogleCredential["kind"], { status, body, retryAfterMs }: Refusal) {
  const parsed = refusalSchema.safeParse(body);
  if (!parsed.success || status === 429 || status >= 500) return null;
  const { error, error_description: description = "" } = parsed.data;
  const details = { httpStatus: status, providerCode: error.slice(0, 64), retryAfterMs };
  if (error === "invalid_grant" && kind === "oauth")
    return new ConnectionError(
      "AUTH_EXPIRED",
      "Google no longer accepts the refresh token: it was revoked, or it expired.",
      details,
    );
  return new ConnectionError("AUTH_INVALID", sentenceFor(kind, error, description), details);
}

function sentenceFor(kind: GoogleCredential["kind"], error: string, description: string): string {
  if (kind === "oauth")
    return error === "invalid_client" || error === "unauthorized_client"
      ? "Google does not accept the client id and the client secret together."
      : "Google does not accept the refresh token with this client.";
  if (/signature/i.test(description))
    return "Google does not accept the key's signature: the key was deleted, or is another account's.";
  if (/short-lived|timeframe|\biat\b/i.test(description))
    return "Google does not accept the time in our request: this server's clock is wrong.";
  if (/account not found/i.test(description)) return "Google knows no service account of this name.";
  if (error === "unauthorized_client") return "Google does not let this service account ask for this access.";
  return "Google does not accept the service account's key.";
}
