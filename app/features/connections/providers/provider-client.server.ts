/** What every provider's client is given, and the one way in which JSON is asked for over HTTP. */
import type { z } from "zod";
import { OutboundError } from "~/platform/http/outbound-error.server";
import { ConnectionError } from "../connection-error";

export type ProviderEndpoints = {
  /** Google's token endpoint, whole */
  googleToken: string;
  /** Origins with an optional path, no trailing slash */
  ga4: string;
  gsc: string;
  bing: string;
};

export type ProviderDeps = {
  /** For the addresses above, which the operator chose */
  operatorFetch: typeof fetch;
  /** For an address that a merchant typed; refuses to leave the public internet (platform/http/ssrf-guard) */
  publicFetch: typeof fetch;
  /** Development: a merchant's address may lead to this machine */
  allowLoopback: boolean;
  endpoints: ProviderEndpoints;
  now: () => Date;
};

/** What a successful test saw, for the merchant: one line, or nothing worth saying. */
export type TestFinding = {
  httpStatus: number | null;
  message: string | null;
  /** Where it is known better than by the caller, who may have waited for something of our own */
  latencyMs?: number;
};

/** An answer that says no. `body` is its JSON. */
export type Refusal = { status: number; body: unknown; retryAfterMs: number | undefined };

type JsonRequest<T> = {
  url: string;
  method?: "GET" | "POST";
  headers?: Record<string, string>;
  body?: string;
  signal: AbortSignal;
  /** As merchants know it, e.g. "Google Analytics" */
  name: string;
  answer: z.ZodType<T>;
  /** The provider's own way of saying no; null where its answer says nothing that the status does not say */
  refusal: (refusal: Refusal) => ConnectionError | null;
};

/**
 * Asks, and parses the answer once.
 * @throws {ConnectionError} for everything that can go wrong between here and a parsed answer
 */
export async function requestJson<T>(
  fetch: ProviderDeps["operatorFetch"],
  { url, method = "GET", headers, body, signal, name, answer, refusal }: JsonRequest<T>,
): Promise<{ data: T; status: number }> {
  const { response, text } = await exchange();
  const { status } = response;
  const json = jsonOf(text);
  if (!response.ok || json === undefined) {
    const retryAfterMs = retryAfterOf(response.headers);
    const said = json === undefined ? null : refusal({ status, body: json, retryAfterMs });
    throw said ?? byStatus(name, status, retryAfterMs, json === undefined);
  }
  const parsed = answer.safeParse(json);
  if (parsed.success) return { data: parsed.data, status };
  // Some providers say no with a 200.
  const field = parsed.error.issues[0]?.path.join(".");
  throw (
    refusal({ status, body: json, retryAfterMs: undefined }) ??
    new ConnectionError(
      "INVALID_RESPONSE",
      `${name} answered without a usable ${field ? `“${field}”` : "content"}.`,
      {
        httpStatus: status,
      },
    )
  );

  async function exchange() {
    try {
      const init = { method, headers: { Accept: "application/json", ...headers }, body, signal };
      const response = await fetch(url, init);
      return { response, text: await response.text() };
    } catch (error) {
      throw transportError(name, error, signal);
    }
  }
}

/** A failed exchange as one of our classes. Who hung up may have given any reason: the signal tells, not the error. */
export function transportError(name: string, error: unknown, signal?: AbortSignal): ConnectionError {
  if (error instanceof ConnectionError) return error;
  if (!(error instanceof OutboundError)) {
    if (signal?.aborted || isAbort(error))
      return new ConnectionError("TIMEOUT", `${name} did not answer in time.`, { cause: error });
    return new ConnectionError("NETWORK", `${name} could not be reached.`, { cause: error });
  }
  const details = { providerCode: error.detail ?? null, cause: error };
  switch (error.code) {
    case "TIMEOUT":
      return new ConnectionError("TIMEOUT", `${name} did not answer in time.`, details);
    case "NETWORK":
      return new ConnectionError("NETWORK", error.message, details);
    case "URL_REFUSED":
    case "ADDRESS_REFUSED":
      return new ConnectionError("BAD_CONFIG", error.message, details);
    case "REDIRECT_REFUSED":
    case "TOO_LARGE":
      return new ConnectionError("PROTOCOL_MISMATCH", error.message, details);
    case "TOO_COMPLEX":
      return new ConnectionError("INVALID_RESPONSE", error.message, details);
  }
}

/** What an HTTP status says by itself. */
export function byStatus(
  name: string,
  httpStatus: number,
  retryAfterMs: number | undefined,
  notJson = false,
): ConnectionError {
  const details = { httpStatus, retryAfterMs };
  if (httpStatus === 401)
    return new ConnectionError("AUTH_INVALID", `${name} does not accept the credential.`, details);
  if (httpStatus === 403) return new ConnectionError("FORBIDDEN", `${name} refuses access (403).`, details);
  if (httpStatus === 404)
    return new ConnectionError("NOT_FOUND", `${name} knows no such address (404).`, details);
  if (httpStatus === 408) return new ConnectionError("TIMEOUT", `${name} gave up waiting (408).`, details);
  if (httpStatus === 429)
    return new ConnectionError("RATE_LIMITED", `${name} asks to slow down (429).`, details);
  if (httpStatus >= 500)
    return new ConnectionError("PROVIDER_ERROR", `${name} answered ${httpStatus}.`, details);
  if (notJson)
    return new ConnectionError(
      "PROTOCOL_MISMATCH",
      `${name} answered ${httpStatus} with something that is no JSON.`,
      details,
    );
  return new ConnectionError("INVALID_RESPONSE", `${name} answered ${httpStatus}.`, details);
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && /^(AbortError|TimeoutError)$/.test(error.name);
}

/**
 * Seconds, or a date (RFC 9110 §10.2.3); undefined when it is neither. A date counts from the answer's own Date: both are
 * the provider's clock, whatever ours says.
 */
export function retryAfterOf(headers: Headers): number | undefined {
  const value = headers.get("retry-after") ?? "";
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const [from, until] = [headers.get("date") ?? "", value].map((date) =>
    /^[A-Z][a-z]{2}, /.test(date) ? Date.parse(date) : NaN,
  );
  const wait = until! - from!;
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
