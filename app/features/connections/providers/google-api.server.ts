/** What Google's REST APIs have in common: a bearer token, and two shapes of saying no. */
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { ConnectionError, type ErrorClass } from "../connection-error";
import type { GoogleCredential } from "../credential";
import { accessToken, dropAccessToken, freshAccessToken } from "./google-token.server";
import {
  byStatus,
  requestJson,
  transportError,
  type ProviderDeps,
  type Refusal,
} from "./provider-client.server";

export type GoogleApi = {
  /** As merchants know it */
  name: string;
  scope: string;
  /** What this API means where its answer alone does not tell; undefined for what all of them mean */
  meaning: (said: GoogleRefusal) => GoogleMeaning | undefined;
};

export type GoogleRequest<T> = { url: string; body?: unknown; signal: AbortSignal; answer: z.ZodType<T> };

/** A refusal of either shape: `status` and `details` of the newer one, `errors[].reason` of the legacy one. */
export type GoogleRefusal = { httpStatus: number; status: string | null; reasons: string[]; message: string };

export type GoogleMeaning = { code: ErrorClass; message: string; retryAfterMs?: number };

/** Asks with the token at hand; one that is refused is dropped, and a new one tried once. */
export async function askGoogle<T>(
  deps: ProviderDeps,
  credential: GoogleCredential,
  api: GoogleApi,
  request: GoogleRequest<T>,
): Promise<{ data: T; status: number }> {
  const { scope } = api;
  const token = await accessToken(deps, credential, { scope, signal: request.signal });
  try {
    return await exchange(deps, api, token, request);
  } catch (error) {
    if (!(error instanceof ConnectionError) || error.httpStatus !== 401) throw error;
    dropAccessToken(deps, credential, { scope, token });
    const next = await accessToken(deps, credential, { scope, signal: request.signal });
    return exchange(deps, api, next, request);
  }
}

/** Asks once, with a token just issued: a test reports what it saw the first time. */
export async function askGoogleOnce<T>(
  deps: ProviderDeps,
  credential: GoogleCredential,
  api: GoogleApi,
  request: GoogleRequest<T>,
): Promise<{ data: T; status: number }> {
  const token = await freshAccessToken(deps, credential, { scope: api.scope, signal: request.signal });
  return exchange(deps, api, token, request);
}

const RETRY_AFTER_MS = 500;

/** Once more after a 5xx, and never twice: ten of them in an hour and Google Analytics refuses the whole project. */
export async function onceMoreAfterServerError<T>(
  name: string,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // Without a status it was our own gate that refused: nobody was asked.
    if (!(error instanceof ConnectionError) || error.code !== "PROVIDER_ERROR" || !error.httpStatus)
      throw error;
    await sleep(RETRY_AFTER_MS, undefined, { signal }).catch((reason: unknown) => {
      throw transportError(name, reason, signal);
    });
    return work();
  }
}

function exchange<T>(
  { operatorFetch }: ProviderDeps,
  api: GoogleApi,
  token: string,
  { url, body, signal, answer }: GoogleRequest<T>,
) {
  return requestJson(operatorFetch, {
    url,
    method: body === undefined ? "GET" : "POST",
    headers: {
      Authorization: `Bearer ${token}`,
      ...(body !== undefined && { "Content-Type": "application/json" }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal,
    name: api.name,
    answer,
    refusal: (refusal) => refused(api, token, refusal),
  });
}

const refusalSchema = z.object({
  error: z.object({
    code: z.number().optional(),
    message: z.string().default(""),
    status: z.string().optional(),
    errors: z.array(z.object({ reason: z.string() })).catch([]),
    details: z
      .array(
        z.object({ reason: z.string().optional(), metadata: z.record(z.string(), z.string()).optional() }),
      )
      .catch([]),
  }),
});

function refused(
  api: GoogleApi,
  token: string,
  { status, body, retryAfterMs }: Refusal,
): ConnectionError | null {
  const parsed = refusalSchema.safeParse(body);
  if (!parsed.success) return null;
  const { error } = parsed.data;
  const httpStatus = status >= 400 ? status : (error.code ?? status);
  const reasons = [...error.details, ...error.errors].flatMap(({ reason }) => reason ?? []);
  const said = {
    httpStatus,
    reasons,
    status: error.status ?? null,
    message: oneLine(error.message.replaceAll(token, "…")),
  };
  const project = error.details.map(
    ({ metadata }) => /^projects\/([\w-]+)$/.exec(metadata?.consumer ?? "")?.[1],
  );
  if (httpStatus < 400) return null;
  const meaning =
    api.meaning(said) ??
    commonMeaning(api.name, said, project.find(Boolean)) ??
    byStatus(api.name, httpStatus, retryAfterMs);
  return new ConnectionError(meaning.code, meaning.message, {
    httpStatus,
    providerCode: reasons[0] ?? said.status,
    retryAfterMs: retryAfterMs ?? meaning.retryAfterMs,
  });
}

/** The reason first: Search Console's quota is a 403, and so is an API that is switched off. */
function commonMeaning(name: string, said: GoogleRefusal, project?: string): GoogleMeaning | undefined {
  const { httpStatus, reasons, message } = said;
  const because = (...known: string[]) => reasons.some((reason) => known.includes(reason));
  if (because("SERVICE_DISABLED", "accessNotConfigured") || /has not been used in project/.test(message))
    return {
      code: "API_DISABLED",
      message: `The API of ${name} is switched off in the Google Cloud project${project ? ` ${project}` : ""} of this credential.`,
    };
  if (because("ACCESS_TOKEN_SCOPE_INSUFFICIENT") || /insufficient authentication scopes/.test(message))
    return { code: "FORBIDDEN", message: `The grant does not include reading ${name}; connect it again.` };
  if (because("quotaExceeded", "dailyLimitExceeded"))
    return { code: "QUOTA_EXHAUSTED", message: `${name}'s quota is used up.` };
  if (because("rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"))
    return { code: "RATE_LIMITED", message: `${name} asks to slow down.` };
  if (httpStatus === 400)
    return {
      code: "BAD_CONFIG",
      message: `${name} does not understand the question: ${message || "no reason given"}`,
    };
  return undefined;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim().slice(0, 240);
}
