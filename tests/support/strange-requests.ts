/** Requests that honest clients do not send, as bytes for a socket: methods, targets, headers, queries and bodies. */
import { createHmac } from "node:crypto";
import { type Random, STRANGE_TEXTS, strangeJson } from "./strange-values";

export type StrangeRequest = { bytes: Buffer; about: string };
export type Known = {
  /** Paths of pages and resources, with ids that exist in some */
  paths: string[];
  /** Static files that exist */
  files: string[];
  /** Remix' names of routes, for ?_data= */
  routes: string[];
  /** A session token that is good */
  token: string;
  shop: string;
  host: string;
  cronSecret: string;
  webhookSecret: string;
};

const METHODS = [
  "GET",
  "GET",
  "GET",
  "HEAD",
  "POST",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
  "PROPFIND",
  "TRACE",
  "QUERY",
];

const FIELDS = [
  ...["intent", "ids", "days", "note", "id", "status", "topic", "webhookId", "confirmed", "reminderDays"],
  ...[
    "credentialKind",
    "provider",
    "siteUrl",
    "propertyId",
    "endpoint",
    "allowedTools",
    "timeoutMs",
    "token",
    "key",
  ],
  ...["apiKey", "keyFile", "version", "highValueMinor", "agingHours"],
];
const QUERY = [
  ...[
    "status",
    "severity",
    "rule",
    "q",
    "after",
    "before",
    "topic",
    "range",
    "shop",
    "host",
    "embedded",
    "id_token",
  ],
  ...[
    "_data",
    "index",
    "p",
    "exitIframe",
    "shopify-reload",
    "session",
    "dryRun",
    "budgetMs",
    "hmac",
    "code",
    "state",
  ],
  ...["_routes", "version", "timestamp", "locale", "path", "returnTo"],
];
const KNOWN_VALUES = [
  ...[
    "resolve",
    "snooze",
    "reopen",
    "note",
    "replay",
    "dismiss",
    "check",
    "repair",
    "send-test",
    "dismiss-guide",
  ],
  ...[
    "thresholds",
    "handed-over",
    "test",
    "disconnect",
    "connect",
    "remind",
    "save",
    "yes",
    "1",
    "7",
    "ATTENTION",
    "DEAD",
  ],
  ...[
    "HIGH",
    "orders/create",
    "30d",
    "today",
    "2026-01-01T00:00:00.000Z_abc",
    "MjAyNi0wMS0wMVQwMDowMDowMC4wMDBaLGE",
    "none",
  ],
];

/** By the name of each header, what is to be sent in it. */
const HEADERS: Record<string, readonly string[]> = {
  Accept: ["*/*", "text/html", "", "\xff", "a/b;q=9e999", ",".repeat(500)],
  "Accept-Encoding": ["gzip", "br;q=NaN", "identity;q=0", "*;q=0", "x".repeat(2_000)],
  "Accept-Language": ["de-CH", "xx-invalid-locale-!!", "*", "\xe4", "en;q=-1"],
  Authorization: [
    "Bearer",
    "Bearer ",
    "Basic =",
    "Bearer a.b.c",
    "Digest x",
    "\xff\xfe",
    "Bearer ..",
    "Bearer " + "a".repeat(5_000),
  ],
  Connection: ["keep-alive, Upgrade", "close", "x", "Content-Length"],
  "Content-Encoding": ["gzip", "br", "nonsense"],
  "Content-Type": [
    ...[
      "multipart/form-data",
      "multipart/form-data; boundary=",
      "multipart/form-data; boundary=x",
      "multipart/mixed; boundary=y",
    ],
    ...[
      "application/json",
      "application/x-www-form-urlencoded; charset=utf-16",
      "text/plain; charset=\xff",
      "a",
      "",
      "/;=",
      "text/x-script",
    ],
  ],
  Cookie: ["__session=x", "a", "=;=;=", "%", "__session=%E0%A4%A", "a=".repeat(2_000)],
  Expect: ["100-continue", "200-ok", ""],
  Forwarded: ["for=_x;host=evil", "\xff"],
  "If-Match": ["*", '"x"', "W/"],
  "If-Modified-Since": [
    "0",
    "Thu, 01 Jan 0000 00:00:00 GMT",
    "yesterday",
    "\xff",
    "Fri, 31 Dec 99999 23:59:59 GMT",
  ],
  "If-None-Match": ["*", 'W/"', '"a", "b"', "x".repeat(2_000)],
  "If-Range": ["x", "Thu, 01 Jan 1970 00:00:00 GMT"],
  "If-Unmodified-Since": ["Thu, 01 Jan 1970 00:00:00 GMT", "x"],
  Origin: ["null", "https://evil.example", "http://", "\xe9", "https://desk.backroom.test:99999", "file://"],
  Range: [
    "bytes=0-0",
    "bytes=999999999-",
    "bytes=-0",
    "bytes=5-2",
    "items=0-1",
    "bytes=0-,1-,2-",
    `bytes=${"0-0,".repeat(500)}`,
    "bytes=x",
  ],
  Referer: ["https://evil.example/\xff", "x", "javascript:1"],
  "Sec-Fetch-Dest": ["iframe", "document", "\xff"],
  "Sec-Purpose": ["prefetch"],
  "Transfer-Encoding": ["gzip", "chunked, chunked", "identity", "x"],
  Upgrade: ["websocket", "h2c", "\xff"],
  "User-Agent": ["", "Googlebot", "\xff", "Shopify Mobile/iOS/9.9 (iPhone)", "x".repeat(4_000)],
  "X-Forwarded-For": ["x", "::1, 1", "\xff"],
  "X-Forwarded-Host": ["a@b", "evil.example:99999", "[::1", "a, b", "x".repeat(300)],
  "X-Forwarded-Port": ["0", "99999", "x"],
  "X-Forwarded-Proto": ["b a d", "javascript", "https,http", "\xff"],
  "X-HTTP-Method-Override": ["DELETE", "TRACE"],
  "X-Request-Id": ["x", '"}{"', "\xff", "a".repeat(200)],
  "X-Remix-Response": ["yes"],
  "X-Shopify-Bounce": ["1"],
};

