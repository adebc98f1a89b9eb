/** The local Google on a port of its own, and what a provider's client needs to reach it. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createLocalGoogle, type LocalGoogle } from "../../dev/local-providers/google";
import type { RightsOptions } from "../../dev/local-providers/google-access";
import type { GoogleCredential } from "~/features/connections/credential";
import { parseServiceAccountJson } from "~/features/connections/google-key-file.server";
import type { ProviderDeps } from "~/features/connections/providers/provider-client.server";
import { createOutboundFetch } from "~/platform/http/ssrf-guard.server";
import { rsaKey } from "./rsa-keys";

export type GoogleServer = LocalGoogle & {
  origin: string;
  /** Both clocks: the app's, and Google's, which differs only in tests of a wrong one */
  clock: { app: Date; google: Date };
  deps: ProviderDeps;
  close: () => Promise<void>;
};

/** 2026-11-20 is a Friday; the hour is not full, so that "the next full hour" is not "in an hour". */
export const GOOGLE_NOW = new Date("2026-11-20T10:20:00Z");

type Options = { timeoutMs?: number; paths?: string[] };

export async function startLocalGoogle({ timeoutMs = 5_000, paths }: Options = {}): Promise<GoogleServer> {
  const clock = { app: GOOGLE_NOW, google: GOOGLE_NOW };
  const google = createLocalGoogle({ now: () => clock.google, slowMs: 300, paths });
  const server = createServer((request, response) => {
    google.handle(request, response, request.url ?? "/").then(
      (answered) => answered || response.writeHead(404).end(),
      // Hung up while it was still asking.
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ...google,
    origin,
    clock,
    deps: depsFor(origin, () => clock.app, timeoutMs),
    close: () => stop(server),
  };
}

/** So many of each server: no two of one have the same key. */
const accounts = new WeakMap<GoogleServer, number>();

/** A property and a site that one account may read, and the account's credential as the app stores it. */
export const PROPERTY = "123456789";
export const SITE = "https://www.example.com/";

export function addAccount(
  google: GoogleServer,
  { properties = [PROPERTY], sites = [SITE], ...rights }: RightsOptions = {},
): GoogleCredential {
  const n = accounts.get(google) ?? 0;
  accounts.set(google, n + 1);
  const file = google.addServiceAccount({ properties, sites, ...rights, keyPair: rsaKey(n) });
  const parsed = parseServiceAccountJson(file);
  if (!parsed.ok) throw new Error(parsed.sentence);
  return parsed.value;
}

export function addGrant(google: GoogleServer, refreshToken = "1//local-refresh-token", scopes?: string[]) {
  const client = { clientId: "shop.apps.googleusercontent.com", clientSecret: "GOCSPX-local-client-secret" };
  google.addGrant({
    ...client,
    refreshToken,
    properties: [PROPERTY],
    sites: [SITE],
    ...(scopes && { scopes }),
  });
  return { kind: "oauth", ...client, refreshToken } satisfies GoogleCredential;
}

/** A signal of a call that nobody gives up. */
export function patient(): AbortSignal {
  return new AbortController().signal;
}

/** All providers below one origin, as the demo serves them. */
export function depsFor(origin: string, now: () => Date, timeoutMs: number): ProviderDeps {
  const operator = { trust: "operator", allowLoopback: true, timeoutMs, maxBytes: 32 * 1024 * 1024 } as const;
  return {
    operatorFetch: createOutboundFetch(operator),
    publicFetch: createOutboundFetch({ trust: "public", timeoutMs }),
    allowLoopback: false,
    endpoints: {
      googleToken: `${origin}/google/token`,
      ga4: `${origin}/ga4`,
      gsc: `${origin}/gsc`,
      bing: `${origin}/bing`,
    },
    now,
  };
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
