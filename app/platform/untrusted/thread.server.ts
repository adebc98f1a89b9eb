/**
 * Work on what a stranger's server sends, in a thread with a small heap: when it runs out of memory or of time the thread dies,
 * and the process goes on. The thread has no network of its own: it asks through the `fetch` of its job, which runs here, so
 * guards, caps and meters are this side's. A thread does one job at a time, so that no job dies of another's answer.
 */
import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import type { FromThread, PlainRequest, ToThread } from "./thread-messages";

export type ThreadJob = {
  /** Name of a thread: `build/threads/{name}.mjs`, made of `source` (ops/bundle.mjs) */
  name: string;
  /** Path below the project's root, for where there is no build */
  source: string;
  input: unknown;
  fetch: typeof fetch;
  /** A failure of `fetch` or of a body, as something that can be sent to a thread */
  describeFailure: (error: unknown) => unknown;
  /** Of the whole job; a thread that goes on is ended a moment later */
  timeoutMs: number;
  signal: AbortSignal;
};

/** The thread is gone, and with it the job. */
export class ThreadDiedError extends Error {
  readonly name = "ThreadDiedError";
  constructor(
    readonly code: "MEMORY" | "TIME" | "CRASHED",
    options?: ErrorOptions,
  ) {
    super(`The thread of this job ended early (${code}).`, options);
  }
}

/** As many as the cron tests connections at once */
const MOST_THREADS = 5;
/** Then a thread is replaced: what a library keeps of old answers is gone with it. */
const MOST_JOBS = 100;
const IDLE_MS = 30_000;
/** For saying goodbye to the server */
const GRACE_MS = 2_000;
const LIMITS = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 };

/**
 * The value of the job's function (thread-side.ts), which must be such as can be sent.
 * @throws {ThreadDiedError} MEMORY, TIME or CRASHED
 */
export async function runInThread<T>(job: ThreadJob): Promise<T> {
  const thread = await take(job);
  try {
    return (await thread.run(job)) as T;
  } finally {
    void thread.quiet.then(() => giveBack(thread));
  }
}

/** Ends every thread; jobs under way fail. */
export async function closeThreads(): Promise<void> {
  await Promise.all([...threads].map((thread) => thread.end("CRASHED")));
}

const threads = new Set<Thread>();
const waiting: (() => void)[] = [];

async function take({ name, source, signal }: ThreadJob): Promise<Thread> {
  for (;;) {
    if (signal.aborted) {
      // It may have been woken for a thread that the next one can have.
      waiting.shift()?.();
      signal.throwIfAborted();
    }
    const idle = [...threads].find((thread) => thread.isIdle && thread.name === name);
    if (idle) return idle.take();
    if (threads.size < MOST_THREADS) {
      const thread = new Thread(name, source);
      threads.add(thread);
      return thread.take();
    }
    const other = [...threads].find((thread) => thread.isIdle);
    if (other) await other.end("CRASHED");
    else await new Promise<void>((resolve) => waiting.push(resolve));
  }
}

function giveBack(thread: Thread) {
  // A thread that died has woken one already.
  if (thread.isDead) return;
  if (!thread.rest()) threads.delete(thread);
  waiting.shift()?.();
}

class Thread {
  isIdle = false;
  isDead = false;
  /** Settles when the present job has left nothing behind, or the thread is gone */
  quiet: Promise<void> = Promise.resolve();
  readonly #worker: Worker;
  #jobs = 0;
  #idle: NodeJS.Timeout | undefined;
  #onMessage: (message: FromThread) => void = () => undefined;
  #onDeath: (error: ThreadDiedError) => void = () => undefined;

