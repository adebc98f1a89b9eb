/**
 * What `npm run retention`, `inbox` and `refresh` have in common: each does what its /cron endpoint does, from a shell, with
 * progress, and with no budget but the one that is given.
 */
import type { RotationReminder } from "~/features/connections/rotation-reminders.server";
import { command, STOPPED, UsageError, type Io, type Main } from "~/platform/command.server";
import type { Db } from "~/platform/db/client.server";
import type { Leased } from "~/platform/db/lease.server";
import { databaseEnvironment, type Source } from "~/platform/env.server";
import { parseCronQuery, type CronQuery } from "~/platform/http/cron-query.server";
import { withDatabase } from "./database";

/** A shell waits as long as it takes. */
const STANDARD_BUDGET_MS = "9999999";
/** Between two lines of progress */
const PROGRESS_MS = 1_000;

type Report = { runId: string; dryRun: boolean; outcome: string };

export type CronCommand<R extends Report> = {
  /** As in `npm run <name>` */
  name: string;
  /** What it does, as --help says it */
  purpose: string;
  /** Who else may hold its lease, as a sentence begins */
  rival: string;
  /** Reads the environment, so that a problem of it is reported before anything is opened. */
  prepare: (env: Source) => (run: CronRun, query: CronQuery) => Promise<Leased<R>>;
  /** The lines that the report is printed as */
  lines: (report: R) => string[];
};

export type CronRun = {
  db: Db;
  signal: AbortSignal;
  /** Called at every step; a line is made, and printed, once a second. */
  progress: (line: () => string) => void;
};

export function cronCommand<R extends Report>(spec: CronCommand<R>): Main {
  return command({
    name: `npm run ${spec.name}`,
    help: `Usage: npm run ${spec.name} [-- --dry-run] [--budget-ms N]

${spec.purpose}
  --dry-run      count, and change nothing
  --budget-ms N  stop after so many milliseconds; what is left stays for the next run

0    nothing is left (or, dry run: it was counted)
1    something is left: the budget ended it, or a part of it failed
2    it could not run: arguments, configuration, database, or another run holds the lease
130  stopped by SIGINT or SIGTERM, after the step that it was in`,
    options: { "dry-run": "flag", "budget-ms": "value" },
    run: async ({ values }, env, io) => {
      const query = parseCronQuery(
        new URLSearchParams({
          dryRun: values["dry-run"] ? "1" : "0",
          budgetMs: values["budget-ms"] ?? STANDARD_BUDGET_MS,
        }),
      );
      if (typeof query === "string") throw new UsageError(query);
      return run(spec, query, env, io);
    },
  });
}

async function run<R extends Report>(spec: CronCommand<R>, query: CronQuery, env: Source, io: Io) {
  const { databaseUrl, maxConnections } = databaseEnvironment(env);
  const work = spec.prepare(env);
  return withDatabase(databaseUrl, { maxConnections }, async (db) => {
    const leased = await work({ db, signal: io.signal, progress: onceASecond(io.out) }, query);
    if (leased.outcome === "running") {
      io.err(`${spec.rival} holds the lease (${leased.runId}); wait for it to end.`);
      return 2;
    }
    const { runId, dryRun, outcome } = leased.result;
    for (const line of spec.lines(leased.result)) io.out(line);
    io.out(dryRun ? `Nothing was changed (run ${runId}).` : `${outcome} (run ${runId}).`);
    if (io.signal.aborted) return STOPPED;
    return outcome === "COMPLETE" ? 0 : 1;
  });
}

function onceASecond(out: Io["out"]): CronRun["progress"] {
  let printedAt = performance.now();
  return (line) => {
    if (performance.now() - printedAt < PROGRESS_MS) return;
    printedAt = performance.now();
    out(line());
  };
}

/** Two of the three reports list them. */
export function rotationLines(reminders: RotationReminder[]): string[] {
  return reminders.map(
    ({ shopDomain, provider, overdue, daysUntil }) =>
      `${shopDomain}: the secret of ${provider} ${overdue ? `should have been rotated ${-daysUntil} days ago` : `should be rotated in ${daysUntil} days`}`,
  );
}

/** The counts that are not 0, in the order in which they are given: "SUCCEEDED 1,240, FAILED 3" */
export function listCounts(counts: Record<string, number>): string {
  const some = Object.entries(counts).filter(([, count]) => count);
  return some.map(([name, count]) => `${name} ${number(count)}`).join(", ") || "nothing";
}

export function number(count: number): string {
  return count.toLocaleString("en-US");
}
