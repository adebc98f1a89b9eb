/** Sweeps that never came to their end: killed, or without a database to say so in. The next run closes their records. */
import { inTransaction, type Db } from "~/platform/db/client.server";
import { limitStatements } from "~/platform/db/statement-timeout.server";
import { DueRowsRepository } from "./due-rows.repository.server";
import { POLICIES } from "./policies.server";
import type { PolicyReport } from "./retention";
import { RetentionRunRepository } from "./retention-run.repository.server";

const COUNT_MS = 2_000;

/**
 * INCOMPLETE, with what they deleted (each batch wrote that down) and what is still there of what was theirs. Only the
 * holder of the sweep's lease may ask for it: nobody else knows that they are not running.
 */
export async function closeUnfinished(db: Db, runId: string, now: Date): Promise<void> {
  const runs = new RetentionRunRepository(db);
  for (const { id, policies, dryRun } of await runs.listUnfinished(runId)) {
    const counted = dryRun ? policies : await Promise.all(policies.map((policy) => withBacklog(db, policy)));
    const backlog = counted.reduce((sum, policy) => sum + policy.backlog, 0);
    await runs.close(id, { outcome: "INCOMPLETE", policies: counted, backlog }, now);
  }
}

async function withBacklog(db: Db, report: PolicyReport): Promise<PolicyReport> {
  const policy = POLICIES.find(({ name }) => name === report.name);
  if (!policy || !report.cutoff) return report;
  const { count, oldestAt } = await inTransaction(db, async (tx) => {
    await limitStatements(tx, COUNT_MS);
    return new DueRowsRepository(tx, policy).countDue(new Date(report.cutoff!));
  });
  if (!count) return report;
  return {
    ...report,
    backlog: count,
    oldestAt: oldestAt?.toISOString(),
    note: "The sweep ended before this policy did.",
  };
}
