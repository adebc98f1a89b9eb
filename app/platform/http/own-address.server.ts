/**
 * Remix and Shopify's library compare and build addresses from Host, X-Forwarded-Host and X-Forwarded-Proto. This middleware
 * replaces these headers with the values of SHOPIFY_APP_URL, so that a client cannot choose a route or a link by them.
 */
import type { RequestHandler } from "express";
import { parseUrl } from "./parse-url";

/** No Request can be made of these. */
const REFUSED_METHODS = ["TRACE", "TRACK", "CONNECT"];
const READING_METHODS = ["GET", "HEAD", "OPTIONS"];

/**
 * 400 an address or a host that is none · 403 a form of another site, which Remix would fail on · 405 TRACE
 */
export function ownAddress(appUrl: string): RequestHandler {
  const { host, protocol } = new URL(appUrl);
  return (request, response, next) => {
    const refuse = (status: number, sentence: string) =>
      void response.status(status).type("text").send(`${sentence}\n`);
    const { headers, method, originalUrl } = request;
    if (REFUSED_METHODS.includes(method)) {
      response.setHeader("Allow", "GET, HEAD, POST, OPTIONS");
      return refuse(405, "This address takes no such request.");
    }
    if (!isAddress(originalUrl) || ![headers.host, forwarded(headers["x-forwarded-host"])].every(isHost))
      return refuse(400, "This address is malformed.");
    if (!READING_METHODS.includes(method) && headers.origin !== undefined && hostOf(headers.origin) !== host)
      return refuse(
        403,
        "This form comes from another site. Open the app in the Shopify admin and send it there.",
      );
    headers.host = host;
    headers["x-forwarded-proto"] = protocol.slice(0, -1);
    delete headers["x-forwarded-host"];
    next();
  };
}

/** A path, no whole URL, without what no browser sends: an escape that is none, a NUL (Postgres stores none). */
function isAddress(url: string): boolean {
  if (!url.startsWith("/") || /%00|%(?![0-9a-f]{2})/i.test(url)) return false;
  try {
    decodeURIComponent(url.split("?", 1)[0]!);
    return true;
  } catch {
    return false;
  }
}

/** A name or an address, with a port or without; HTTP/1.0 knows requests without one. */
function isHost(value: string | undefined): boolean {
  return value === undefined || /^(?:[\w-][\w.-]{0,252}|\[[\da-f:.]{2,45}\])(?::\d{1,5})?$/i.test(value);
}

/** Of a chain of proxies, what the first one says. */
function forwarded(value: string | string[] | undefined): string | undefined {
  return value === undefined ? undefined : String(value).split(",", 1)[0]!.trim();
}

function hostOf(origin: string): string | undefined {
  return parseUrl(origin)?.host;
}
