import {
  AnswerBudget,
  AnswerMeter,
  isEventStream,
  type AnswerLimits,
} from "~/platform/http/answer-meter.server";
import { OutboundError } from "~/platform/http/outbound-error.server";
import { ConnectionError } from "../connection-error";
import { retryAfterOf } from "./provider-client.server";

const GRACE_MS = 50;

/** Of a whole visit: a list of twenty pages may be no more than one page may. */
const LIMITS: AnswerLimits = { values: 100_000, depth: 100, lines: 2_000, bytes: 8 * 1024 * 1024 };
/** Handshake, twenty pages, the server's own questions, goodbye. Each ping of a server makes the client answer with a request. */
const MOST_REQUESTS = 60;

/**
 * The fetch under the MCP client. The client tells of trouble in sentences and keeps little of what caused it, so what
 * went over the wire is noted here: the last question's answer, or why it had none.
 */
export class McpWire {
  /** Null before the first answer, and where a question got none */
  status: number | null = null;
  contentType = "";
  retryAfterMs: number | undefined;
  /** What the last exchange failed with, in the call or in its body */
  failure: unknown;
  /** Why the visit ends for good: the server says more than is read */
  refused: OutboundError | null = null;
  /** Rejects when the last answer broke off: in the old era the client would wait for the rest of it. */
  readonly broken: Promise<never>;
  #break: (reason: unknown) => void = () => undefined;
  #exchange = 0;
  #requests = 0;
  readonly #budget: AnswerBudget;

  constructor(
    readonly outboundFetch: typeof fetch,
    readonly ended: AbortSignal,
    host: string,
  ) {
    this.#budget = new AnswerBudget(host, LIMITS);
    this.broken = new Promise((_, reject) => (this.#break = reject));
    this.broken.catch(() => undefined);
  }

  readonly fetch = async (url: string | URL, init: RequestInit = {}): Promise<Response> => {
    if (this.refused) throw this.refused;
    // The goodbye is free: it is one.
    if (init.method !== "DELETE" && ++this.#requests > MOST_REQUESTS)
      throw this.#refuse(
        new OutboundError("TOO_COMPLEX", `${this.#budget.host} asks for more requests than Backroom sends.`),
      );
    const signal = init.signal ? AbortSignal.any([init.signal, this.ended]) : this.ended;
    // Beside its questions the client opens a channel for the server's own messages (GET) and says goodbye (DELETE).
    if (init.method !== "POST")
      return this.#watched(await this.outboundFetch(url, { ...init, signal }), null);
    const exchange = this.#begin();
    try {
      const response = await this.outboundFetch(url, { ...init, signal });
      this.status = response.status;
      this.contentType = response.headers.get("content-type") ?? "";
      this.retryAfterMs = retryAfterOf(response.headers);
      return this.#watched(response, exchange);
    } catch (error) {
      this.failure = error;
      throw error;
    }
  };

  #begin(): number {
    this.status = null;
    this.contentType = "";
    this.retryAfterMs = undefined;
    this.failure = undefined;
    return ++this.#exchange;
  }

  /** The client swallows why an event stream broke off. */
  #watched(response: Response, exchange: number | null): Response {
    if (!response.body) return response;
    // The client reads its channel as an event stream, of any type.
    const isStream = exchange === null || isEventStream(response.headers.get("content-type"));
    const meter = new AnswerMeter(this.#budget, isStream);
    const reader = response.body.getReader();
    const body = new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          try {
            const { done, value } = await reader.read();
            if (!done) {
              meter.push(value);
              return controller.enqueue(value);
            }
            controller.close();
            if (isStream && exchange !== null) this.#afterGrace(exchange, endedEarly());
          } catch (error) {
            if (isTooMuch(error)) {
              this.#refuse(error);
              void reader.cancel(error).catch(() => undefined);
            }
            if (exchange === this.#exchange) this.failure = error;
            if (exchange !== null) this.#afterGrace(exchange, error);
            controller.error(error);
          }
        },
        cancel: (reason) => reader.cancel(reason),
      },
      { highWaterMark: 0 },
    );
    const { status, statusText, headers, url } = response;
    return Object.defineProperty(new Response(body, { status, statusText, headers }), "url", { value: url });
  }

  #refuse(error: OutboundError): OutboundError {
    this.refused ??= error;
    this.#break(this.refused);
    return this.refused;
  }

  /** Whoever has the whole answer in hand already gets the time to take it, and to ask the next question. */
  #afterGrace(exchange: number, failure: unknown) {
    const tell = () => {
      if (exchange !== this.#exchange) return;
      this.failure = failure;
      this.#break(failure);
    };
    setTimeout(tell, GRACE_MS).unref();
  }
}

function isTooMuch(error: unknown): error is OutboundError {
  return error instanceof OutboundError && (error.code === "TOO_COMPLEX" || error.code === "TOO_LARGE");
}

function endedEarly(): ConnectionError {
  return new ConnectionError("NETWORK", "The MCP server closed the connection before it had answered.");
}
