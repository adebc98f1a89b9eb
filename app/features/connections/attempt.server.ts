/** A call to a provider that a merchant waits for: bounded in time, and its failure told without any part of the credential. */
import { scrub } from "~/platform/log.server";
import type { ErrorClass } from "./connection-error";
import { ConnectionError } from "./connection-error";
import { secretPartsOf, type Credential } from "./credential";
import { PROVIDER_NAMES, type Provider } from "./provider";
import { transportError } from "./providers/provider-client.server";

export type Failure = {
  errorClass: ErrorClass;
  retryable: boolean;
  httpStatus: number | null;
  providerCode: string | null;
  /** One line */
  message: string;
  /** What would probably have worked instead, e.g. a property of the account under another name */
  suggestion: string | null;
};

export type Attempt<T> = { latencyMs: number } & ({ ok: true; value: T } | { ok: false; failure: Failure });

const MESSAGE_LENGTH = 300;

/** Never throws for anything that the provider does: that is the result. */
export async function attempt<T>(
  provider: Provider,
  credential: Credential,
  timeoutMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<Attempt<T>> {
  const startedAt = performance.now();
  const name = PROVIDER_NAMES[provider];
  try {
    const value = await bounded(name, timeoutMs, work);
    return { ok: true, value, latencyMs: since(startedAt) };
  } catch (error) {
    return {
      ok: false,
      failure: failureOf(transportError(name, error), credential),
      latencyMs: since(startedAt),
    };
  }
}

/** One line without any part of the credential, in any spelling that a provider may echo. */
export function redact(text: string, credential: Credential): string {
  const parts = secretPartsOf(credential).flatMap((part) => [
    part,
    encodeURIComponent(part),
    Buffer.from(part).toString("base64").replace(/=+$/, ""),
    Buffer.from(part).toString("base64url"),
    Buffer.from(part).toString("hex"),
    JSON.stringify(part).slice(1, -1),
  ]);
  const without = parts.reduce((line, part) => line.replaceAll(part, "[secret]"), text);
  const line = scrub(without).replace(/\s+/g, " ").trim();
  return line.length > MESSAGE_LENGTH ? `${line.slice(0, MESSAGE_LENGTH - 1)}…` : line;
}

/** Ends in time even when what it waits for does not heed the signal. */
async function bounded<T>(
  name: string,
  timeoutMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new ConnectionError(
        "TIMEOUT",
        `${name} did not answer within ${timeoutMs / 1000} seconds.`,
      );
      reject(error);
      controller.abort(error);
    }, timeoutMs);
  });
  try {
    const working = work(controller.signal);
    // It may still fail after we stopped waiting; that is nobody's concern then.
    working.catch(() => undefined);
    return await Promise.race([working, late]);
  } finally {
    clearTimeout(timer);
    controller.abort();
  }
}

function failureOf(error: ConnectionError, credential: Credential): Failure {
  const clean = (text: string | null | undefined) => (text ? redact(text, credential) : null);
  return {
    errorClass: error.code,
    retryable: error.retryable,
    httpStatus: error.httpStatus,
    providerCode: clean(error.providerCode)?.slice(0, 60) ?? null,
    message: redact(error.message, credential),
    suggestion: clean(error.suggestion),
  };
}

function since(startedAt: number): number {
  return Math.round(performance.now() - startedAt);
}
