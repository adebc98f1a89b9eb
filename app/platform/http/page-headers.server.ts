/**
 * Headers of everything that a merchant's browser shows. Only the shop that a page belongs to, and Shopify's admin, may
 * frame it; a page without a shop may be framed by nobody
 * (https://shopify.dev/docs/apps/build/security/set-up-iframe-protection).
 */
export function setPageHeaders(request: Request, headers: Headers): void {
  const { pathname, searchParams } = new URL(request.url);
  // The library's own list also names Shopify's internal hosts, and is missing when there is no shop.
  headers.set("Content-Security-Policy", `frame-ancestors ${frameAncestors(searchParams.get("shop"))};`);
  headers.set("X-Content-Type-Options", "nosniff");
  // The address of an embedded page carries a session token.
  headers.set("Referrer-Policy", "no-referrer");
  if (isPrivate(pathname)) headers.set("Cache-Control", "no-store");
}

function frameAncestors(shop: string | null): string {
  return shop && SHOP_DOMAIN.test(shop) ? `https://${shop} https://admin.shopify.com` : "'none'";
}

const SHOP_DOMAIN = /^[a-z0-9][a-z0-9-]{0,60}\.myshopify\.com$/i;

function isPrivate(pathname: string): boolean {
  return /^\/(app|auth)(\/|$)/.test(pathname);
}
