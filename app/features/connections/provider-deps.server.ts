import { environment } from "~/platform/env.server";
import { createOutboundFetch } from "~/platform/http/ssrf-guard.server";
import { now } from "~/platform/now.server";
import type { ProviderDeps } from "./providers/provider-client.server";

let deps: ProviderDeps | undefined;

/** What this process's provider clients work with. */
export function providerDeps(): ProviderDeps {
  const { env } = environment();
  return (deps ??= {
    operatorFetch: createOutboundFetch({ trust: "operator" }),
    publicFetch: createOutboundFetch({
      trust: "public",
      allowLoopback: env.allowLoopbackConnections,
      // The longest that a merchant may allow a server of their own; each call has its own, shorter limit.
      timeoutMs: 60_000,
    }),
    allowLoopback: env.allowLoopbackConnections,
    endpoints: env.providers,
    // Google looks at the clock of an assertion, so a demo whose clock stands elsewhere must not sign with it.
    now: env.demoNow ? now : () => new Date(),
  });
}
