/** The door in front of everything else: a delivery does not pay for pages' middleware. */
import { randomUUID } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { passOver, readRequestBody, type BodyMemory } from "~/platform/http/request-body.server";
import { log } from "~/platform/log.server";
import { countReceived } from "./inbox-metrics.server";
import { answerTo, receive, type Door, type Received } from "./receive.server";

/** How often what was refused is summed up in the log: a line for each would let strangers fill the disk. */
const SUMMARY_MS = 10_000;

/** Serves POST /webhooks and hands everything else to `next`; `memory` is for the bodies of both. */
export function webhookEntry(door: () => Door, memory: BodyMemory, next: RequestListener): RequestListener {
  const refusals = new RefusalSummary();
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
      body: (mostBytes, onChunk) => readRequestBody(request, response, { mostBytes, memory, onChunk }),
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
