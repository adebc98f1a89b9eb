/**
 * `npm run retention [-- --dry-run] [--budget-ms N]`: what POST /cron/retention does, from a shell and with progress.
 *
 * 0    everything past its time is gone (or, dry run: it was counted)
 * 1    something is left: the budget ended it, rows were in use, or a policy failed
 * 2    it could not run: configuration, database, or another sweep or a backup is running
 * 130  stopped by SIGINT or SIGTERM, after the batch it was in
 */
import { parseArgs } from "node:util";
import { sweep, type RetentionReport } from "~/features/retention/sweep.server";
import type { PolicyReport } from "~/features/retention/retention";
import { connectDatabase } from "~/platform/db/client.server";
import {
  DatabaseUnavailableError,
  describeDatabaseError,
  isDatabaseUnavailable,
} from "~/platform/db/errors.server";
import { ConfigurationError, databaseEnvironment, retentionEnvironment } from "~/platform/env.server";
import { parseCronQuery } from "~/platform/http/cron-query.server";

const USAGE = "Usage: npm run retention [-- --dry-run] [--budget-ms N]";
/** A shell waits as long as it takes. */
const STANDARD_BUDGET_MS = "9999999";
/** Between two lines of progress */
const TELL_MS = 1_000;

async function main(): Promise<number> {
  const query = readOptions();
  const { databaseUrl, maxConnections } = databaseEnvironment();
  const { retentionDays } = retentionEnvironment();
  const db = await connectDatabase(databaseUrl, { maxConnections });
  const stop = stopSignal();
  try {
    const leased = await sweep({ db, days: retentionDays, onProgress: teller(), signal: stop }, query);
    if (leased.outcome === "running") {
      console.error(`Another sweep or a backup is at it (${leased.runId}); wait for it to end.`);
      return 2;
    }
    tell(leased.result);
    if (stop.aborted) return 130;
    return leased.result.outcome === "COMPLETE" ? 0 : 1;
  } catch (error) {
    throw isDatabaseUnavailable(error) ? describeDatabaseError(error, databaseUrl) : error;
  } finally {
    await db.$disconnect();
  }
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        "dry-run": { type: "boolean", default: false },
        "budget-ms": { type: "string", default: STANDARD_BUDGET_MS },
      },
    });
    const query = parseCronQuery(
      new URLSearchParams({ dryRun: values["dry-run"] ? "1" : "0", budgetMs: values["budget-ms"] }),
    );
    if (typeof query === "string") throw new ConfigurationError([query]);
    return query;
  } catch (error) {
    throw error instanceof ConfigurationError ? error : new ConfigurationError([USAGE]);
  }
}

/** The first signal stops after the batch, a second one at once. */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  return stop.signal;
}

function teller(): (policies: PolicyReport[]) => void {
  let toldAt = performance.now();
  return (policies) => {
    if (performance.now() - toldAt < TELL_MS) return;
    toldAt = performance.now();
    const moved = policies.filter(({ deleted }) => deleted);
    console.log(moved.map(({ name, deleted }) => `${name} ${number(deleted)}`).join(", "));
  };
}

function tell({ runId, dryRun, outcome, policies, rotationReminders }: RetentionReport) {
  for (const { name, cutoff, deleted, kept, keptOldestAt, backlog, oldestAt, note, error } of policies) {
    const facts = [
      `${number(deleted)} ${dryRun ? "would be deleted" : "deleted"}`,
      kept && `${number(kept)} older ones kept, the oldest of ${keptOldestAt}`,
      !dryRun && backlog && `${number(backlog)} left, the oldest of ${oldestAt}`,
      ...[note, error],
    ].filter(Boolean);
    console.log(`${name.padEnd(20)} ${cutoff ? `before ${cutoff}: ` : ""}${facts.join("; ")}`);
  }
  for (const { shopDomain, provider, overdue, daysUntil } of rotationReminders)
    console.log(
      `${shopDomain}: the secret of ${provider} ${overdue ? `should have been rotated ${-daysUntil} days ago` : `should be rotated in ${daysUntil} days`}`,
    );
  console.log(dryRun ? `Nothing was changed (run ${runId}).` : `${outcome} (run ${runId}).`);
}

function number(count: number): string {
  return count.toLocaleString("en-US");
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    const expected = error instanceof ConfigurationError || error instanceof DatabaseUnavailableError;
    console.error(expected ? error.message : error);
    process.exit(2);
  },
);
