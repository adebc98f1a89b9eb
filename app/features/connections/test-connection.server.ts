/** One test of one connection: the provider's cheapest honest call, bounded in time, and the event that tells of it. */
import { scrub } from "~/platform/log.server";
import type { Connection } from "./connection";
import { ConnectionError, type ErrorClass } from "./connection-error";
import { secretPartsOf } from "./credential";
import { bing } from "./providers/bing.server";
import { ga4 } from "./providers/ga4.server";
import { gsc } from "./providers/gsc.server";
import { mcp } from "./providers/mcp.server";
import { transportError, type ProviderDeps, type TestFinding } from "./providers/provider-client.server";
import { PROVIDER_NAMES } from "./provider";

/** A merchant waits for it, so it is short; MCP's own limit comes from its settings. */
export const TEST_TIMEOUT_MS = 10_000;
const MESSAGE_LENGTH = 300;

/** What a ConnectionEvent says of a test, and what it need not keep. */
export type TestResult = {
  outcome: "SUCCESS" | "FAILURE";
  errorClass: ErrorClass | null;
  retryable: boolean;
  httpStatus: number | null;
  providerCode: string | null;
  latencyMs: number;
  /** One line without any part of the credential */
  message: string | null;
  /** What the merchant may have meant, e.g. a property of the account under another name */
  suggestion: string | null;
};

/** Never throws for anything that the provider does: that is the result. */
export async function testConnection(
  deps: ProviderDeps,
  connection: Connection,
  timeoutMs = timeoutOf(connection),
): Promise<TestResult> {
  const startedAt = performance.now();
  const elapsed = () => Math.round(performance.now() - startedAt);
  try {
    const finding = await bounded(PROVIDER_NAMES[connection.provider], timeoutMs, (signal) =>
      runTest(deps, connection, signal),
    );
    return {
      ...{ outcome: "SUCCESS", errorClass: null, retryable: false, providerCode: null, suggestion: null },
      httpStatus: finding.httpStatus,
      latencyMs: elapsed(),
      message: finding.message && redact(finding.message, connection),
    };
  } catch (error) {
    const failure = transportError(PROVIDER_NAMES[connection.provider], error);
    return {
      outcome: "FAILURE",
      errorClass: failure.code,
      retryable: failure.retryable,
      httpStatus: failure.httpStatus,
      providerCode: failure.providerCode && redact(failure.providerCode, connection).slice(0, 60),
      latencyMs: elapsed(),
      message: redact(failure.message, connection),
      suggestion: failure.suggestion ? redact(failure.suggestion, connection) : null,
    };
  }
}

function timeoutOf(connection: Connection): number {
  return connection.provider === "MCP" ? connection.config.timeoutMs : TEST_TIMEOUT_MS;
}

function runTest(deps: ProviderDeps, connection: Connection, signal: AbortSignal): Promise<TestFinding> {
  switch (connection.provider) {
    case "GA4":
      return ga4(deps, connection.credential, connection.config).test(signal);
    case "GSC":
      return gsc(deps, connection.credential, connection.config).test(signal);
    case "BING":
      return bing(deps, connection.credential, connection.config).test(signal);
    case "MCP":
      return mcp(deps, connection.credential, connection.config).test(signal);
  }
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

/** One line, no part of the credential in any spelling that a provider may echo, nothing that looks like a secret. */
function redact(text: string, connection: Connection): string {
  const parts = secretPartsOf(connection.credential).flatMap((part) => [
    part,
    encodeURIComponent(part),
    Buffer.from(part).toString("base64"),
    JSON.stringify(part).slice(1, -1),
  ]);
  const without = parts.reduce((line, part) => line.replaceAll(part, "[secret]"), text);
  const line = scrub(without).replace(/\s+/g, " ").trim();
  return line.length > MESSAGE_LENGTH ? `${line.slice(0, MESSAGE_LENGTH - 1)}…` : line;
}
