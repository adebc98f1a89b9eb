import type { BodyInit as UndiciBody } from "undici";
import { OutboundError } from "./outbound-error.server";
import { parseUrl } from "./parse-url";

/** What a caller of fetch asked for, in a form that can be sent again after a redirect. */
export type OutboundRequest = {
  url: URL;
  method: string;
  headers: Headers;
  redirect: RequestRedirect;
  signal: AbortSignal | null;
  /** The bytes; or the stream they come from, which can be read once. */
  body: () => Promise<UndiciBody | null>;
  /** False for a stream. */
  isReplayable: boolean;
};

/**
 * The arguments of fetch, whichever realm's Request and FormData they hold: undici's package knows only its own.
 * @throws {OutboundError} URL_REFUSED for no URL, a Host of the caller's, and headers that cannot be sent
 */
export function outboundRequest(input: RequestInfo | URL, init: RequestInit = {}): OutboundRequest {
  const given = isRequest(input) ? input : undefined;
  const url = parsed(isRequest(input) ? input.url : input.toString());
  const headers = sendableHeaders(init.headers ?? given?.headers);
  const { body, isReplayable } = packed(init.body ?? given, headers);
  return {
    url,
    method: (init.method ?? given?.method ?? "GET").toUpperCase(),
    headers,
    redirect: init.redirect ?? given?.redirect ?? "follow",
    signal: init.signal === undefined ? (given?.signal ?? null) : init.signal,
    body,
    isReplayable,
  };
}

/**
 * The request that an answer redirects to, or null when it does not (https://fetch.spec.whatwg.org/#http-redirect-fetch).
 * @throws {OutboundError} REDIRECT_REFUSED when it leads out of the origin, or would need a stream twice
 */
export function afterRedirect(
  request: OutboundRequest,
  status: number,
  location: string | null,
): OutboundRequest | null {
  if (![301, 302, 303, 307, 308].includes(status) || location === null) return null;
  const host = request.url.hostname;
  const refuse = (message: string) => new OutboundError("REDIRECT_REFUSED", message);
  const url = parseUrl(location, request.url);
  if (!url) throw refuse(`${host} redirects to an address that is none.`);
  if (url.origin !== request.url.origin)
    throw refuse(
      `${host} redirects to another server, and Backroom does not follow. Enter the final address.`,
    );
  const { method } = request;
  const becomesGet = status === 303 ? !["GET", "HEAD"].includes(method) : status < 303 && method === "POST";
  if (becomesGet)
    return { ...request, url, method: "GET", headers: withoutBody(request.headers), ...NO_BODY };
  if (!request.isReplayable) throw refuse(`${host} redirects a request that cannot be sent twice.`);
  return { ...request, url };
}

const NO_BODY = { body: () => Promise.resolve(null), isReplayable: true };

/** The parser's own error would repeat the whole address. */
function parsed(url: string): URL {
  const address = parseUrl(url);
  if (address) return address;
  throw new OutboundError("URL_REFUSED", "Enter a full web address, such as https://example.com.");
}

function sendableHeaders(given: HeadersInit | undefined): Headers {
  let headers: Headers;
  try {
    headers = new Headers(given);
  } catch {
    // Not kept as a cause: it would repeat the value, which may be a token with a line break in it.
    throw new OutboundError(
      "URL_REFUSED",
      "A header of the request contains characters that cannot be sent.",
    );
  }
  if (headers.has("host"))
    throw new OutboundError("URL_REFUSED", "A request must not name another host than its address does.");
  return headers;
}

function packed(
  given: BodyInit | Request | null | undefined,
  headers: Headers,
): Pick<OutboundRequest, "body" | "isReplayable"> {
  if (given == null) return NO_BODY;
  if (given instanceof ReadableStream || Symbol.asyncIterator in Object(given))
    return { body: async () => given as UndiciBody, isReplayable: false };
  if (isRequest(given)) return given.body ? replayable(given.arrayBuffer.bind(given)) : NO_BODY;
  const response = new Response(given);
  const type = response.headers.get("content-type");
  if (type && !headers.has("content-type")) headers.set("content-type", type);
  return replayable(() => response.arrayBuffer());
}

function replayable(read: () => Promise<ArrayBuffer>): Pick<OutboundRequest, "body" | "isReplayable"> {
  let bytes: Promise<ArrayBuffer> | undefined;
  return { body: async () => new Uint8Array(await (bytes ??= read())), isReplayable: true };
}

const isRequest = (given: object | string): given is Request =>
  typeof given === "object" && "arrayBuffer" in given && "url" in given;

function withoutBody(headers: Headers): Headers {
  const kept = new Headers(headers);
  for (const name of [
    "content-encoding",
    "content-language",
    "content-location",
    "content-type",
    "content-length",
  ])
    kept.delete(name);
  return kept;
}
