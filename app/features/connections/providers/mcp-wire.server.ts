import { retryAfterOf, type ProviderDeps } from "./provider-client.server";

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

  constructor(
    readonly publicFetch: ProviderDeps["publicFetch"],
    readonly ended: AbortSignal,
  ) {}

  readonly fetch = async (url: string | URL, init: RequestInit = {}): Promise<Response> => {
    const signal = init.signal ? AbortSignal.any([init.signal, this.ended]) : this.ended;
    // Beside its questions the client opens a channel for the server's own messages (GET) and says goodbye (DELETE).
    if (init.method !== "POST") return this.publicFetch(url, { ...init, signal });
    this.#begin();
    try {
      const response = await this.publicFetch(url, { ...init, signal });
      this.status = response.status;
      this.contentType = response.headers.get("content-type") ?? "";
      this.retryAfterMs = retryAfterOf(response.headers);
      return this.#watched(response);
    } catch (error) {
      this.failure = error;
      throw error;
    }
  };

  #begin() {
    this.status = null;
    this.contentType = "";
    this.retryAfterMs = undefined;
    this.failure = undefined;
  }

  /** The client swallows why an event stream broke off. */
  #watched(response: Response): Response {
    if (!response.body) return response;
    const reader = response.body.getReader();
    const body = new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          try {
            const { done, value } = await reader.read();
            if (done) controller.close();
            else controller.enqueue(value);
          } catch (error) {
            this.failure = error;
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
}
