/**
 * What `npm run retention`, `inbox` and `refresh` have in common: each does what its /cron endpoint does, from a shell, with
 * progress, and with no budget but the one that is given. `[-- --dry-run] [--budget-ms N]`
 *
 * 0    nothing is left (or, dry run: it was counted)
 * 1    something is left: the budget ended it, or a part of it failed
 * 2    it could not run: configuration, database, or another run is at it
 * 130  stopped by SIGINT or SIGTERM, after the step that it was in
 */
import { parseArgs } from "node:util";
import type { RotationReminder } from "~/features/connections/rotation-reminders.server";
import { connectDatabase, type Db } from "~/platform/db/client.server";
import {
  DatabaseUnavailableError,
  describeDatabaseError,
  isDatabaseUnavailable,
} from "~/platform/db/errors.server";
import type { Leased } from "~/platform/db/lease.server";
import { ConfigurationError, databaseEnvironment } from "~/platform/env.server";
import { parseCronQuery, type CronQuery } from "~/platform/http/cron-query.server";

/** A shell waits as long as it takes. */
const STANDARD_BUDGET_MS = "9999999";
/** Between two lines of progress */
const TELL_MS = 1_000;

type Report = { runId: string; dryRun: boolean; outcome: string };

export type CronCommand<R extends Report> = {
  /** As in `npm run <name>` */
  name: string;
  /** Who else may hold its lease, as a sentence begins */
  rival: string;
  /** Reads the environment, so that what is wrong with it is told before anything is opened. */
  prepare: () => (run: CronRun, query: CronQuery) => Promise<Leased<R>>;
  tell: (report: R) => void;
};

export type CronRun = {
  db: Db;
  signal: AbortSignal;
  /** For as many calls as there are steps: a line is made, and told, once a second. */
  progress: (line: () => string) => void;
};

/** Runs it, says how it went, and ends the process. */
export function runCronCommand<R extends Report>(command: CronCommand<R>) {
  main(command).then(
    (code) => process.exit(code),
    (error: unknown) => {
      const expected = error instanceof ConfigurationError || error instanceof DatabaseUnavailableError;
      console.error(expected ? error.message : error);
      process.exit(2);
    },
  );
}

async function main<R extends Report>({ name, rival, prepare, tell }: CronCommand<R>): Promise<number> {
  const query = readOptions(name);
  const { databaseUrl, maxConnections } = databaseEnvironment();
  const work = prepare();
  const db = await connectDatabase(databaseUrl, { maxConnections });
  const signal = stopSignal();
  try {
    const leased = await work({ db, signal, progress: teller() }, query);
    if (leased.outcome === "running") {
      console.error(`${rival} is at it (${leased.runId}); wait for it to end.`);
      return 2;
    }
    const { runId, dryRun, outcome } = leased.result;
    tell(leased.result);
    console.log(dryRun ? `Nothing was changed (run ${runId}).` : `${outcome} (run ${runId}).`);
    if (signal.aborted) return 130;
    return outcome === "COMPLETE" ? 0 : 1;
  } catch (error) {
    throw isDatabaseUnavailable(error) ? describeDatabaseError(error, databaseUrl) : error;
  } finally {
    await db.$disconnect();
  }
}

function readOptions(name: string): CronQuery {
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
    if (error instanceof ConfigurationError) throw error;
    throw new ConfigurationError([`Usage: npm run ${name} [-- --dry-run] [--budget-ms N]`]);
  }
}

/** The first signal stops after the step, a second one at once. */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  return stop.signal;
}

function teller(): CronRun["progress"] {
  let toldAt = performance.now();
  return (line) => {
    if (performance.now() - toldAt < TELL_MS) return;
    toldAt = performance.now();
    console.log(line());
  };
}

/** Two of the three reports list them. */
export function tellRotations(reminders: RotationReminder[]) {
  for (const { shopDomain, provider, overdue, daysUntil } of reminders)
    console.log(
      `${shopDomain}: the secret of ${provider} ${overdue ? `should have been rotated ${-daysUntil} days ago` : `should be rotated in ${daysUntil} days`}`,
    );
}

/** What there is of each, in the order in which it is given: "SUCCEEDED 1,240, FAILED 3" */
export function listCounts(counts: Record<string, number>): string {
  const some = Object.entries(counts).filter(([, count]) => count);
  return some.map(([name, count]) => `${name} ${number(count)}`).join(", ") || "nothing";
}

export function number(count: number): string {
  return count.toLocaleString("en-US");
}