const TARGETS = [
  ...[
    "*",
    "http://evil.example/healthz",
    "evil.example:443",
    "//evil.example/app",
    "///",
    "/\\evil.example",
    "/..",
    "/../../etc/passwd",
  ],
  ...[
    "/app/../../x",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/build/%2e%2e/%2e%2e/package.json",
    "/%ff",
    "/%00",
    "/%",
    "/%E0%A4%A",
    "/%u0041",
  ],
  ...[
    "/app/%F0%9F%98%80",
    "/app/orders/%0d%0aX:%20y",
    "/" + "a".repeat(9_000),
    "/" + "a/".repeat(2_000),
    "/" + "%2f".repeat(1_000),
  ],
  ...[
    "/app;x=1",
    "/app/.",
    "/app//orders",
    "//",
    "/?",
    "/#x",
    "/app#",
    "/.git/config",
    "/favicon.svg/",
    "/build",
    "/build/",
    "/build/_assets",
  ],
  ...[
    "/__manifest?p=/app&version=1",
    "/__manifest?p=%ff",
    "/_root.data",
    "/app.data",
    "/app/orders.data?_routes=x",
    "/app/\x7f",
    "/app/\xff",
  ],
  ...[
    "/metrics/",
    "/healthz/x",
    "/webhooks/x",
    "/webhooks%2f",
    "/WEBHOOKS",
    "/app/webhooks/" + "x".repeat(3_000),
    "/cron/",
    "/cron/inbox/..",
  ],
];

const percent = (text: string) =>
  Buffer.from(text, "utf8").reduce((all, byte) => `${all}%${byte.toString(16).padStart(2, "0")}`, "");

export function strangeRequest(random: Random, known: Known): StrangeRequest {
  const { pick, below } = random;
  const text = () => (below(2) ? pick(STRANGE_TEXTS) : pick(KNOWN_VALUES));
  const method = pick(METHODS);
  const headers: string[] = [
    `Host: ${below(15) ? known.host : pick(["", "a@b", "a:b", "x/y", "[::1]", "\xff", "a".repeat(300)])}`,
  ];
  let body: Buffer = Buffer.alloc(0);

  let target = below(6) ? pick(known.paths) : below(2) ? pick(TARGETS) : pick(known.files);
  if (!below(10)) target += `/${percent(text())}`;
  const query = Array.from({ length: below(4) }, () => `${pick(QUERY)}=${percent(text())}`);
  if (!below(4)) query.push(`_data=${percent(below(4) ? pick(known.routes) : text())}`);
  if (!below(12))
    query.push(pick(["index", "index&index", "=", "&&", "%zz=1", "a[]=1&a[]=2", "_data", "\xff=\xff"]));
  if (query.length) target += `${target.includes("?") ? "&" : "?"}${query.join("&")}`;
  // Most of it as a merchant's browser, or nothing but the sign-in would be tried.
  if (below(4))
    headers.push(`Authorization: Bearer ${/^.cron/.test(target) ? known.cronSecret : known.token}`);
  if (below(3)) headers.push("User-Agent: Mozilla/5.0");
  for (let i = below(4); i > 0; i--) {
    const name = pick(Object.keys(HEADERS));
    headers.push(`${name}: ${pick(HEADERS[name]!)}`);
  }
  if (/^P/.test(method) || !below(6)) {
    const [type, bytes] = strangeBody(random, text);
    if (type && below(8)) headers.push(`Content-Type: ${type}`);
    body = bytes;
    if (below(10)) headers.push(`Content-Length: ${body.length}`);
    else if (below(2)) {
      headers.push("Transfer-Encoding: chunked");
      body = Buffer.concat([
        Buffer.from(`${body.length.toString(16)}\r\n`),
        body,
        Buffer.from("\r\n0\r\n\r\n"),
      ]);
    } else
      headers.push(
        pick([
          "Content-Length: -1",
          "Content-Length: 1e3",
          "Content-Length: 5, 6",
          "Content-Length: 99999999999999",
        ]),
      );
  }
  const head = `${method} ${target} HTTP/1.${below(20) ? 1 : 0}\r\n${headers.join("\r\n")}\r\nConnection: close\r\n\r\n`;
  return {
    bytes: Buffer.concat([Buffer.from(head, "latin1"), body]),
    about: head.slice(0, 1_500) + body.toString("latin1").slice(0, 500),
  };
}

