/** Inside of a thread (thread.server.ts): does one job after the other, and asks the other side for everything from outside. */
import { parentPort } from "node:worker_threads";
import type { FromThread, ResponseHead, ToThread } from "./thread-messages";

export type ThreadSide<Input, Value> = {
  work: (input: Input, tools: ThreadTools) => Promise<Value>;
  /** The error that a fetch or a body fails with, out of what `describeFailure` made on the other side */
  reviveFailure: (failure: unknown) => Error;
};

export type ThreadTools = {
  fetch: typeof fetch;
  signal: AbortSignal;
  /** What goes on after the value is told, before the next job */
  afterwards: (work: Promise<unknown>) => void;
};

type Exchange = {
  onHead: (head: ResponseHead) => void;
  body?: ReadableStreamDefaultController<Uint8Array>;
  fail: (error: Error) => void;
};

export function serveThread<Input, Value>({ work, reviveFailure }: ThreadSide<Input, Value>): void {
  const port = parentPort!;
  const send = (message: FromThread) => port.postMessage(message);
  const exchanges = new Map<number, Exchange>();
  let controller = new AbortController();
  let lastFetch = 0;

  port.on("message", (message: ToThread) => {
    if (message.type === "job") return void run(message.input as Input);
    if (message.type === "abort") return controller.abort();
    const exchange = exchanges.get(message.fetch);
    if (!exchange) return;
    if (message.type === "response") exchange.onHead(message.head);
    else if (message.type === "chunk") exchange.body?.enqueue(message.bytes);
    else {
      exchanges.delete(message.fetch);
      if (message.type === "end") exchange.body?.close();
      else exchange.fail(reviveFailure(message.failure));
    }
  });

  async function run(input: Input) {
    controller = new AbortController();
    const rest: Promise<unknown>[] = [];
    const { signal } = controller;
    const afterwards = (more: Promise<unknown>) => void rest.push(more);
    try {
      send({ type: "value", value: await work(input, { fetch: ask, signal, afterwards }) });
    } catch (error) {
      send({ type: "threw", message: error instanceof Error ? error.message : String(error) });
    }
    await Promise.allSettled(rest);
    exchanges.clear();
    send({ type: "quiet" });
  }

  async function ask(target: string | URL | Request, init: RequestInit = {}): Promise<Response> {
    const request = new Request(target, init);
    const { signal } = request;
    const body = request.body ? await request.text() : null;
    signal.throwIfAborted();
    const fetch = ++lastFetch;
    return new Promise<Response>((resolve, reject) => {
      const exchange: Exchange = {
        onHead: (head) => resolve(responseOf(head, exchange, () => cancel(fetch))),
        fail: (error) => {
          reject(error);
          exchange.body?.error(error);
        },
      };
      exchanges.set(fetch, exchange);
      signal.addEventListener(
        "abort",
        () => {
          if (!exchanges.has(fetch)) return;
          cancel(fetch);
          exchange.fail(signal.reason as Error);
        },
        { once: true },
      );
      const headers = [...request.headers];
      send({ type: "fetch", fetch, request: { url: request.url, method: request.method, headers, body } });
    });
  }

  function cancel(fetch: number) {
    exchanges.delete(fetch);
    send({ type: "cancel", fetch });
  }
}

function responseOf(
  { status, statusText, headers, url, hasBody }: ResponseHead,
  exchange: Exchange,
  onCancel: () => void,
): Response {
  const body = hasBody
    ? new ReadableStream<Uint8Array>({
        start: (controller) => void (exchange.body = controller),
        cancel: onCancel,
      })
    : null;
  return Object.defineProperty(new Response(body, { status, statusText, headers }), "url", { value: url });
}
