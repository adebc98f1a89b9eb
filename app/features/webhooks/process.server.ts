/**
 * One claimed event from its payload to its end. What a handler writes and the event's completion are one transaction: an
 * effect happens once, whatever is killed, and a worker that comes too late writes nothing.
 */
import { findStore } from "~/features/stores/installed.server";
import type { KeyProvider } from "~/platform/crypto/keyring.server";
import { databaseNow } from "~/platform/db/clock.server";
import { inTransaction, type Db, type Queryable } from "~/platform/db/client.server";
import { log, scrub } from "~/platform/log.server";
import type { Handling, HandlerResult, TopicHandler } from "./handler";
import { countProcessed } from "./inbox-metrics.server";
import { readPayload } from "./payload";
import { MOST_ATTEMPTS, WebhookInboxRepository, type ClaimedEvent } from "./webhook-inbox.repository.server";

export type Handlers = ReadonlyMap<string, TopicHandler>;
export type Processing = { db: Db; keys: KeyProvider; handlers: Handlers };
/** `late`: the claim had lapsed, so nothing was written; somebody else has the event */
export type Processed = "SUCCEEDED" | "SKIPPED" | "FAILED" | "DEAD" | "late";

/** Never throws but for a database that cannot be written to; the event is then claimed again when its lease is over. */
export async function processEvent(
  processing: Processing,
  claimed: ClaimedEvent,
  lost: AbortSignal,
): Promise<Processed> {
  const { webhookId, topic, shopDomain, attempts } = claimed;
  const startedAt = performance.now();
  const { outcome, ...detail } = await bringToEnd(processing, claimed, lost);
  countProcessed(outcome, claimed);
  const durationMs = Math.round(performance.now() - startedAt);
  const line = { webhookId, topic, shop: shopDomain, attempts, outcome, durationMs, ...detail };
  log[LEVELS[outcome]](line, "webhook processed");
  return outcome;
}

const LEVELS = { SUCCEEDED: "info", SKIPPED: "info", FAILED: "warn", late: "warn", DEAD: "error" } as const;

type End = { outcome: Processed; reason?: string; err?: unknown };

async function bringToEnd(processing: Processing, claimed: ClaimedEvent, lost: AbortSignal): Promise<End> {
  if (claimed.status === "DEAD") return { outcome: "DEAD", reason: "Every worker that took it was lost." };
  try {
    return await attempt(processing, claimed, lost);
  } catch (error) {
    if (error instanceof ClaimLapsedError) return { outcome: "late", reason: error.message };
    return { outcome: await recordFailure(processing.db, claimed, error), err: error };
  }
}

async function attempt(
  { db, keys, handlers }: Processing,
  claimed: ClaimedEvent,
  lost: AbortSignal,
): Promise<End> {
  const now = claimed.claimedAt;
  const store = await findStore(db, claimed.shopDomain);
  const end = (queryable: Queryable, result: HandlerResult) =>
    complete(queryable, claimed, result, { storeId: store?.id ?? null, now });

  const handler = handlers.get(claimed.topic);
  if (!handler) return end(db, { skipped: `Backroom does nothing about ${claimed.topic}.` });
  if (handler.of === "any") return run(handler, store);
  if (store?.status === "ACTIVE") return run(handler, store);
  return end(db, { skipped: "The shop does not have Backroom installed." });

  async function run<S>({ prepare, handle }: Handling<S>, its: S): Promise<End> {
    const context = { store: its, event: { ...claimed, payload: readPayload(claimed.payload) }, keys, now };
    await prepare?.({ ...context, db, lost });
    return inTransaction(db, async (tx) => end(tx, await handle({ ...context, tx })));
  }
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
 * Ten seconds after the first failure, four times as long after each further one, two hours at most: eight attempts within
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