function strangeBody(random: Random, text: () => string): [string, Buffer] {
  const { pick, below } = random;
  const fields = Array.from({ length: below(6) }, () => [below(5) ? pick(FIELDS) : text(), text()] as const);
  switch (below(5)) {
    case 0:
      return ["application/json", Buffer.from(JSON.stringify(strangeJson(random)))];
    case 1: {
      const parts = fields.map(
        ([name, value]) =>
          `--x\r\nContent-Disposition: form-data; name="${name.replaceAll('"', "")}"${below(3) ? "" : `; filename="${pick(["a", "../a", "\0"])}"`}\r\n\r\n${value}\r\n`,
      );
      return [
        "multipart/form-data; boundary=x",
        Buffer.from(parts.join("") + pick(["--x--\r\n", "--x", ""])),
      ];
    }
    case 2:
      return [
        "application/x-www-form-urlencoded",
        Buffer.from(
          pick(["%", "%zz=%ff", "=&=&=", "a".repeat(200_000), "&".repeat(5_000), "\xff\xfe"]),
          "latin1",
        ),
      ];
    default:
      return [
        "application/x-www-form-urlencoded",
        Buffer.from(fields.map(([name, value]) => `${percent(name)}=${percent(value)}`).join("&")),
      ];
  }
}

/** A delivery with Shopify's signature, over a body that Shopify does not send. */
export function strangeDelivery(random: Random, known: Known, n: number): StrangeRequest {
  const { pick, below } = random;
  const body = pick<() => Buffer>([
    () => Buffer.from(JSON.stringify(strangeJson(random))),
    () => Buffer.from(JSON.stringify({ [pick(STRANGE_TEXTS)]: strangeJson(random) })),
    () =>
      Buffer.from(
        `{"id":${pick(["1e5", "-0", "1E400", "1.0", "00", "+1", "0x1", "9".repeat(500), "NaN", "1e-99999", "-1e999"])}}`,
      ),
    () => Buffer.from(`{"a":${"[".repeat(below(300))}${"]".repeat(below(300))}}`),
    () => Buffer.from(`${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`),
    () => Buffer.from(`{"a":1,"a":2,"a":{"a":[]},"":0}`),
    () => Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
    () => Buffer.from(`{"t":"\\ud800","u":"\\u0000","v":"\\udfff\\ud800","\\u0000":"\\ud83d\\ude00"}`),
    () => Buffer.from(`\ufeff{"a":1}`),
    () => Buffer.from(`{"a":"\t\n\u0001"}`),
    () => Buffer.from(`{"a":1}{"b":2}`),
    () => Buffer.from(`{"a":'1',}`),
    () => Buffer.from(`{"created_at":"${pick(STRANGE_TEXTS).replace(/["\\\r\n\0]/g, "")}"}`),
    () => Buffer.from(`{"${"k".repeat(100_000)}":{}}`),
    () => Buffer.from("{}  \0"),
  ])();
  const odd = (good: string) =>
    below(8)
      ? good
      : pick(STRANGE_TEXTS)
          .replace(/[^\x20-\x7e]/g, "?")
          .slice(0, 3_000);
  const head = [
    "POST /webhooks HTTP/1.1",
    `Host: ${known.host}`,
    `X-Shopify-Hmac-Sha256: ${createHmac("sha256", known.webhookSecret).update(body).digest("base64")}`,
    `X-Shopify-Topic: ${odd(pick(["orders/create", "products/update", "shop/update", "unknown/topic", "inventory_levels/update", "app/scopes_update"]))}`,
    `X-Shopify-Shop-Domain: ${odd(pick([known.shop, "never-heard-of.myshopify.com"]))}`,
    `X-Shopify-Webhook-Id: ${odd(`strange-${n}`)}`,
    `X-Shopify-Triggered-At: ${odd("2026-01-01T00:00:00Z")}`,
    `X-Shopify-API-Version: ${odd("2026-07")}`,
    `X-Shopify-Event-Id: ${odd("event")}`,
    `Content-Length: ${body.length}`,
    "Connection: close",
  ].join("\r\n");
  return {
    bytes: Buffer.concat([Buffer.from(`${head}\r\n\r\n`, "latin1"), body]),
    about: `${head}\r\n\r\n${body.toString("latin1").slice(0, 500)}`,
  };
}
