/** Takes events out of the inbox and works on them, as many at once as it has slots, until it is told to stop. */
import { randomUUID } from "node:crypto";
import { setImmediate as letOthersIn, setTimeout as sleep } from "node:timers/promises";
import { databaseNow } from "~/platform/db/clock.server";
import { mayWorkLater } from "~/platform/db/errors.server";
import { log } from "~/platform/log.server";
import { processEvent, type Processed, type Processing } from "./process.server";
import { WebhookInboxRepository, type ClaimedEvent, type Lease } from "./webhook-inbox.repository.server";

/**
 * How long a worker that was killed keeps its events from the others; renewed three times within it. An attempt has less:
 * five seconds for its transaction.
 */
export const LEASE_MS = 10_000;
/** Longer than an attempt takes that is no preparation: a transaction has five seconds. */
const ATTEMPT_MS = 6_000;
/** When nothing waits; what arrives at this very process wakes it at once. */
const POLL_MS = 1_000;
/** Longest pause while the database is away. */
const MOST_PAUSE_MS = 10_000;
/** Few: pages and the door share the connections. */
const SLOTS = 4;
/** How long a claim waits for more than one free slot: it costs as much for one event as for many. */
const COMPANY_MS = 50;

export type InboxWorker = {
  /** Something may be waiting. */
  wake: () => void;
  /** Takes nothing new; resolves when what it holds is done. */
  stop: () => Promise<void>;
};

export type WorkerOptions = Processing & {
  slots?: number;
  leaseMs?: number;
  /** Between two looks at an empty inbox */
  pollMs?: number;
};

export function startWorker(options: WorkerOptions): InboxWorker {
  const { slots = SLOTS, pollMs = POLL_MS } = options;
  const stop = new AbortController();
  const claims = new Claims(options, stop.signal);
  const running = new Set<Promise<unknown>>();
  const bell = new Bell();
  let stopping = false;

  async function loop() {
    let pauseMs = POLL_MS;
    while (!stopping) {
      try {
        await workOnSuspects();
        const taken = track(await claims.take(slots - running.size));
        await letOthersIn();
        pauseMs = POLL_MS;
        if (running.size > slots / 2) await anyOf(COMPANY_MS);
        while (running.size >= slots) await Promise.race(running);
        if (!taken) await bell.rung(running.size ? Promise.race(running) : undefined, pollMs);
      } catch (error) {
        const away = mayWorkLater(error);
        log[away ? "warn" : "error"]({ err: error }, "the inbox could not be read; trying again");
        await bell.rung(undefined, pauseMs, "only when stopping");
        pauseMs = Math.min(pauseMs * 2, MOST_PAUSE_MS);
      }
    }
    await Promise.allSettled(running);
  }

  /**
   * Looked for once a second. One at a time, and with nothing else under way that it could take with it; what prepares
   * for minutes is not waited for.
   */
  async function workOnSuspects() {
    if (!(await claims.findSuspect(POLL_MS))) return;
    await allOf(ATTEMPT_MS);
    if (!stopping && track(await claims.takeSuspect())) await allOf(ATTEMPT_MS);
  }

  /** Until one of those that are running has ended, or all of them have, or the time is over. */
  function anyOf(ms: number) {
    return Promise.race([...running, sleep(ms, undefined, { ref: false })]);
  }
  function allOf(ms: number) {
    return Promise.race([Promise.allSettled(running), sleep(ms, undefined, { ref: false })]);
  }

  function track(works: Promise<Processed>[]): number {
    for (const work of works) {
      const one: Promise<unknown> = work
        .catch((error: unknown) =>
          log.error({ err: error }, "a webhook's outcome could not be written; it will be claimed again"),
        )
        .finally(() => running.delete(one));
      running.add(one);
    }
    return works.length;
  }

  const ended = loop();
  return {
    wake: () => bell.ring(),
    stop: () => {
      stopping = true;
      stop.abort();
      bell.ring("stop");
      return ended;
    },
  };
}

/**
 * Works through what is due now, and returns when nothing is, when `mayGoOn` says so, or when the database fails.
 * From `stopping` on, a handler that prepares for long gives its event back.
 * @returns how many ended how
 */
