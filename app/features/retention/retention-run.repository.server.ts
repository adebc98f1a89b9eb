import type { Queryable } from "~/platform/db/client.server";
import type { PolicyReport, SweepOutcome } from "./retention";

type Row = NonNullable<Awaited<ReturnType<Queryable["retentionRun"]["findFirst"]>>>;
export type RetentionRun = Omit<Row, "policies"> & { policies: PolicyReport[] };
export type RetentionResult = Pick<Row, "backlog"> & { outcome: SweepOutcome; policies: PolicyReport[] };

/** Sweeps belong to the installation, not to a store. */
export class RetentionRunRepository {
  constructor(private readonly db: Queryable) {}

  /** Written before the first delete, so that a run that dies is seen. */
  async insert(run: Pick<Row, "id" | "startedAt" | "dryRun"> & { policies: PolicyReport[] }): Promise<void> {
    await this.db.retentionRun.create({ data: run });
  }

  /** False when it is not running any more: somebody else has closed it. */
  async close(id: string, result: RetentionResult, now: Date): Promise<boolean> {
    const { count } = await this.db.retentionRun.updateMany({
      where: { id, outcome: "RUNNING" },
      data: { ...result, finishedAt: now },
    });
    return count > 0;
  }

  /** Runs that never came to their end, the oldest first: their process died, or lost its database. */
  listUnfinished(exceptId: string): Promise<RetentionRun[]> {
    return this.db.retentionRun.findMany({
      where: { outcome: "RUNNING", id: { not: exceptId } },
      orderBy: [{ startedAt: "asc" }, { id: "asc" }],
      take: 100,
    }) as unknown as Promise<RetentionRun[]>;
  }

  /** The newest first, without dry runs, of which a monitor may make many. */
  list(limit: number): Promise<RetentionRun[]> {
    return this.db.retentionRun.findMany({
      where: { dryRun: false },
      orderBy: [{ startedAt: "desc" }, { id: "desc" }],
      take: limit,
    }) as unknown as Promise<RetentionRun[]>;
  }

  /** The last sweep that was no dry run and is over; with `outcome` the last that ended so. */
  findLast(outcome?: SweepOutcome): Promise<RetentionRun | null> {
    return this.db.retentionRun.findFirst({
      where: { dryRun: false, outcome: outcome ?? { not: "RUNNING" } },
      orderBy: [{ startedAt: "desc" }, { id: "desc" }],
    }) as unknown as Promise<RetentionRun | null>;
  }
}
