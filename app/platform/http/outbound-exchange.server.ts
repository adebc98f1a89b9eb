import type { AnswerMeter } from "./answer-meter.server";
import { asOutboundError, OutboundError } from "./outbound-error.server";

/**
 * One request with its answer, from the first look-up to the last byte: one deadline, and one reason why it ended.
 * The caller's own abort surfaces as the caller's reason, as with any fetch; its AbortSignal.timeout as TIMEOUT.
 */
export class Exchange {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #onAbort = () => this.fail(this.#reasonOfCaller());

  constructor(
    readonly host: string,
    timeoutMs: number,
    readonly caller: AbortSignal | null | undefined,
  ) {
    this.#timer = setTimeout(() => this.fail(timedOut(host)), timeoutMs);
    caller?.addEventListener("abort", this.#onAbort, { once: true });
    if (caller?.aborted) this.#onAbort();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends the exchange and its connection; the first reason is the one that is told. */
  fail(reason: unknown) {
    this.end();
    this.#controller.abort(reason);
  }

  /** Nothing more will be read. */
  end() {
    clearTimeout(this.#timer);
    this.caller?.removeEventListener("abort", this.#onAbort);
  }

  /** What the caller gets to see for `error`, which may be only the echo of an earlier reason. */
  explain(error: unknown): unknown {
    return this.signal.aborted ? this.signal.reason : asOutboundError(error, this.host);
  }

  /** `work`, or the reason why the exchange ended before it. */
  async unlessEnded<T>(work: Promise<T>): Promise<T> {
    if (this.signal.aborted) work.catch(() => {});
    this.signal.throwIfAborted();
    let onAbort = () => {};
    const ended = new Promise<never>((_, reject) => {
      onAbort = () => reject(this.signal.reason as Error);
      this.signal.addEventListener("abort", onAbort, { once: true });
    });
    try {
      return await Promise.race([work, ended]);
    } finally {
      this.signal.removeEventListener("abort", onAbort);
    }
  }

  #reasonOfCaller(): unknown {
    const reason: unknown = this.caller?.reason;
    const isTimeout = reason instanceof DOMException && reason.name === "TimeoutError";
    return isTimeout ? timedOut(this.host, reason) : reason;
  }
}

/** `body` as it arrives, decompressed, as far as `meter` lets it; every failure of it in the exchange's words. */
export function limitedBody(
  body: ReadableStream<Uint8Array>,
  exchange: Exchange,
  meter: AnswerMeter,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (done) {
            exchange.end();
            return controller.close();
          }
          meter.push(value);
          controller.enqueue(value);
        } catch (error) {
          const reason = exchange.explain(error);
          exchange.fail(reason);
          controller.error(reason);
        }
      },
      async cancel(reason) {
        exchange.end();
        await reader.cancel(reason);
      },
    },
    // Nothing is read ahead of the caller: what waits here is not counted by anybody.
    { highWaterMark: 0 },
  );
}

function timedOut(host: string, cause?: unknown): OutboundError {
  return new OutboundError("TIMEOUT", `${host} did not answer in time.`, cause ? { cause } : {});
}
