/** A store, the local providers, and what merchants enter to connect them. */
import type { Db } from "~/platform/db/client.server";
import { createOutboundFetch } from "~/platform/http/ssrf-guard.server";
import type { ConnectionContext } from "~/features/connections/connection-context";
import { submitConnectionForm } from "~/features/connections/manage-connection.server";
import type { Provider } from "~/features/connections/provider";
import type { ProviderDeps } from "~/features/connections/providers/provider-client.server";
import { startLocalProviders, type LocalProviders } from "../../dev/local-providers/server";
import { rsaKey } from "./rsa-keys";
import { T0, TEST_KEYS } from "./tenant-rows";

export const PROPERTY = "412345678";
export const GSC_SITE = "sc-domain:example.com";
export const BING_SITE = "https://www.example.com/";
export const BING_KEY = "0123456789abcdef0123456789abcdef";
export const MCP_TOKEN = "mcp_token-of-the-shops-own-server";
export const ACTOR = "gid://shopify/StaffMember/7";

export type Providers = LocalProviders & { deps: ProviderDeps; forms: Record<Provider, () => Fields> };
type Fields = Record<string, string>;

/** The providers' clock is T0, as is the tests'. Each call of a form is one that works. */
export async function startProviders(now: () => Date = () => T0): Promise<Providers> {
  const providers = await startLocalProviders({ now });
  providers.bing.addKey({ apiKey: BING_KEY, sites: [{ url: BING_SITE, isVerified: true }] });
  providers.mcp.addToken(MCP_TOKEN);
  const serviceAccount = providers.google.addServiceAccount({
    properties: [PROPERTY],
    sites: [GSC_SITE, "https://www.example.com/"],
    keyPair: rsaKey(0),
  });
  const google = { credentialKind: "service_account", serviceAccount };
  return {
    ...providers,
    deps: {
      operatorFetch: createOutboundFetch({ trust: "operator" }),
      publicFetch: createOutboundFetch({ trust: "public", allowLoopback: true }),
      allowLoopback: true,
      endpoints: providers.endpoints,
      now,
    },
    forms: {
      GA4: () => ({ propertyId: PROPERTY, ...google }),
      GSC: () => ({ siteUrl: GSC_SITE, ...google }),
      BING: () => ({ siteUrl: BING_SITE, apiKey: BING_KEY }),
      MCP: () => ({
        endpoint: providers.mcpUrl,
        credentialKind: "bearer",
        token: MCP_TOKEN,
        timeoutSeconds: "2",
      }),
    },
  };
}

let stores = 0;

/** An installed store of its own. */
export async function newStore(db: Db, providers: Pick<Providers, "deps">): Promise<ConnectionContext> {
  stores += 1;
  const shopDomain = `connections-${stores}-${db.engine}.myshopify.com`;
  const { id } = await db.store.create({ data: { shopDomain, onboardingFlags: {}, installedAt: T0 } });
  return {
    db,
    storeId: id,
    keys: TEST_KEYS,
    deps: providers.deps,
    ianaTimezone: "UTC",
    actor: ACTOR,
    now: T0,
  };
}

/** Presses a button of a provider's form. */
export function submit(context: ConnectionContext, provider: Provider, intent: string, fields: Fields = {}) {
  const form = new FormData();
  for (const [name, value] of Object.entries({ intent, ...fields })) form.set(name, value);
  return submitConnectionForm(context, provider, form);
}
