import { INSTANT_IN } from "~/platform/db/clock.server";
import { changeRows, type RawQueryable } from "~/platform/db/raw.server";
import type { PolicyReport } from "./retention";

/** The record of a run under way, written with each of its batches and so in raw SQL. */
export class RetentionProgressRepository {
  constructor(private readonly db: RawQueryable) {}

  /** What the run has done so far; false when it is not running any more. */
  async write(runId: string, policies: PolicyReport[]): Promise<boolean> {
    const written = await changeRows(
      this.db,
      `UPDATE "RetentionRun" SET "policies" = ?, "updatedAt" = ${INSTANT_IN[this.db.engine]}
       WHERE "id" = ? AND "outcome" = 'RUNNING'`,
      [JSON.stringify(policies), 0, runId],
    );
    return written > 0;
  }
}
