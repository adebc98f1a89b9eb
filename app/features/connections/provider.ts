/** The services that a merchant connects, in the order in which they are shown. */
export const PROVIDERS = ["GA4", "GSC", "BING", "MCP"] as const;
export type Provider = (typeof PROVIDERS)[number];

export const PROVIDER_NAMES: Record<Provider, string> = {
  GA4: "Google Analytics 4",
  GSC: "Google Search Console",
  BING: "Bing Webmaster Tools",
  MCP: "MCP server",
};

/** A provider as addresses name it. */
export function connectionUrl(provider: Provider, form?: "replace" | "rotate"): string {
  return `/app/settings/connections/${provider.toLowerCase()}${form ? `?form=${form}` : ""}`;
}

export function providerOf(segment: string | undefined): Provider | null {
  return PROVIDERS.find((provider) => provider.toLowerCase() === segment) ?? null;
}
