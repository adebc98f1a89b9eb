/**
 * The public address of the app. Shopify's part in production is played by a tunnel in development, and this is it: all
 * goes through as it is, and only HTML is told that App Bridge lives at the local admin, and who may frame it.
 */
import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { pipeline } from "node:stream";
import { htmlRewriter } from "./html-rewriter";

export type TunnelOptions = {
  /** Where the app listens */
  appOrigin: string;
  /** Where the local admin is, known once it listens */
  adminOrigin: () => string;
  apiKey: string;
};

/** Headers of one connection only (RFC 9110 §7.6.1). */
const HOP_BY_HOP = [
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

export function createTunnel(options: TunnelOptions): Server {
  return createServer((req, res) => forward(req, res, options));
}

// what the app answers · 502 the app cannot be reached
function forward(req: IncomingMessage, res: ServerResponse, options: TunnelOptions) {
  const upstream = httpRequest(new URL(options.appOrigin), {
    method: req.method,
    path: req.url,
    headers: requestHeaders(req),
  });
  upstream.on("response", (answer) => answerWith(answer, res, options));
  upstream.on("error", () => {
    if (res.headersSent) return void res.destroy();
    res
      .writeHead(502, { "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store" })
      .end(notUpPage(options));
  });
  res.on("close", () => upstream.destroy());
  req.pipe(upstream);
}

/** The app sees the host that the browser asked for. A document comes uncompressed, because it is going to be rewritten. */
function requestHeaders(req: IncomingMessage): IncomingHttpHeaders {
  const headers = without(req.headers, HOP_BY_HOP);
  if (headers.accept?.includes("text/html")) headers["accept-encoding"] = "identity";
  return {
    ...headers,
    "x-forwarded-for": [req.headers["x-forwarded-for"], req.socket.remoteAddress].filter(Boolean).join(", "),
    "x-forwarded-host": req.headers.host,
    "x-forwarded-proto": "http",
  };
}

function answerWith(answer: IncomingMessage, res: ServerResponse, options: TunnelOptions) {
  const adminOrigin = options.adminOrigin();
  const headers = without(answer.headers, HOP_BY_HOP);
  const isHtml = /^text\/html/.test(headers["content-type"] ?? "") && !headers["content-encoding"];
  if (headers.location) headers.location = localAdminUrl(headers.location, adminOrigin, options.apiKey);
  const policy = headers["content-security-policy"];
  if (policy) headers["content-security-policy"] = allowFraming(String(policy), adminOrigin);
  if (isHtml) {
    delete headers["content-length"];
    delete headers.etag;
    const link = headers.link;
    if (link)
      headers.link = String(link).replaceAll(
        "https://cdn.shopify.com/shopifycloud/app-bridge.js",
        `${adminOrigin}/app-bridge.js`,
      );
  }
  res.writeHead(answer.statusCode ?? 502, headers as Record<string, string>);
  // A client that leaves in the middle is no error worth telling.
  if (isHtml) pipeline(answer, htmlRewriter(adminOrigin), res, () => undefined);
  else pipeline(answer, res, () => undefined);
}

/** `frame-ancestors 'none'` stays: such a page could not be framed by Shopify either. */
export function allowFraming(policy: string, adminOrigin: string): string {
  return policy.replace(
    /frame-ancestors(?! 'none')[^;]*/,
    (directive) => `${directive.trimEnd()} ${adminOrigin}`,
  );
}

/** An address of Shopify's admin as the local admin's: the app's own key is its handle there. */
export function localAdminUrl(url: string, adminOrigin: string, apiKey: string): string {
  return url
    .replace(/^https:\/\/admin\.shopify\.com(?=\/|$)/, adminOrigin)
    .replace(new RegExp(`^(${adminOrigin}/store/[^/]+/apps/)${apiKey}`), "$1backroom");
}

function without(headers: IncomingHttpHeaders, names: string[]): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));
}

function notUpPage({ appOrigin }: TunnelOptions): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta http-equiv="refresh" content="2"><meta name="viewport" content="width=device-width">
<title>The app is not up yet</title>
<body style="font:14px/1.5 system-ui,sans-serif;color:#303030;background:#f1f1f1;display:grid;place-items:center;min-height:90vh;margin:0">
<main style="max-width:26rem;padding:1.5rem;text-align:center"><h1 style="font-size:1.1rem">The app is not up yet</h1>
<p>Nothing answers at ${appOrigin}. This page tries again every two seconds.</p></main>
</body></html>`;
}
