/** What the cron does about connections: tests those that are due, and says which secrets want a new one. */
import { randomUUID } from "node:crypto";
import type { KeyProvider } from "~/platform/crypto/keyring.server";
import { DAY_MS } from "~/platform/clock";
import type { Db } from "~/platform/db/client.server";
import { withLease, type Leased } from "~/platform/db/lease.server";
import type { CronQuery } from "~/platform/http/cron-query.server";
import { log } from "~/platform/log.server";
import { ConnectionEventRepository } from "./connection-event.repository.server";
import { DueRepository, type DueTest } from "./due.repository.server";
import { recordLost, testStored } from "./retest.server";
import type { ProviderDeps } from "./providers/provider-client.server";
import { rotationReminders, type RotationReminder } from "./rotation-reminders.server";
import { findConnection } from "./stored-connection.server";

/** A test that was begun and never finished (its process died) is due again after this. */
const CLAIM_MS = 15 * 60 * 1000;
const LONGEST_CLAIM_MS = 12 * 60 * 60 * 1000;
const AT_ONCE = 5;
const BATCH = 50;

export type RefreshReport = {
  runId: string;
  dryRun: boolean;
  /** INCOMPLETE when the budget or a signal ended it; what remains is due still */
  outcome: "COMPLETE" | "INCOMPLETE";
  startedAt: string;
  finishedAt: string;
  connections: Counts & { due: number; remaining: number };
  rotationReminders: RotationReminder[];
};

type Counts = { tested: number; working: number; failing: number; skipped: number };

export type RefreshContext = {
  db: Db;
  keys: KeyProvider;
  deps: ProviderDeps;
  clock: () => Date;
  /** Ends the run after the tests that it is at, as its budget does */
  signal?: AbortSignal;
  /** Told after each test */
  onProgress?: (counts: Counts) => void;
};

/** Only one run at a time; "running" with its id when there is one. Safe to kill: what it did is done, the rest is due. */
export function refreshConnections(
  context: RefreshContext,
  query: CronQuery,
): Promise<Leased<RefreshReport>> {
  const runId = randomUUID();
  return withLease(context.db, "refresh", runId, (lost) => run(context, query, runId, lost));
}

async function run(
  { db, keys, deps, clock, signal, onProgress }: RefreshContext,
  query: CronQuery,
  runId: string,
  lost: AbortSignal,
) {
  const startedAt = clock();
  const endsAt = performance.now() + query.budgetMs;
  const mayGoOn = () => performance.now() < endsAt && !lost.aborted && !signal?.aborted;
  const dueRows = new DueRepository(db);
  const due = await dueRows.countTests(startedAt);
  const counts: Counts = { tested: 0, working: 0, failing: 0, skipped: 0 };

  while (!query.dryRun && mayGoOn()) {
    const batch = await dueRows.listTests(startedAt, BATCH);
    if (!batch.length) break;
    await inParallel(batch, mayGoOn, async (entry) => {
      const outcome = await testDue(entry);
      if (outcome !== "skipped") counts.tested += 1;
      counts[outcome] += 1;
      onProgress?.(counts);
    });
  }
  const remaining = await dueRows.countTests(startedAt);
  const complete = query.dryRun || remaining === 0;
  return {
    runId,
    dryRun: query.dryRun,
    outcome: complete ? ("COMPLETE" as const) : ("INCOMPLETE" as const),
    startedAt: startedAt.toISOString(),
    finishedAt: clock().toISOString(),
    connections: { due, ...counts, remaining },
    rotationReminders: await rotationReminders(db, clock()),
  };

  /** Each test of the last day that did not end makes it four times as long: what kills a process is not met in a loop. */
  async function claimMs({ storeId, provider }: DueTest, now: Date): Promise<number> {
    const since = new Date(now.getTime() - DAY_MS);
    const died = await new ConnectionEventRepository(db, storeId).countBegun(provider, since);
    return Math.min(CLAIM_MS * 4 ** died, LONGEST_CLAIM_MS);
  }

  async function testDue(entry: DueTest): Promise<"working" | "failing" | "skipped"> {
    const now = clock();
    if (!(await dueRows.claimTest(entry, startedAt, new Date(now.getTime() + (await claimMs(entry, now))))))
      return "skipped";
    const { storeId, ianaTimezone } = entry;
    const context = { db, storeId, keys, deps, ianaTimezone, now };
    try {
      const connection = await findConnection(context, entry.provider).catch(async (error: unknown) => {
        const recorded = await recordLost(context, entry.provider, error);
        log.error({ err: error, storeId, provider: entry.provider }, "a stored credential does not open");
        return recorded === "recorded" ? ("lost" as const) : null;
      });
      if (connection === "lost") return "failing";
      if (!connection) return "skipped";
      const result = await testStored(context, connection, "SCHEDULED");
      if (result === "gone") return "skipped";
      return result.outcome === "SUCCESS" ? "working" : "failing";
    } catch (error) {
      // One store's trouble (a key that is lost, a row that is damaged) is not the others'; the claim brings it up again.
      log.error(
        { err: error, storeId: entry.storeId, provider: entry.provider },
        "a connection was not tested",
      );
      return "skipped";
    }
  }
}

async function inParallel<T>(
  items: T[],
  mayGoOn: () => boolean,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined && mayGoOn(); item = queue.shift())
      // One failure ends them all: nothing may still be under way when the lease is given back.
      await work(item).catch((error: unknown) => {
        queue.length = 0;
        throw error;
      });
  };
  const ended = await Promise.allSettled(Array.from({ length: AT_ONCE }, worker));
  const failed = ended.find((end) => end.status === "rejected");
  if (failed) throw failed.reason;
}
