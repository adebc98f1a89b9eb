/** The door in front of everything else: a delivery does not pay for pages' middleware. */
import { randomUUID } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { log } from "~/platform/log.server";
import { countReceived } from "./inbox-metrics.server";
import { answerTo, receive, type Door, type Received } from "./receive.server";

/** How often what was refused is summed up in the log: a line for each would let strangers fill the disk. */
const SUMMARY_MS = 10_000;

const PASS_OVER_MS = 1_000;

/** Serves POST /webhooks and hands everything else to `next`. */
export function webhookEntry(door: () => Door, next: RequestListener): RequestListener {
  const refusals = new RefusalSummary();
  const memory = new BodyMemory();
  return (request, response) => {
    if (!/^\/webhooks\/?(\?|$)/.test(request.url ?? "")) return next(request, response);
    void serve(door(), request, response, { refusals, memory });
  };
}

async function serve(
  door: Door,
  request: IncomingMessage,
  response: ServerResponse,
  { refusals, memory }: { refusals: RefusalSummary; memory: BodyMemory },
) {
  const startedAt = performance.now();
  const requestId = randomUUID();
  const received = await receive(
    {
      method: request.method ?? "",
      header: (name) => request.headers[name] as string | undefined,
      body: (mostBytes) => readRequest(request, response, mostBytes, memory),
    },
    door,
  );
  const { status, headers, text } = answerTo(received);
  if (!request.complete) passOver(request);
  response.writeHead(status, {
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Length": Buffer.byteLength(text),
    "X-Request-Id": requestId,
    ...headers,
  });
  response.end(text);
  const durationMs = Math.round((performance.now() - startedAt) * 10) / 10;
  logReceived(received, { requestId, durationMs }, refusals);
}

/**
 * By events and not as an async iterable, which costs as much again as all the rest of a small request. "close" comes after
 * every end too: an error made for each would cost as much as the signature.
 */
function readRequest(
  request: IncomingMessage,
  response: ServerResponse,
  mostBytes: number,
  memory: BodyMemory,
): Promise<Buffer | "too large" | "no room"> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    const giveUp = (why: "too large" | "no room") => {
      resolve(why);
      memory.release(body);
      chunks = [];
    };
    const body: Body = { size: 0, refuse: () => giveUp("no room") };
    response.once("close", () => memory.release(body));
    request.on("data", (chunk: Buffer) => {
      if (body.size + chunk.length > mostBytes) return giveUp("too large");
      if (memory.hold(body, chunk.length)) chunks.push(chunk);
    });
    request.once("end", () => {
      memory.keep(body);
      resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, body.size));
    });
    request.once("error", reject);
    request.once("close", () => {
      if (!request.complete) reject(new Error("The request was cut off."));
    });
  });
}

type Body = { size: number; refuse: () => void };

/**
 * Limits the memory of all request bodies together, each counted until its request is answered. An unsigned client may send
 * a body without end, so over the limit the largest incomplete body is refused; deliveries of a few kilobytes are not affected.
 */
class BodyMemory {
  #held = 0;
  readonly #coming = new Set<Body>();
  readonly #given = new WeakSet<Body>();

  /** False when `body` has been refused, by this or before. */
  hold(body: Body, bytes: number): boolean {
    if (this.#given.has(body)) return false;
    body.size += bytes;
    this.#held += bytes;
    this.#coming.add(body);
    while (this.#held > MOST_HELD && this.#coming.size) this.#largest().refuse();
    return !this.#given.has(body);
  }

  /** It is whole, and refused no more. */
  keep(body: Body) {
    this.#coming.delete(body);
  }

  release(body: Body) {
    if (this.#given.has(body)) return;
    this.#given.add(body);
    this.#coming.delete(body);
    this.#held -= body.size;
  }

  #largest(): Body {
    let largest: Body | undefined;
    for (const body of this.#coming) if (!largest || body.size > largest.size) largest = body;
    return largest!;
  }
}

/** A dozen of the largest that Shopify sends. */
const MOST_HELD = 64 * 1024 * 1024;

/**
 * Lets the rest of a body go by, for a moment: a sender that is cut off while it writes never sees its answer, and one whose
 * body does not end is cut off then.
 */
function passOver(request: IncomingMessage) {
  const timer = setTimeout(() => request.socket.destroy(), PASS_OVER_MS);
  request.once("end", () => clearTimeout(timer)).once("close", () => clearTimeout(timer));
  request.resume();
}

function logReceived(
  received: Received,
  request: { requestId: string; durationMs: number },
  refusals: RefusalSummary,
) {
  countReceived(received);
  switch (received.outcome) {
    case "accepted":
    case "duplicate": {
      const { outcome, webhookId, topic, shopDomain } = received;
      return log.info({ ...request, webhookId, topic, shop: shopDomain, outcome }, "webhook received");
    }
    case "refused":
      return refusals.add(received.status, received.sentence);
    case "unavailable":
      return log.error(
        { webhookId: received.webhookId, err: received.error },
        "a webhook could not be stored",
      );
  }
}

/** Counts what was refused and why, in our own words only: nothing that a stranger sent gets into the log. */
class RefusalSummary {
  #counts: Record<string, number> = {};
  #timer: NodeJS.Timeout | undefined;

  add(status: number, sentence: string) {
    const reason = `${status} ${sentence}`;
    this.#counts[reason] = (this.#counts[reason] ?? 0) + 1;
    this.#timer ??= setTimeout(() => {
      log.warn({ refused: this.#counts }, "deliveries were refused");
      this.#counts = {};
      this.#timer = undefined;
    }, SUMMARY_MS).unref();
  }
}
