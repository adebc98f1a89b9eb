/**
 * The sweep: one run at a time over all policies, in batches that are bounded in rows and time. Each batch is one
 * transaction that deletes, says in RetentionRun what has been done so far, and proves that the run still holds its lease;
 * so whatever is killed, the record is true.
 */
import cuid from "@bugsnag/cuid";
import { rotationReminders, type RotationReminder } from "~/features/connections/rotation-reminders.server";
import type { Db } from "~/platform/db/client.server";
import { databaseNow } from "~/platform/db/clock.server";
import { holdLease, withLease, type Leased } from "~/platform/db/lease.server";
import type { CronQuery } from "~/platform/http/cron-query.server";
import { Pace } from "./pace.server";
import { POLICIES, type RetentionDays } from "./policies.server";
import { PolicyWalk, SweepEndedError, type RecordBatch } from "./policy-walk.server";
import { SWEEP_JOB, type PolicyReport, type SweepOutcome } from "./retention";
import { RetentionProgressRepository } from "./retention-progress.repository.server";
import { RetentionRunRepository } from "./retention-run.repository.server";
import { closeUnfinished } from "./unfinished-runs.server";

/** A sweep that was killed keeps the next one out for this long. The proof in each batch is what makes so short a lease safe. */
export const SWEEP_LEASE_MS = 900;

/** Of the budget, for counting what is left: a fifth, and at most so long. */
const COUNTING_MS = 5_000;

/** Of one policy, before the next has its turn: the largest backlog must not starve the others. */
const TURN_MS = 1_000;

export type RetentionReport = {
  runId: string;
  dryRun: boolean;
  /** INCOMPLETE when rows are left (budget, or rows in use), FAILED when a policy did not run to its end */
  outcome: SweepOutcome;
  startedAt: string;
  finishedAt: string;
  policies: PolicyReport[];
  rotationReminders: RotationReminder[];
};

export type SweepContext = {
  db: Db;
  /** What an operator set (RETENTION_…_DAYS) */
  days: RetentionDays;
  /** From which cutoffs are reckoned; the database's own time unless it is given */
  now?: Date;
  /** Told after each batch */
  onProgress?: (policies: PolicyReport[]) => void;
  /** Ends the run after the batch it is in, as its budget does */
  signal?: AbortSignal;
  /** How long a policy works, in milliseconds, before the next one has its turn; a second unless it is given */
  turnMs?: number;
  /** How it rests while others use the database; by the clock unless it is given */
  sleep?: (ms: number) => Promise<unknown>;
};

/**
 * Deletes what is past its time, or with `dryRun` counts it. "running" with the id of the run (or backup) that is at it,
 * when there is one. Safe to kill at any moment: the next run closes its record and goes on.
 * @throws {SweepEndedError} when another run took over
 */
export function sweep(context: SweepContext, query: CronQuery): Promise<Leased<RetentionReport>> {
  const runId = cuid();
  return withLease(context.db, SWEEP_JOB, runId, () => run(context, query, runId), SWEEP_LEASE_MS);
}

async function run(context: SweepContext, { dryRun, budgetMs }: CronQuery, runId: string) {
  const { db, days } = context;
  const begunAt = performance.now();
  const endsAt = begunAt + budgetMs;
  const countingMs = Math.min(COUNTING_MS, budgetMs / 5);
  const startedAt = context.now ?? (await databaseNow(db));
  const walks = POLICIES.map((policy) => new PolicyWalk(db, policy, { now: startedAt, days }));
  const reports = () => walks.map(({ report }) => report);
  const runs = new RetentionRunRepository(db);
  await closeUnfinished(db, runId, begunAt + countingMs);
  await runs.insert({ id: runId, startedAt, dryRun, policies: reports() });

  if (!dryRun) await walkInTurns(context, walks, runId, endsAt - countingMs);
  for (const walk of walks) await walk.count({ dryRun, endsAt });
  const policies = reports();
  const outcome = outcomeOf(walks, dryRun);
  const finishedAt = await databaseNow(db);
  const backlog = policies.reduce((sum, policy) => sum + policy.backlog, 0);
  if (!(await runs.close(runId, { outcome, policies, backlog }, finishedAt))) throw new SweepEndedError();
  return {
    ...{ runId, dryRun, outcome },
    ...{ startedAt: startedAt.toISOString(), finishedAt: finishedAt.toISOString() },
    policies,
    rotationReminders: await rotationReminders(db, startedAt),
  };
}

/** Until all are done or the time is over. */
async function walkInTurns(context: SweepContext, walks: PolicyWalk[], runId: string, endsAt: number) {
  const { db, onProgress, signal, sleep, turnMs = TURN_MS } = context;
  const pace = new Pace(db, sleep);
  const mayGoOn = () => performance.now() < endsAt && !signal?.aborted;
  const open = () => walks.filter(({ isOpen }) => isOpen);
  await pace.begin(endsAt);
  while (open().length && mayGoOn())
    for (const walk of open()) {
      const record = recordOf(walk);
      const turnEndsAt = performance.now() + turnMs;
      while (walk.isOpen && mayGoOn() && performance.now() < turnEndsAt) {
        const tookMs = await walk.step(record, { batchMs: pace.batchMs, endsAt });
        onProgress?.(walks.map(({ report }) => report));
        await pace.rest(tookMs, endsAt);
      }
    }

  function recordOf(walk: PolicyWalk): RecordBatch {
    return async (tx, report) => {
      const policies = walks.map((other) => (other === walk ? report : other.report));
      if (!(await new RetentionProgressRepository(tx).write(runId, policies))) throw new SweepEndedError();
      if (!(await holdLease(tx, SWEEP_JOB, runId, SWEEP_LEASE_MS))) throw new SweepEndedError();
    };
  }
}

function outcomeOf(walks: PolicyWalk[], dryRun: boolean): SweepOutcome {
  if (walks.some(({ report }) => report.error)) return "FAILED";
  if (walks.some(({ isUncounted }) => isUncounted)) return "INCOMPLETE";
  return !dryRun && walks.some(({ report }) => report.backlog) ? "INCOMPLETE" : "COMPLETE";
}
