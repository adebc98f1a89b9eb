/**
 * The way out for requests whose URL somebody typed in: a fetch that reaches only what it may (outbound-address), stays
 * with the origin that was asked for, and ends (outbound-exchange). It reads no proxy variables, and speaks HTTP/1.1.
 */
import type { LookupFunction } from "node:net";
import { Agent, fetch as undiciFetch, type Response as UndiciResponse } from "undici";
import { AnswerBudget, AnswerMeter, isEventStream, type AnswerLimits } from "./answer-meter.server";
import { guardedLookup, refusalOf, type Reach } from "./outbound-address.server";
import { OutboundError, tooLarge } from "./outbound-error.server";
import { Exchange, limitedBody } from "./outbound-exchange.server";
import { afterRedirect, outboundRequest, type OutboundRequest } from "./outbound-request.server";
import { parseUrl } from "./parse-url";

export { OutboundError } from "./outbound-error.server";

/** How much of the network a request may reach. */
export type OutboundOptions = Reach & {
  /** bytes of a decompressed body; default 5 MiB */
  maxBytes?: number;
  /** Of what a JSON answer or an event stream may consist; default by trust */
  limits?: Omit<AnswerLimits, "bytes">;
  /** milliseconds for the whole exchange including redirects and the body; default 10_000 */
  timeoutMs?: number;
  /** How names are resolved; `dns.lookup`. Its answers are checked all the same. */
  lookup?: LookupFunction;
  /** Certificate authorities to trust instead of the system's, in PEM. */
  ca?: string;
};

const DEFAULT_MAX_BYTES = 5 * 1024 * 1024;
/** 25,000 rows of Search Console are some 300,000 values. */
const DEFAULT_LIMITS = {
  public: { values: 100_000, depth: 100, lines: 2_000 },
  operator: { values: 500_000, depth: 100, lines: 2_000 },
};
const DEFAULT_TIMEOUT_MS = 10_000;
const MAX_REDIRECTS = 3;

/**
 * A fetch with the guard built in. Redirects are followed within the origin only, at most three; `redirect: "manual"`
 * hands one back instead, if it stays within the origin. A body that is never read is closed at the deadline.
 * @throws {OutboundError} from the call, or from reading the body. Only a caller's own abort surfaces as its reason.
 */
export function createOutboundFetch(options: OutboundOptions): typeof fetch {
  const {
    maxBytes = DEFAULT_MAX_BYTES,
    limits = DEFAULT_LIMITS[options.trust],
    timeoutMs = DEFAULT_TIMEOUT_MS,
  } = options;
  return async (input, init) => {
    const request = outboundRequest(input, init);
    const exchange = new Exchange(request.url.hostname, timeoutMs, request.signal);
    try {
      const { response, url, redirected } = await follow(request, exchange, options);
      return guardedResponse(response, {
        exchange,
        limits: { ...limits, bytes: maxBytes },
        url,
        redirected,
        method: request.method,
      });
    } catch (error) {
      const reason = exchange.explain(error);
      exchange.fail(reason);
      throw reason;
    }
  };
}

/** For a form: the sentence to show beside the field, or null. Names are not resolved here; each request does it. */
export function refusalOfUrl(
  url: string,
  options: Pick<OutboundOptions, "trust" | "allowLoopback">,
): string | null {
  const parsed = parseUrl(url);
  if (!parsed) return "Enter a full web address, such as https://example.com.";
  return refusalOf(parsed, options)?.message ?? null;
}

/** Closes every connection, in the middle of an answer if need be. A later fetch opens new ones. */
export async function closeOutbound(): Promise<void> {
  await Promise.all(agents.splice(0).map(({ agent }) => agent.destroy()));
}

type Answer = { response: UndiciResponse; url: URL; redirected: boolean };

