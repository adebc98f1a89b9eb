/** What a merchant learns about retention: the rules, what they do to this store, and how the last sweeps went. */
import { connectionsHealth, rotationsDue, type RotationDue } from "~/features/connections/connections.server";
import { databaseNow } from "~/platform/db/clock.server";
import { inTransaction, type Db } from "~/platform/db/client.server";
import { isStatementTimeout } from "~/platform/db/errors.server";
import { limitStatements } from "~/platform/db/statement-timeout.server";
import { DueOfStore, POLICIES_OF_STORES } from "./due-of-store.repository.server";
import type { Counted } from "./due-rows.repository.server";
import { cutoffOf, POLICIES, type Lifetime, type Policy, type RetentionDays } from "./policies.server";
import type { PolicyName } from "./retention";
import { RetentionRunRepository, type RetentionRun } from "./retention-run.repository.server";

/** A page does not wait longer for a count. */
const COUNT_MS = 1_000;
/** Each batch writes down what it did, so a sweep that was silent for so long is not running any more. */
const SILENT_MS = 2 * 60_000;
const SHOWN_SWEEPS = 10;

export type DataRetention = {
  rules: RuleLine[];
  due: DueLine[];
  /** The newest first */
  sweeps: SweepLine[];
  rotations: RotationDue[];
  /** Whether the store has any secret that could be due */
  anySecret: boolean;
};

/** Both null when the operator's setting keeps everything. */
export type RuleLine = { name: PolicyName; lifetime: Lifetime | null; cutoff: string | null };

/** Rows of this store; null when they could not be counted in time. */
export type DueLine = { name: PolicyName; due: Rows | null; spared: Rows | null };
type Rows = { count: number; oldestAt: string | null };

/** Nothing of what it did: that would tell about other stores. */
export type SweepLine = {
  startedAt: string;
  state: "complete" | "incomplete" | "failed" | "running" | "unfinished";
  tookMs: number | null;
};

/** @param days what an operator set (RETENTION_…_DAYS) */
export async function loadRetention(
  db: Db,
  store: { id: string; shopDomain: string },
  { now, days }: { now: Date; days: RetentionDays },
): Promise<DataRetention> {
  // Cutoffs are the database's, as the sweep's are.
  const sweepNow = await databaseNow(db);
  const runs = await new RetentionRunRepository(db).list(SHOWN_SWEEPS);
  const due = [];
  for (const policy of POLICIES_OF_STORES) {
    const cutoff = cutoffOf(policy, sweepNow, days);
    if (cutoff) due.push(await countOf(db, store, policy, cutoff));
  }
  return {
    rules: POLICIES.map((policy) => ruleOf(policy, sweepNow, days)),
    due,
    sweeps: runs.map((run) => toSweepLine(run, sweepNow)),
    rotations: await rotationsDue(db, store.id, now),
    anySecret: (await connectionsHealth(db, store.id, now)).some(({ secret }) => secret !== null),
  };
}

async function countOf(
  db: Db,
  { id, shopDomain }: { id: string; shopDomain: string },
  policy: Policy,
  cutoff: Date,
): Promise<DueLine> {
  const { name } = policy;
  try {
    return await inTransaction(db, async (tx) => {
      await limitStatements(tx, COUNT_MS);
      const rows = new DueOfStore(tx, id, shopDomain);
      const due = toRows(await rows.countDue(policy, cutoff));
      return { name, due, spared: toRows(await rows.countSpared(policy, cutoff)) };
    });
  } catch (error) {
    if (!isStatementTimeout(error)) throw error;
    return { name, due: null, spared: null };
  }
}

function toRows({ count, oldestAt }: Counted): Rows {
  return { count, oldestAt: oldestAt?.toISOString() ?? null };
}

function ruleOf(policy: Policy, now: Date, days: RetentionDays): RuleLine {
  const cutoff = cutoffOf(policy, now, days);
  const set = days[policy.name];
  const lifetime = set === undefined ? policy.lifetime : { days: set };
  return { name: policy.name, lifetime: cutoff && lifetime, cutoff: cutoff?.toISOString() ?? null };
}

function toSweepLine({ startedAt, finishedAt, outcome, updatedAt }: RetentionRun, now: Date): SweepLine {
  const silentMs = now.getTime() - updatedAt.getTime();
  return {
    startedAt: startedAt.toISOString(),
    state: outcome === "RUNNING" ? (silentMs < SILENT_MS ? "running" : "unfinished") : STATES[outcome],
    tookMs: finishedAt && finishedAt.getTime() - startedAt.getTime(),
  };
}

const STATES = { COMPLETE: "complete", INCOMPLETE: "incomplete", FAILED: "failed" } as const;
