import type { Queryable } from "~/platform/db/client.server";
import { isForeignKeyViolation } from "~/platform/db/errors.server";
import { ConnectionEventRepository, type ConnectionEvent } from "./connection-event.repository.server";
import type { Provider } from "./provider";
import type { TestResult } from "./test-connection.server";

/**
 * Appends the event of a test; "gone" when the store was deleted while its provider was asked (shop/redact), and with it
 * everything that an event could belong to.
 */
export async function recordTest(
  db: Queryable,
  storeId: string,
  provider: Provider,
  result: TestResult,
  { trigger, now }: { trigger: ConnectionEvent["trigger"]; now: Date },
): Promise<"recorded" | "gone"> {
  const failed = result.outcome === "FAILURE" ? result : null;
  try {
    await new ConnectionEventRepository(db, storeId).insert({
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
    });
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
