import { parseUrl } from "~/platform/http/parse-url";
/** Shopify's library redirects to any address in the query of two of its pages. Here only the app's and Shopify's pass. */

/** The library's pages that we use, and the parameter that says where each leads. */
const TARGETS: Record<string, string> = {
  "/auth/session-token": "shopify-reload",
  "/auth/exit-iframe": "exitIframe",
};

/**
 * The request with its target as an absolute URL; null when the target is another site, or the page is neither of the two.
 */
export function withOwnTarget(request: Request, appUrl: string): Request | null {
  const url = new URL(request.url);
  const name = TARGETS[url.pathname];
  if (!name) return null;
  const given = url.searchParams.getAll(name);
  if (given.length === 0) return request;
  const target = given.length === 1 && targetOf(given[0]!, appUrl);
  if (!target || (name === "shopify-reload" && target.origin !== new URL(appUrl).origin)) return null;
  url.searchParams.set(name, target.href);
  return new Request(url, request);
}

/** As a browser would read it: "//", "/\" and a user name lead elsewhere than they look. */
function targetOf(value: string, appUrl: string): URL | null {
  const target = parseUrl(value, appUrl);
  if (!target || target.username || target.password) return null;
  if (target.origin === new URL(appUrl).origin) return target;
  const ofShopify = /^(?:admin\.shopify\.com|[a-z0-9][a-z0-9-]*\.myshopify\.com)$/.test(target.host);
  return target.protocol === "https:" && ofShopify ? target : null;
}
