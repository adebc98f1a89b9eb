/** One test of one connection: the provider's cheapest honest call. */
import { attempt, redact, type Failure } from "./attempt.server";
import type { Connection } from "./connection";
import { bing } from "./providers/bing.server";
import { ga4 } from "./providers/ga4.server";
import { gsc } from "./providers/gsc.server";
import { mcp } from "./providers/mcp.server";
import type { ProviderDeps, TestFinding } from "./providers/provider-client.server";

/** A merchant waits for it, so it is short; MCP's own limit comes from its settings. */
export const TEST_TIMEOUT_MS = 10_000;

export type TestResult = { latencyMs: number } & (
  | { outcome: "SUCCESS"; httpStatus: number | null; message: string | null }
  | ({ outcome: "FAILURE" } & Failure)
);

/** Never throws for anything that the provider does: that is the result. */
export async function testConnection(
  { deps, ianaTimezone }: { deps: ProviderDeps; ianaTimezone: string },
  connection: Connection,
): Promise<TestResult> {
  const { provider, credential } = connection;
  const timeoutMs = provider === "MCP" ? connection.config.timeoutMs : TEST_TIMEOUT_MS;
  const { latencyMs, ...tried } = await attempt(provider, credential, timeoutMs, (signal) =>
    runTest(deps, connection, ianaTimezone, signal),
  );
  if (!tried.ok) return { outcome: "FAILURE", latencyMs, ...tried.failure };
  const { httpStatus, message, ...measured } = tried.value;
  return {
    ...{ outcome: "SUCCESS", latencyMs, ...measured, httpStatus },
    message: message && redact(message, credential),
  };
}

function runTest(
  deps: ProviderDeps,
  connection: Connection,
  shopTimeZone: string,
  signal: AbortSignal,
): Promise<TestFinding> {
  switch (connection.provider) {
    case "GA4":
      return ga4(deps, connection.credential, { ...connection.config, shopTimeZone }).test(signal);
    case "GSC":
      return gsc(deps, connection.credential, connection.config).test(signal);
    case "BING":
      return bing(deps, connection.credential, connection.config).test(signal);
    case "MCP":
      return mcp(deps, connection.credential, connection.config).test(signal);
  }
}
