import type { Queryable } from "~/platform/db/client.server";
import { isForeignKeyViolation } from "~/platform/db/errors.server";
import { ConnectionEventRepository, type ConnectionEvent } from "./connection-event.repository.server";
import type { Provider } from "./provider";
import type { TestResult } from "./test-connection.server";

/** Before a provider is asked: if the process dies of the answer, this is what is known of the test. */
export async function beginTest(
  db: Queryable,
  storeId: string,
  provider: Provider,
  now: Date,
): Promise<{ begun: string } | "gone"> {
  try {
    return { begun: await new ConnectionEventRepository(db, storeId).insertBegun(provider, now) };
  } catch (error) {
    if (!isForeignKeyViolation(error)) throw error;
    return "gone";
  }
}

/**
 * Completes the event that was begun, or appends one; "gone" when the store was deleted while its provider was asked
 * (shop/redact), and with it everything that an event could belong to.
 */
export async function recordTest(
  db: Queryable,
  storeId: string,
  provider: Provider,
  result: TestResult,
  { trigger, now, begun }: { trigger: ConnectionEvent["trigger"]; now: Date; begun?: string },
): Promise<"recorded" | "gone"> {
  const failed = result.outcome === "FAILURE" ? result : null;
  try {
    const events = new ConnectionEventRepository(db, storeId);
    const event = {
      provider,
      trigger,
      createdAt: now,
      outcome: result.outcome,
      latencyMs: result.latencyMs,
      httpStatus: result.httpStatus,
      message: result.message,
      errorClass: failed?.errorClass ?? null,
      retryable: failed?.retryable ?? false,
      providerCode: failed?.providerCode ?? null,
    };
    if (begun !== undefined) return (await events.update(begun, event)) ? "recorded" : "gone";
    await events.insert(event);
    return "recorded";
  } catch (error) {
    if (!isForeignKeyViolation(error)) throw error;
    return "gone";
  }
}

const HOUR_MS = 60 * 60 * 1000;

/** Twice a day while nothing changes; within the hour while what is wrong may pass by itself. */
export function nextTestAfter(result: TestResult, now: Date): Date {
  const soon = result.outcome === "FAILURE" && result.retryable;
  return new Date(now.getTime() + (soon ? 1 : 12) * HOUR_MS);
}
