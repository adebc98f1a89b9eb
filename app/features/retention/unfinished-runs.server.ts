/** Sweeps that never came to their end: killed, or without a database to say so in. The next run closes their records. */
import type { Db } from "~/platform/db/client.server";
import { isDatabaseUnavailable } from "~/platform/db/errors.server";
import { log } from "~/platform/log.server";
import { countInTime, noteOn } from "./count-rows.server";
import { POLICIES } from "./policies.server";
import { MOST_COUNTED, type PolicyReport } from "./retention";
import { RetentionRunRepository } from "./retention-run.repository.server";

const STATEMENT_MOST_MS = 2_000;

/**
 * INCOMPLETE, with what they deleted (each batch wrote that down) and what is still there of what was theirs, as far as it can
 * be counted by `endsAt` (performance.now()): the next sweep must not fail for the last one. Ended when they last said
 * something. Only the holder of the sweep's lease may ask for it: nobody else knows that they are not running.
 */
export async function closeUnfinished(db: Db, runId: string, endsAt: number): Promise<void> {
  const runs = new RetentionRunRepository(db);
  for (const { id, policies, dryRun, startedAt, updatedAt } of await runs.listUnfinished(runId)) {
    const counted = [];
    for (const policy of policies) counted.push(dryRun ? policy : await withBacklog(db, policy, endsAt));
    const backlog = counted.reduce((sum, policy) => sum + policy.backlog, 0);
    const lastSeenAt = updatedAt > startedAt ? updatedAt : startedAt;
    await runs.close(id, { outcome: "INCOMPLETE", policies: counted, backlog }, lastSeenAt);
  }
}

async function withBacklog(db: Db, report: PolicyReport, endsAt: number): Promise<PolicyReport> {
  const policy = POLICIES.find(({ name }) => name === report.name);
  if (!policy || !report.cutoff) return report;
  const cutoff = new Date(report.cutoff);
  const limits = { endsAt, statementMs: STATEMENT_MOST_MS, most: MOST_COUNTED };
  const due = await countInTime(db, policy, limits, (rows, most) => rows.countDue(cutoff, most)).catch(
    (error: unknown) => {
      if (isDatabaseUnavailable(error)) throw error;
      log.error({ err: error, policy: policy.name }, "what a sweep left could not be counted");
      return null;
    },
  );
  if (due?.count === 0) return report;
  return {
    ...report,
    backlog: due?.count ?? 0,
    oldestAt: due?.oldestAt?.toISOString(),
    note: ["The sweep ended before this policy did.", noteOn(due, "What is left")].filter(Boolean).join(" "),
  };
}
