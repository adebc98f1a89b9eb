/** What the cron does about the inbox: works through what is due, for where no worker runs, or none did for a while. */
import { randomUUID } from "node:crypto";
import type { Clock } from "~/platform/clock";
import { databaseNow } from "~/platform/db/clock.server";
import { withLease, type Leased } from "~/platform/db/lease.server";
import type { CronQuery } from "~/platform/http/cron-query.server";
import type { Processed, Processing } from "./process.server";
import { WebhookInboxRepository } from "./webhook-inbox.repository.server";
import { drainInbox } from "./worker.server";

export type InboxReport = {
  runId: string;
  dryRun: boolean;
  /** INCOMPLETE when the budget or a signal ended it; what remains is due still */
  outcome: "COMPLETE" | "INCOMPLETE";
  startedAt: string;
  finishedAt: string;
  /** Events that were due when it began, that ended so or so, and that are due now */
  due: number;
  processed: Record<Processed, number>;
  remaining: number;
};

export type InboxContext = Processing & {
  clock: Clock;
  /** Ends the run after the events that it is at, as its budget does */
  signal?: AbortSignal;
  /** Told after each handful of events */
  onProgress?: (processed: Record<Processed, number>) => void;
};

/** One such run at a time; workers may be at it meanwhile. Safe to kill: what it held is claimed again. */
export function runInbox(
  { clock, signal, onProgress, ...processing }: InboxContext,
  { dryRun, budgetMs }: CronQuery,
): Promise<Leased<InboxReport>> {
  const runId = randomUUID();
  return withLease(processing.db, "inbox", runId, async (lost) => {
    const inbox = new WebhookInboxRepository(processing.db);
    const countDue = async () => inbox.countDue(await databaseNow(processing.db));
    const startedAt = clock();
    const endsAt = performance.now() + budgetMs;
    const due = await countDue();
    const mayGoOn = () => !dryRun && !lost.aborted && !signal?.aborted && performance.now() < endsAt;
    const processed = await drainInbox(processing, mayGoOn, { stopping: signal, onProgress });
    const remaining = await countDue();
    return {
      ...{
        runId,
        dryRun,
        outcome: dryRun || remaining === 0 ? ("COMPLETE" as const) : ("INCOMPLETE" as const),
      },
      ...{ startedAt: startedAt.toISOString(), finishedAt: clock().toISOString() },
      ...{ due, processed, remaining },
    };
  });
}