async function follow(first: OutboundRequest, exchange: Exchange, options: OutboundOptions): Promise<Answer> {
  let request = first;
  for (let followed = 0; ; followed++) {
    const refusal = refusalOf(request.url, options);
    if (refusal) throw refusal;
    const response = await send(request, exchange, options);
    const next = afterRedirect(request, response.status, response.headers.get("location"));
    if (!next || request.redirect === "manual")
      return { response, url: request.url, redirected: followed > 0 };
    await response.body?.cancel();
    if (request.redirect === "error" || followed === MAX_REDIRECTS)
      throw new OutboundError("REDIRECT_REFUSED", `${exchange.host} redirects instead of answering.`);
    request = next;
  }
}

async function send(
  request: OutboundRequest,
  exchange: Exchange,
  options: OutboundOptions,
): Promise<UndiciResponse> {
  const body = await exchange.unlessEnded(request.body());
  return undiciFetch(request.url, {
    method: request.method,
    headers: [...request.headers],
    ...(body == null ? {} : { body, duplex: "half" as const }),
    redirect: "manual",
    signal: exchange.signal,
    dispatcher: agentFor(options),
  });
}

type Exchanged = {
  exchange: Exchange;
  limits: AnswerLimits;
  url: URL;
  redirected: boolean;
  method: string;
};

/** undici's answer as the global Response that callers know, its body under watch. */
function guardedResponse(
  { status, statusText, headers, body }: UndiciResponse,
  { exchange, limits, url, redirected, method }: Exchanged,
): Response {
  const isEmpty = !body || method === "HEAD" || [204, 205, 304].includes(status);
  if (!isEmpty && !headers.has("content-encoding") && Number(headers.get("content-length")) > limits.bytes)
    throw tooLarge(exchange.host);
  if (status > 599)
    throw new OutboundError("NETWORK", `${exchange.host} answered in a way that could not be understood.`);
  // Nobody will read what follows the headers, if a server sends it all the same (205).
  if (isEmpty) exchange.fail(new DOMException("The answer has no body.", "AbortError"));
  const meter = new AnswerMeter(
    new AnswerBudget(exchange.host, limits),
    isEventStream(headers.get("content-type")),
  );
  const response = new Response(
    isEmpty ? null : limitedBody(body as ReadableStream<Uint8Array>, exchange, meter),
    {
      status,
      statusText: /^[\t\x20-\x7e\x80-\xff]*$/.test(statusText) ? statusText : "",
      headers: [...headers],
    },
  );
  return Object.defineProperties(response, { url: { value: url.href }, redirected: { value: redirected } });
}

type AgentKey = Pick<OutboundOptions, "trust" | "allowLoopback" | "maxBytes" | "lookup" | "ca">;
const agents: { key: AgentKey; agent: Agent }[] = [];

/** One agent per set of options that its connections depend on; a connection of one is never lent to another. */
function agentFor({ trust, allowLoopback = false, maxBytes, lookup, ca }: OutboundOptions): Agent {
  const key: AgentKey = { trust, allowLoopback, maxBytes, lookup, ca };
  const isSame = (other: AgentKey) =>
    (Object.keys(key) as (keyof AgentKey)[]).every((name) => key[name] === other[name]);
  const existing = agents.find((entry) => isSame(entry.key));
  if (existing) return existing.agent;
  // A shop's server is asked now and then: no use in holding its connection.
  const keepAliveTimeout = trust === "public" ? 1_000 : 10_000;
  const agent = new Agent({
    connect: {
      lookup: guardedLookup({ trust, allowLoopback }, lookup),
      timeout: 10_000,
      ...(ca ? { ca } : {}),
    },
    allowH2: false,
    keepAliveTimeout,
    keepAliveMaxTimeout: keepAliveTimeout,
    // The deadline is the exchange's.
    headersTimeout: 0,
    bodyTimeout: 0,
    // Compressed bytes may decompress to nothing for ever; headers are undici's 16 KiB.
    maxResponseSize: 2 * (maxBytes ?? DEFAULT_MAX_BYTES) + 1024,
  });
  agents.push({ key, agent });
  return agent;
}
