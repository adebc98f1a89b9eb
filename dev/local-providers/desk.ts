/**
 * The demo's accounts at the local providers: what the seed has stored is known there, and a developer finds here what to
 * paste into the app's forms, and how to make a provider fail.
 */
import { randomBytes } from "node:crypto";
import { PROVIDERS, type Provider } from "~/features/connections/provider";
import { seededCredential } from "../../prisma/seed/secrets";
import { breakProvider, type TroubleName } from "./desk-troubles";
import { MCP_PATHS } from "./mcp";
import type { LocalProviders } from "./server";

/** Under the name that the field has in the app's form */
export type Handout = {
  label: string;
  value: string;
  note?: string;
  /** What the app must never show again */
  secret?: true;
};

export type ProviderDesk = {
  handout: (provider: Provider) => Handout[];
  /** Makes new keys, as for a rotation; those handed out before stay good */
  renew: (provider: Provider) => void;
  trouble: (provider: Provider) => TroubleName | null;
  setTrouble: (provider: Provider, name: TroubleName | null) => void;
};

export const GA4_PROPERTY = "412345678";
export const GSC_SITE = "sc-domain:fernhill.example.com";
export const BING_SITE = "https://fernhill.example.com/";
const BING_UNVERIFIED = "https://blog.fernhill.example.com/";

/** Of Bing alone the seed's key is unknown: it was revoked the day before, which the seeded store shows. */
export function openDesk(providers: LocalProviders, shop: string): ProviderDesk {
  const rights = { properties: [GA4_PROPERTY], sites: [GSC_SITE, "https://shop.fernhill.example.com/"] };
  const troubles = new Map<Provider, TroubleName>();
  let made = 0;

  const makers: Record<Provider, () => Handout[]> = {
    GA4: () => [{ label: "Property ID", value: GA4_PROPERTY }, ...googleHandout()],
    GSC: () => [...googleHandout(), { label: "Property", value: GSC_SITE }],
    BING: () => {
      const apiKey = randomBytes(16).toString("hex");
      const sites = [
        { url: BING_SITE, isVerified: true },
        { url: BING_UNVERIFIED, isVerified: false },
      ];
      providers.bing.addKey({ apiKey, sites });
      return [
        { label: "API key", value: apiKey, secret: true },
        { label: "Site", value: BING_SITE },
      ];
    },
    MCP: () => {
      const token = `mcp_${randomBytes(16).toString("hex")}`;
      providers.mcp.addToken(token);
      const notes = ["speaks every revision", "only revision 2026-07-28", "only the revisions before it"];
      const addresses = MCP_PATHS.map((path, i) => ({
        label: "Server address",
        value: providers.origin + path,
        note: notes[i],
      }));
      return [...addresses, { label: "Token", value: token, secret: true }];
    },
  };

  function googleHandout(): Handout[] {
    const grant = {
      clientId: `backroom-${(made += 1)}.apps.googleusercontent.com`,
      clientSecret: `GOCSPX-${randomBytes(14).toString("hex")}`,
      refreshToken: `1//${randomBytes(24).toString("hex")}`,
    };
    providers.google.addGrant({ ...grant, ...rights });
    const file = providers.google.addServiceAccount(rights);
    return [
      { label: "Service account's JSON key", value: file, secret: true },
      { label: "Client ID", value: grant.clientId, note: "or with OAuth" },
      { label: "Client secret", value: grant.clientSecret, secret: true },
      { label: "Refresh token", value: grant.refreshToken, secret: true },
    ];
  }

  acceptSeeded(providers, shop, rights);
  const handouts = new Map(PROVIDERS.map((provider) => [provider, makers[provider]()]));
  return {
    handout: (provider) => handouts.get(provider)!,
    renew: (provider) => void handouts.set(provider, makers[provider]()),
    trouble: (provider) => troubles.get(provider) ?? null,
    setTrouble: (provider, name) => {
      breakProvider(providers, provider, name);
      if (name) troubles.set(provider, name);
      else troubles.delete(provider);
    },
  };
}

function acceptSeeded(
  { google, mcp }: LocalProviders,
  shop: string,
  rights: { properties: string[]; sites: string[] },
) {
  for (const provider of ["GA4", "GSC", "MCP"] as const) {
    const credential = seededCredential(shop, provider);
    if (credential.kind === "oauth") google.addGrant({ ...credential, ...rights });
    if (credential.kind === "bearer") mcp.addToken(credential.token);
  }
}
