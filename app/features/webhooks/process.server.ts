/**
 * One claimed event from its payload to its end. What a handler writes and the event's completion are one transaction: an
 * effect happens once, whatever is killed, and a worker that comes too late writes nothing.
 */
import { findStore } from "~/features/stores/installed.server";
import type { KeyProvider } from "~/platform/crypto/keyring.server";
import { databaseNow } from "~/platform/db/clock.server";
import { inTransaction, type Db } from "~/platform/db/client.server";
import { log, scrub } from "~/platform/log.server";
import type { HandlerResult, InboxEvent, TopicHandler } from "./handler";
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
  const line = { webhookId, topic, shop: shopDomain, attempts };
  if (claimed.status === "DEAD") {
    log.error(line, "a webhook is given up: every worker that took it was lost");
    return "DEAD";
  }
  const startedAt = performance.now();
  try {
    const { status, reason } = await attempt(processing, claimed, lost);
    log.info(
      { ...line, status, reason, durationMs: Math.round(performance.now() - startedAt) },
      "webhook processed",
    );
    return status;
  } catch (error) {
    if (error instanceof ClaimLapsedError) {
      log.warn(line, error.message);
      return "late";
    }
    const outcome = await recordFailure(processing.db, claimed, error);
    log[outcome === "DEAD" ? "error" : "warn"]({ ...line, status: outcome, err: error }, "a webhook failed");
    return outcome;
  }
}

type Ended = { status: "SUCCEEDED" | "SKIPPED"; reason?: string };

async function attempt(
  { db, keys, handlers }: Processing,
  claimed: ClaimedEvent,
  lost: AbortSignal,
): Promise<Ended> {
  const now = await databaseNow(db);
  const store = await findStore(db, claimed.shopDomain);
  const handler = handlers.get(claimed.topic);
  const complete = async (inbox: WebhookInboxRepository, result: HandlerResult): Promise<Ended> => {
    const ended: Ended =
      result === "done" ? { status: "SUCCEEDED" } : { status: "SKIPPED", reason: result.skipped };
    const outcome = {
      status: ended.status,
      lastError: ended.reason ?? null,
      storeId: store?.id ?? null,
      now,
    };
    if (!(await inbox.complete(claimed, outcome))) throw new ClaimLapsedError(claimed.webhookId);
    return ended;
  };

  if (!handler)
    return complete(new WebhookInboxRepository(db), {
      skipped: `Backroom does nothing about ${claimed.topic}.`,
    });
  const event: InboxEvent = { ...claimed, payload: readPayload(claimed.payload) };
  if (handler.of === "any") return run(handler, store);
  if (store?.status !== "ACTIVE")
    return complete(new WebhookInboxRepository(db), {
      skipped: "The shop does not have Backroom installed.",
    });
  return run(handler, store);

  async function run<S>(
    {
      prepare,
      handle,
    }: { prepare?: (context: never) => Promise<void>; handle: (context: never) => Promise<HandlerResult> },
    its: S,
  ): Promise<Ended> {
    const context = { store: its, event, keys, now };
    await prepare?.({ ...context, db, lost } as never);
    return inTransaction(db, async (tx) => {
      const result = await handle({ ...context, tx } as never);
      return complete(new WebhookInboxRepository(tx), result);
    });
  }
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
