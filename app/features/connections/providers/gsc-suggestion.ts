import { parseUrl } from "~/platform/http/parse-url";
type Site = { siteUrl: string; permissionLevel: string };

/**
 * The property that somebody probably meant: of the same host, with another protocol or www, or the domain that covers
 * it. Only one that the account may really read.
 */
export function likelySite(siteUrl: string, sites: Site[]): string | undefined {
  const wanted = hostOf(siteUrl);
  return sites
    .filter((site) => site.permissionLevel !== "siteUnverifiedUser" && site.siteUrl !== siteUrl)
    .map((site) => ({ site: site.siteUrl, likeness: likeness(site.siteUrl, wanted) }))
    .filter(({ likeness }) => likeness > 0)
    .sort((a, b) => b.likeness - a.likeness || (a.site < b.site ? -1 : 1))[0]?.site;
}

/** The host without www, of either form of property. */
function hostOf(siteUrl: string): string {
  const host = siteUrl.startsWith("sc-domain:") ? siteUrl.slice("sc-domain:".length) : hostOfUrl(siteUrl);
  return host.replace(/^www\./, "");
}

function hostOfUrl(siteUrl: string): string {
  return parseUrl(siteUrl)?.hostname ?? "";
}

function likeness(candidate: string, wanted: string): number {
  const host = hostOf(candidate);
  if (!host) return 0;
  const isDomain = candidate.startsWith("sc-domain:");
  if (host === wanted) return isDomain ? 4 : 3;
  if (isDomain && wanted.endsWith(`.${host}`)) return 2;
  return host.endsWith(`.${wanted}`) ? 1 : 0;
}
