import type { Clock } from "~/platform/clock";
import { environment, type Env } from "~/platform/env.server";
import { createOutboundFetch } from "~/platform/http/ssrf-guard.server";
import { now } from "~/platform/now.server";
import type { ProviderDeps } from "./providers/provider-client.server";

let deps: ProviderDeps | undefined;

/** What this process's provider clients work with. */
export function providerDeps(): ProviderDeps {
  return (deps ??= createProviderDeps(environment().env, now));
}

/** @param now in the demo its own clock: its local Google looks at the time of an assertion, and shares it */
export function createProviderDeps(env: Env, now: Clock): ProviderDeps {
  return {
    // A page of 25,000 rows of Search Console is some 6 MB.
    operatorFetch: createOutboundFetch({ trust: "operator", maxBytes: 32 * 1024 * 1024, timeoutMs: 60_000 }),
    publicFetch: createOutboundFetch({
      trust: "public",
      allowLoopback: env.allowLoopbackConnections,
      // The longest that a merchant may allow a server of their own; each call has its own, shorter limit.
      timeoutMs: 60_000,
    }),
    allowLoopback: env.allowLoopbackConnections,
    endpoints: env.providers,
    now,
  };
}
