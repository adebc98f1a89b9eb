import { ConnectionError } from "../connection-error";
import { retryAfterOf } from "./provider-client.server";

const GRACE_MS = 50;

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
  /** Rejects when the last answer broke off: in the old era the client would wait for the rest of it. */
  readonly broken: Promise<never>;
  #break: (reason: unknown) => void = () => undefined;
  #exchange = 0;

  constructor(
    readonly outboundFetch: typeof fetch,
    readonly ended: AbortSignal,
  ) {
    this.broken = new Promise((_, reject) => (this.#break = reject));
    this.broken.catch(() => undefined);
  }

  readonly fetch = async (url: string | URL, init: RequestInit = {}): Promise<Response> => {
    const signal = init.signal ? AbortSignal.any([init.signal, this.ended]) : this.ended;
    // Beside its questions the client opens a channel for the server's own messages (GET) and says goodbye (DELETE).
    if (init.method !== "POST") return this.outboundFetch(url, { ...init, signal });
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
  #watched(response: Response, exchange: number): Response {
    if (!response.body) return response;
    const isStream = /^text\/event-stream\b/i.test(this.contentType);
    const reader = response.body.getReader();
    const body = new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          try {
            const { done, value } = await reader.read();
            if (!done) return controller.enqueue(value);
            controller.close();
            if (isStream) this.#afterGrace(exchange, endedEarly());
          } catch (error) {
            if (exchange === this.#exchange) this.failure = error;
            this.#afterGrace(exchange, error);
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

function endedEarly(): ConnectionError {
  return new ConnectionError("NETWORK", "The MCP server closed the connection before it had answered.");
}
