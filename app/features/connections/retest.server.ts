/** A test of what is stored: by hand, and by the cron. */
import type { Connection } from "./connection";
import type { ConnectionContext } from "./connection-context";
import type { Provider } from "./provider";
import { beginTest, nextTestAfter, recordTest } from "./record-test.server";
import { StoreSecretRepository } from "./store-secret.repository.server";
import { findConnection, isLostForGood, isSameConnection } from "./stored-connection.server";
import { testConnection, type TestResult } from "./test-connection.server";

/**
 * Tests what is stored, and appends the event. If what failed was replaced or taken away while its provider was asked, the
 * event says so by its trigger, and does not speak for the connection that is there now.
 */
export async function testStored(
  context: Omit<ConnectionContext, "actor">,
  connection: Connection,
  trigger: "MANUAL" | "SCHEDULED",
): Promise<TestResult | "gone"> {
  const { db, storeId, keys, now } = context;
  const { provider } = connection;
  const begun = await beginTest(db, storeId, provider, now);
  if (begun === "gone") return "gone";
  const result = await testConnection(context, connection);
  const failed = result.outcome === "FAILURE";
  const inUse = !failed || (await isStillStored(context, connection));
  const event = { trigger: inUse ? trigger : ("CONNECT" as const), now, ...begun };
  if ((await recordTest(db, storeId, provider, result, event)) === "gone") return "gone";
  // A test by hand that worked leaves the cron's round as it is.
  if (inUse && (failed || trigger === "SCHEDULED"))
    await new StoreSecretRepository(db, storeId, keys).updateNextTest(provider, nextTestAfter(result, now));
  return result;
}

async function isStillStored(
  context: Omit<ConnectionContext, "actor">,
  connection: Connection,
): Promise<boolean> {
  // A key that cannot be had right now must not cost the test its event.
  const found = await findConnection(context, connection.provider).catch(() => connection);
  return isSameConnection(connection, found);
}

/**
 * A connection whose credential does not open cannot be tested, and does not work: its event says so, or it would be
 * shown as working for ever. Anything else is thrown on.
 */
export async function recordLost(
  { db, storeId, keys, now }: Pick<ConnectionContext, "db" | "storeId" | "keys" | "now">,
  provider: Provider,
  error: unknown,
): Promise<"recorded" | "gone"> {
  if (!isLostForGood(error)) throw error;
  const result: TestResult = {
    ...{ outcome: "FAILURE", errorClass: "BAD_CONFIG", retryable: false, latencyMs: 0 },
    ...{ httpStatus: null, providerCode: null, suggestion: null },
    message: "The stored secret cannot be opened any more, so nothing was asked. Store it again.",
  };
  const recorded = await recordTest(db, storeId, provider, result, { trigger: "SCHEDULED", now });
  if (recorded === "recorded")
    await new StoreSecretRepository(db, storeId, keys).updateNextTest(provider, nextTestAfter(result, now));
  return recorded;
}
