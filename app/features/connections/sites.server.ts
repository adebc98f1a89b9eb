/** What a credential can see, for a merchant to choose from instead of typing. */
import { attempt, type Failure } from "./attempt.server";
import type { Connection } from "./connection";
import { parseCredential, type FieldErrors } from "./connection-form.server";
import type { BingCredential, Credential, GoogleCredential } from "./credential";
import type { Provider } from "./provider";
import { listBingSites } from "./providers/bing.server";
import { listGscSites } from "./providers/gsc.server";
import type { ProviderDeps } from "./providers/provider-client.server";
import { TEST_TIMEOUT_MS } from "./test-connection.server";

export type Site = {
  url: string;
  /** Why choosing it would not work yet */
  note: string | null;
};

export type FoundSites =
  | { outcome: "listed"; sites: Site[] }
  | { outcome: "invalid"; fieldErrors: FieldErrors }
  | { outcome: "failed"; failure: Failure };

/** Search Console and Bing say which sites an account has; the others do not. */
export async function listSites(
  deps: ProviderDeps,
  provider: Provider,
  form: FormData,
  stored: Connection | null,
): Promise<FoundSites> {
  const list = LISTS[provider];
  if (!list) return { outcome: "listed", sites: [] };
  const parsed = parseCredential(provider, form, stored);
  if (!parsed.ok) return { outcome: "invalid", fieldErrors: parsed.fieldErrors };
  const { value: credential } = parsed;
  const found = await attempt(provider, credential, TEST_TIMEOUT_MS, (signal) =>
    list(deps, credential, signal),
  );
  return found.ok ? { outcome: "listed", sites: found.value } : { outcome: "failed", failure: found.failure };
}

const LISTS: Partial<
  Record<Provider, (deps: ProviderDeps, credential: Credential, signal: AbortSignal) => Promise<Site[]>>
> = {
  GSC: async (deps, credential, signal) => {
    const sites = await listGscSites(deps, credential as GoogleCredential, signal);
    return sites.map(({ siteUrl, permissionLevel }) => ({
      url: siteUrl,
      note: permissionLevel === "siteUnverifiedUser" ? "not verified for this account" : null,
    }));
  },
  BING: async (deps, credential, signal) => {
    const sites = await listBingSites(deps, credential as BingCredential, signal);
    return sites.map(({ url, isVerified }) => ({ url, note: isVerified ? null : "not verified in Bing" }));
  },
};
