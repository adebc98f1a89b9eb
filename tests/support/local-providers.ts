import { onTestFinished } from "vitest";
import type { ProviderDeps } from "~/features/connections/providers/provider-client.server";
import { ConnectionError } from "~/features/connections/connection-error";
import { createOutboundFetch } from "~/platform/http/ssrf-guard.server";
import {
  startLocalProviders,
  type LocalProviders,
  type LocalProvidersOptions,
} from "../../dev/local-providers/server";

/** The local providers for one test, and what a provider's client needs to reach them. */
export async function localProviders(
  options: LocalProvidersOptions = {},
): Promise<LocalProviders & { deps: ProviderDeps }> {
  const providers = await startLocalProviders(options);
  onTestFinished(() => providers.close());
  return { ...providers, deps: providerDeps(providers.endpoints) };
}

export function providerDeps(
  endpoints: ProviderDeps["endpoints"],
  { maxBytes = 1_000_000 } = {},
): ProviderDeps {
  return {
    operatorFetch: createOutboundFetch({ trust: "operator", maxBytes, timeoutMs: 5_000 }),
    publicFetch: createOutboundFetch({ trust: "public", allowLoopback: true, maxBytes, timeoutMs: 5_000 }),
    allowLoopback: true,
    endpoints,
    now: () => new Date(),
  };
}

/** The error of `work`, which must fail, and with one of ours. */
export async function failureOf(work: Promise<unknown>): Promise<ConnectionError> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof ConnectionError) return error;
  throw new Error("It did not fail with a ConnectionError.", { cause: error });
}

/** Everything that a log could print of an error, its causes included. */
export function printed(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = Object.getOwnPropertyNames(error).map((name) => String(error[name as keyof Error]));
  return [String(error), ...own, JSON.stringify(error), error.cause ? printed(error.cause) : ""].join("\n");
}
