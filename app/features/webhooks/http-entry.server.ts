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
  return (request, response) => {
    if (!/^\/webhooks\/?(\?|$)/.test(request.url ?? "")) return next(request, response);
    void serve(door(), request, response, refusals);
  };
}

async function serve(
  door: Door,
  request: IncomingMessage,
  response: ServerResponse,
  refusals: RefusalSummary,
) {
  const startedAt = performance.now();
  const requestId = randomUUID();
  const received = await receive(
    {
      method: request.method ?? "",
      header: (name) => request.headers[name] as string | undefined,
      body: (mostBytes) => readRequest(request, mostBytes),
    },
    door,
  );
  const { status, headers, text } = answerTo(received);
  if (status === 413) passOver(request);
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
function readRequest(request: IncomingMessage, mostBytes: number): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > mostBytes) return resolve(null);
      chunks.push(chunk);
    });
    request.once("end", () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size)));
    request.once("error", reject);
    request.once("close", () => {
      if (!request.complete) reject(new Error("The request was cut off."));
    });
  });
}

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