export async function drainInbox(
  options: WorkerOptions,
  mayGoOn: () => boolean,
  {
    stopping = new AbortController().signal,
    onProgress,
  }: { stopping?: AbortSignal; onProgress?: (counts: Record<Processed, number>) => void } = {},
): Promise<Record<Processed, number>> {
  const counts: Record<Processed, number> = {
    ...{ SUCCEEDED: 0, SKIPPED: 0, FAILED: 0, DEAD: 0 },
    ...{ late: 0, returned: 0 },
  };
  const { slots = SLOTS } = options;
  const claims = new Claims(options, stopping);
  while (mayGoOn()) {
    const works = await claims.take(slots);
    if (!works.length) works.push(...(await claims.takeSuspect()));
    if (!works.length) break;
    for (const outcome of await Promise.all(works)) counts[outcome] += 1;
    onProgress?.(counts);
    // SQLite answers without ever giving the event loop back, and requests wait there.
    await letOthersIn();
  }
  return counts;
}

/** Claims events, begins to work on them, and keeps their lease until the last is done. */
class Claims {
  readonly #inbox: WebhookInboxRepository;
  readonly #leaseMs: number;
  #lookedAt = -Infinity;

  constructor(
    private readonly options: WorkerOptions,
    private readonly stopping: AbortSignal,
  ) {
    this.#inbox = new WebhookInboxRepository(options.db);
    this.#leaseMs = options.leaseMs ?? LEASE_MS;
  }

  take(limit: number): Promise<Promise<Processed>[]> {
    return this.#begin((lease) => this.#inbox.claim(limit, lease));
  }

  takeSuspect(): Promise<Promise<Processed>[]> {
    return this.#begin((lease) => this.#inbox.claimSuspect(lease));
  }

  /** Whether there is an event to be worked on alone; asked no more often than every `ms`. */
  async findSuspect(ms: number): Promise<boolean> {
    if (performance.now() - this.#lookedAt < ms) return false;
    this.#lookedAt = performance.now();
    return this.#inbox.hasSuspect(await databaseNow(this.options.db));
  }

  async #begin(claim: (lease: Lease) => Promise<ClaimedEvent[]>): Promise<Promise<Processed>[]> {
    const leaseToken = randomUUID();
    const now = await databaseNow(this.options.db);
    const claimed = await claim({ leaseToken, leaseMs: this.#leaseMs, now });
    if (!claimed.length) return [];
    const lost = new AbortController();
    let renewedAt = performance.now();
    const keeping = setInterval(() => {
      // A database that is away may not even say so.
      if (performance.now() - renewedAt > 0.9 * this.#leaseMs) lost.abort();
      const askedAt = performance.now();
      void this.#keep(leaseToken).then((held) => {
        if (held) renewedAt = askedAt;
        else if (held === false) lost.abort();
      });
    }, this.#leaseMs / 3);
    const signals = { lost: lost.signal, stopping: this.stopping };
    const works = claimed.map((event) => processEvent(this.options, event, signals));
    void Promise.allSettled(works).then(() => clearInterval(keeping));
    return works;
  }

  /** Null when the database did not say. */
  async #keep(leaseToken: string): Promise<boolean | null> {
    try {
      const endsAt = new Date((await databaseNow(this.options.db)).getTime() + this.#leaseMs);
      return (await this.#inbox.renew(leaseToken, endsAt)) > 0;
    } catch (error) {
      log.warn({ err: error }, "a lease of the inbox could not be renewed");
      return null;
    }
  }
}

/** Lets the loop sleep until something may be waiting. */
class Bell {
  #ring: (() => void) | undefined;
  #rung = false;
  #stopped = false;

  ring(how?: "stop") {
    if (how) this.#stopped = true;
    this.#rung = true;
    this.#ring?.();
  }

  /** Resolves at a ring (one that came before counts), at `other`, or after `ms`. */
  async rung(other: Promise<unknown> | undefined, ms: number, when?: "only when stopping") {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      if (this.#stopped || (this.#rung && !when)) return resolve();
      this.#ring = () => (when && !this.#stopped ? undefined : resolve());
      timer = setTimeout(resolve, ms);
      void other?.finally(resolve);
    });
    clearTimeout(timer);
    this.#ring = undefined;
    this.#rung = false;
  }
}