  constructor(
    readonly name: string,
    source: string,
  ) {
    this.#worker = new Worker(...fileOf(name, source));
    this.#worker.on("message", (message: FromThread) => this.#onMessage(message));
    this.#worker.on("error", (error: Error & { code?: string }) =>
      this.#die(error.code === "ERR_WORKER_OUT_OF_MEMORY" ? "MEMORY" : "CRASHED", error),
    );
    this.#worker.on("exit", () => this.#die("CRASHED"));
  }

  take(): this {
    clearTimeout(this.#idle);
    this.isIdle = false;
    this.#worker.ref();
    return this;
  }

  /** Until the next job; false for a thread that has done its share. */
  rest(): boolean {
    if (++this.#jobs >= MOST_JOBS) {
      void this.end("CRASHED");
      return false;
    }
    this.isIdle = true;
    // An idle thread keeps no process alive.
    this.#worker.unref();
    this.#idle = setTimeout(() => void this.end("CRASHED"), IDLE_MS).unref();
    return true;
  }

  async end(code: ThreadDiedError["code"]): Promise<void> {
    this.#die(code);
    await this.#worker.terminate();
  }

  run({ input, fetch, describeFailure, timeoutMs, signal }: ThreadJob): Promise<unknown> {
    const exchanges = new Exchanges(fetch, describeFailure, (message) => this.#send(message));
    let onQuiet = () => {};
    this.quiet = new Promise((resolve) => (onQuiet = resolve));
    return new Promise((resolve, reject) => {
      let isOver = false;
      const kill = () => void this.end("TIME");
      let killer = setTimeout(kill, timeoutMs + GRACE_MS);
      const abort = () => {
        if (isOver) return;
        this.#send({ type: "abort" });
        clearTimeout(killer);
        killer = setTimeout(kill, GRACE_MS);
      };
      const end = () => {
        isOver = true;
        this.#onMessage = () => undefined;
        clearTimeout(killer);
        signal.removeEventListener("abort", abort);
        exchanges.close();
        onQuiet();
      };
      this.#onDeath = (error) => {
        end();
        reject(error);
      };
      this.#onMessage = (message) => {
        if (message.type === "value") resolve(message.value);
        else if (message.type === "threw")
          reject(new Error(`A job failed in its thread: ${message.message}`));
        else if (message.type === "quiet") end();
        else if (message.type === "fetch") void exchanges.start(message.fetch, message.request);
        else exchanges.cancel(message.fetch);
      };
      signal.addEventListener("abort", abort, { once: true });
      this.#send({ type: "job", input });
      if (signal.aborted) abort();
    });
  }

  #send(message: ToThread) {
    if (!this.isDead) this.#worker.postMessage(message);
  }

  #die(code: ThreadDiedError["code"], cause?: unknown) {
    if (this.isDead) return;
    this.isDead = true;
    this.isIdle = false;
    clearTimeout(this.#idle);
    threads.delete(this);
    this.#onDeath(new ThreadDiedError(code, { cause }));
    waiting.shift()?.();
  }
}

/** The requests of one job, each with its own abort. */
class Exchanges {
  readonly #open = new Map<number, AbortController>();

  constructor(
    private readonly fetch: typeof globalThis.fetch,
    private readonly describeFailure: (error: unknown) => unknown,
    private readonly send: (message: ToThread) => void,
  ) {}

  async start(fetch: number, { url, method, headers, body }: PlainRequest): Promise<void> {
    const controller = new AbortController();
    this.#open.set(fetch, controller);
    const { signal } = controller;
    try {
      const response = await this.fetch(url, { method, headers, body, signal });
      const { status, statusText } = response;
      const head = { status, statusText, headers: [...response.headers], url: response.url };
      this.send({ type: "response", fetch, head: { ...head, hasBody: response.body !== null } });
      for await (const bytes of (response.body ?? []) as unknown as AsyncIterable<Uint8Array>)
        this.send({ type: "chunk", fetch, bytes });
      this.send({ type: "end", fetch });
    } catch (error) {
      if (!signal.aborted) this.send({ type: "failed", fetch, failure: this.describeFailure(error) });
    } finally {
      this.#open.delete(fetch);
    }
  }

  cancel(fetch: number): void {
    this.#open.get(fetch)?.abort();
  }

  close(): void {
    for (const controller of this.#open.values()) controller.abort();
  }
}

/** The build's thread, or the source by the loader of TypeScript where there is no build or a source is newer. */
function fileOf(name: string, source: string): ConstructorParameters<typeof Worker> {
  // No environment: a thread has no use for secrets.
  const common = { resourceLimits: LIMITS, env: {}, stdout: false, stderr: false };
  const bundle = resolve("build/threads", `${name}.mjs`);
  if (isCurrent(bundle)) return [bundle, { ...common, execArgv: [] }];
  const loader = pathToFileURL(resolve("prisma/register-ts-loader.mjs")).href;
  return [resolve(source), { ...common, execArgv: ["--import", loader] }];
}

/** As ops/run.mjs judges its commands; where the app runs from its image there are no sources. */
function isCurrent(bundle: string): boolean {
  const builtAt = modifiedAt(bundle);
  if (builtAt === undefined) return false;
  const sources = JSON.parse(readFileSync("build/commands.json", "utf8")) as string[];
  return sources.every((path) => (modifiedAt(path) ?? 0) <= builtAt);
}

function modifiedAt(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}
