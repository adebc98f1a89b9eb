/**
 * Keeps reads within what a provider allows, so that a shop with much to fetch is slowed down rather than shut out.
 *
 * The gates live in this process's memory, and that is enough: the provider keeps the true count and says so in its
 * refusals. After a restart, or in a second process, one refused call teaches the gate what it forgot; the concurrency
 * limits leave room for a second process. Nothing here is worth a write to the database per call.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "~/platform/clock";
import { ConnectionError } from "../connection-error";
import { transportError } from "./provider-client.server";

export type QuotaLimits = {
  /** As merchants know the provider, e.g. "Google Analytics" */
  name: string;
  /** Calls under way at once */
  concurrent: number;
  /** Least milliseconds from the start of one call to the start of the next */
  spacingMs: number;
  /** How long to ask nothing after RATE_LIMITED or QUOTA_EXHAUSTED, when the error itself carries no retryAfterMs */
  pauseMs: number;
  /** PROVIDER_ERRORs within an hour after which nothing is asked until the first of them is an hour old */
  serverErrorsPerHour?: number;
};

/** What `work` may do to its own gate. */
export type Gate = {
  /** Lets nobody through before `until`; they get `why` again, with the time that is left. */
  close: (until: Date, why: ConnectionError) => void;
};

type State = {
  underWay: number;
  queue: (() => void)[];
  nextStartAt: number;
  closed: { until: number; why: ConnectionError } | null;
  serverErrors: number[];
};

const HOUR_MS = 3_600_000;
/** Nobody means longer: a date of the next century is a mistake of a gateway. */
const LONGEST_PAUSE_MS = 25 * HOUR_MS;
const MOST_GATES = 1000;
const gates = new Map<string, State>();

/**
 * Runs `work` when its turn comes. One gate per `key`, e.g. "GA4:123:…"; a key holds no secret.
 * Not for connection tests: a merchant who presses the button wants the provider's answer, not ours.
 * @throws {ConnectionError} at once, without asking anybody, while the gate is closed: the class that closed it, with
 *   the time at which it opens in the message and in retryAfterMs. TIMEOUT when `signal` aborts before the turn came.
 */
export async function withQuota<T>(
  key: string,
  limits: QuotaLimits,
  { now, signal }: { now: Clock; signal: AbortSignal },
  work: (gate: Gate) => Promise<T>,
): Promise<T> {
  const state = gates.get(key) ?? newGate(key, now);
  const close: Gate["close"] = (until, why) => {
    if (until.getTime() > (state.closed?.until ?? 0)) state.closed = { until: until.getTime(), why };
  };
  refuseWhileClosed(state, limits, now);
  await turn(state, limits, signal);
  try {
    await startTime(state, limits, now, signal);
    // It may have been closed while this call waited.
    refuseWhileClosed(state, limits, now);
    return await work({ close });
  } catch (error) {
    if (error instanceof ConnectionError) learn(state, limits, now(), error, close);
    throw error;
  } finally {
    leavePlace(state);
  }
}

function newGate(key: string, now: Clock): State {
  const at = now().getTime();
  if (gates.size >= MOST_GATES)
    for (const [other, gate] of gates)
      if (gate.underWay === 0 && Math.max(gate.closed?.until ?? 0, lastErrorEnds(gate)) <= at)
        gates.delete(other);
  const state: State = { underWay: 0, queue: [], nextStartAt: 0, closed: null, serverErrors: [] };
  gates.set(key, state);
  return state;
}

/** When the last server error stops counting. */
function lastErrorEnds({ serverErrors }: State): number {
  return (serverErrors.at(-1) ?? -Infinity) + HOUR_MS;
}

/** A refusal of our own; `learn` must not take it for the provider's. */
class LocalRefusal extends ConnectionError {}

function refuseWhileClosed(state: State, { name }: QuotaLimits, now: Clock): void {
  const { closed } = state;
  if (!closed) return;
  const leftMs = closed.until - now().getTime();
  if (leftMs <= 0) {
    state.closed = null;
    return;
  }
  const opensAt = new Date(closed.until).toISOString();
  throw new LocalRefusal(closed.why.code, `${name} is not asked before ${opensAt}. ${closed.why.message}`, {
    providerCode: closed.why.providerCode,
    retryAfterMs: leftMs,
    cause: closed.why,
  });
}

/** Resolves with a place among the calls under way, first come, first served. */
async function turn(state: State, { concurrent, name }: QuotaLimits, signal: AbortSignal): Promise<void> {
  if (signal.aborted) throw transportError(name, signal.reason, signal);
  if (state.underWay < concurrent) {
    state.underWay++;
    return;
  }
  await new Promise<void>((resolve, reject) => {
    const enter = () => {
      signal.removeEventListener("abort", leave);
      resolve();
    };
    const leave = () => {
      state.queue = state.queue.filter((other) => other !== enter);
      reject(transportError(name, signal.reason, signal));
    };
    signal.addEventListener("abort", leave, { once: true });
    state.queue.push(enter);
  });
}

/** The place goes straight to the next in the queue: nobody can slip in between. */
function leavePlace(state: State): void {
  const next = state.queue.shift();
  if (next) next();
  else state.underWay--;
}

async function startTime(state: State, { spacingMs, name }: QuotaLimits, now: Clock, signal: AbortSignal) {
  const at = now().getTime();
  const startAt = Math.max(at, state.nextStartAt);
  state.nextStartAt = startAt + spacingMs;
  if (startAt === at) return;
  await sleep(startAt - at, undefined, { signal }).catch((error: unknown) => {
    throw transportError(name, error, signal);
  });
}

function learn(
  state: State,
  limits: QuotaLimits,
  now: Date,
  error: ConnectionError,
  close: Gate["close"],
): void {
  if (error instanceof LocalRefusal) return;
  const at = now.getTime();
  if (error.code === "RATE_LIMITED" || error.code === "QUOTA_EXHAUSTED")
    close(new Date(at + Math.min(error.retryAfterMs ?? limits.pauseMs, LONGEST_PAUSE_MS)), error);
  if (error.code !== "PROVIDER_ERROR" || !limits.serverErrorsPerHour) return;
  state.serverErrors = [...state.serverErrors.filter((seen) => seen > at - HOUR_MS), at];
  if (state.serverErrors.length >= limits.serverErrorsPerHour)
    close(new Date(state.serverErrors[0]! + HOUR_MS), error);
}
