/**
 * One claimed event from its payload to its end. What a handler writes and the event's completion are one transaction: an
 * effect happens once, whatever is killed, and a worker that comes too late writes nothing.
 */
import { findStore } from "~/features/stores/installed.server";
import type { KeyProvider } from "~/platform/crypto/keyring.server";
import { databaseNow } from "~/platform/db/clock.server";
import { inTransaction, type Db, type Queryable } from "~/platform/db/client.server";
import { log, scrub } from "~/platform/log.server";
import { PayloadError, type HandlerResult, type TopicHandler } from "./handler";
import { countProcessed } from "./inbox-metrics.server";
import { readPayload } from "./payload";
import { WebhookInboxRepository, type ClaimedEvent } from "./webhook-inbox.repository.server";
import { MOST_ATTEMPTS } from "./webhook-status";

export type Handlers = ReadonlyMap<string, TopicHandler>;
export type Processing = { db: Db; keys: KeyProvider; handlers: Handlers };
/**
 * `late`: the claim had lapsed, so nothing was written; somebody else has the event. `returned`: the worker was told to stop
 * in the middle of a preparation; it goes on elsewhere, and the attempt does not count
 */
export type Processed = "SUCCEEDED" | "SKIPPED" | "FAILED" | "DEAD" | "late" | "returned";
export type Signals = { lost: AbortSignal; stopping: AbortSignal };

/** Never throws but for a database that cannot be written to; the event is then claimed again when its lease is over. */
export async function processEvent(
  processing: Processing,
  claimed: ClaimedEvent,
  signals: Signals,
): Promise<Processed> {
  const { webhookId, topic, shopDomain, attempts } = claimed;
  const startedAt = performance.now();
  const { outcome, ...detail } = await bringToEnd(processing, claimed, signals);
  countProcessed(outcome, claimed);
  const durationMs = Math.round(performance.now() - startedAt);
  const line = { webhookId, topic, shop: shopDomain, attempts, outcome, durationMs, ...detail };
  log[LEVELS[outcome]](line, "webhook processed");
  return outcome;
}

const LEVELS = {
  ...({ SUCCEEDED: "info", SKIPPED: "info", returned: "info" } as const),
  ...({ FAILED: "warn", late: "warn", DEAD: "error" } as const),
};

type End = { outcome: Processed; reason?: string; err?: unknown };

async function bringToEnd(processing: Processing, claimed: ClaimedEvent, signals: Signals): Promise<End> {
  if (claimed.status === "DEAD") return { outcome: "DEAD", reason: "Every worker that took it was lost." };
  try {
    return await attempt(processing, claimed, signals);
  } catch (error) {
    if (error instanceof ClaimLapsedError) return { outcome: "late", reason: error.message };
    const inbox = new WebhookInboxRepository(processing.db);
    if (signals.stopping.aborted && (await inbox.giveBack(claimed))) return { outcome: "returned" };
    return { outcome: await recordFailure(processing.db, claimed, error), err: error };
  }
}

async function attempt(
  { db, keys, handlers }: Processing,
  claimed: ClaimedEvent,
  { lost, stopping }: Signals,
): Promise<End> {
  const now = claimed.claimedAt;
  const store = await findStore(db, claimed.shopDomain);
  const startedAt = performance.now();
  // The database's clock, carried on by ours: one question less per event.
  const end = (queryable: Queryable, result: HandlerResult, of = store) =>
    complete(queryable, claimed, result, {
      storeId: of?.id ?? null,
      now: new Date(now.getTime() + performance.now() - startedAt),
    });

  const handler = handlers.get(claimed.topic);
  if (!handler) return end(db, { skipped: `Backroom does nothing about ${claimed.topic}.` });
  if (claimed.payload === null) throw new PayloadError("The database cannot write this payload out.");
  const context = { event: { ...claimed, payload: readPayload(claimed.payload) }, keys, now };
  if (handler.of === "installed") {
    if (store?.status !== "ACTIVE") return end(db, { skipped: "The shop does not have Backroom installed." });
    return inTransaction(db, async (tx) => end(tx, await handler.handle({ ...context, store, tx })));
  }
  await handler.prepare?.({ ...context, store, db, lost: AbortSignal.any([lost, stopping]) });
  return inTransaction(db, async (tx) => {
    const current = handler.prepare ? await findStore(tx, claimed.shopDomain) : store;
    return end(tx, await handler.handle({ ...context, store: current, tx }), current);
  });
}

/** @throws {ClaimLapsedError} so that what was written beside it is rolled back */
async function complete(
  queryable: Queryable,
  claimed: ClaimedEvent,
  result: HandlerResult,
  { storeId, now }: { storeId: string | null; now: Date },
): Promise<End> {
  const inbox = new WebhookInboxRepository(queryable);
  const reason = typeof result === "object" && "skipped" in result ? result.skipped : undefined;
  const outcome = reason === undefined ? "SUCCEEDED" : "SKIPPED";
  const written =
    typeof result === "object" && "erased" in result
      ? await inbox.erase(claimed)
      : await inbox.complete(claimed, { status: outcome, lastError: reason ?? null, storeId, now });
  if (!written) throw new ClaimLapsedError(claimed.webhookId);
  return { outcome, reason };
}

/** Rolls back what a handler wrote for an event that is not its own any more. */
class ClaimLapsedError extends Error {
  readonly name = "ClaimLapsedError";
  readonly code = "CLAIM_LAPSED";
  constructor(webhookId: string) {
    super(
      `The claim on webhook ${webhookId} lapsed before its work was done; nothing of this attempt was kept.`,
    );
  }
}

async function recordFailure(
  db: Db,
  claimed: ClaimedEvent,
  error: unknown,
): Promise<"FAILED" | "DEAD" | "late"> {
  const now = await databaseNow(db);
  const last = claimed.attempts >= MOST_ATTEMPTS;
  const nextAttemptAt = last ? null : new Date(now.getTime() + delayMs(claimed.attempts, Math.random()));
  const recorded = await new WebhookInboxRepository(db).fail(claimed, {
    lastError: sentenceOf(error),
    nextAttemptAt,
    now,
  });
  return recorded ? (last ? "DEAD" : "FAILED") : "late";
}

/**
 * Ten seconds after the first failure, four times as long after each further one, two hours at most: eight attempts in about
 * five hours. A quarter either way, so that what failed together does not come back together.
 */
export function delayMs(attempts: number, random: number): number {
  return Math.round(Math.min(10_000 * 4 ** (attempts - 1), 2 * 60 * 60 * 1000) * (0.75 + random / 2));
}

/** One line for the diagnostics page, without anything that looks like a secret. */
function sentenceOf(error: unknown): string {
  const { name, message } = error instanceof Error ? error : { name: "Error", message: String(error) };
  const line = message.trim().split("\n").at(-1) ?? "";
  return scrub(`${name}: ${line}`).slice(0, 500);
}
