import type { Queryable } from "~/platform/db/client.server";

type Row = NonNullable<Awaited<ReturnType<Queryable["retentionRun"]["findFirst"]>>>;
export type RetentionRun = Row;
export type RetentionResult = Pick<Row, "backlog"> & {
  outcome: Exclude<Row["outcome"], "RUNNING">;
  policies: object[];
};

/** Sweeps belong to the installation, not to a store. */
export class RetentionRunRepository {
  constructor(private readonly db: Queryable) {}

  /** Written before the first delete, so that a run that dies is seen. */
  async insert(run: { startedAt: Date; dryRun: boolean }): Promise<string> {
    const { id } = await this.db.retentionRun.create({
      data: { ...run, policies: [] },
      select: { id: true },
    });
    return id;
  }

  async close(id: string, result: RetentionResult, now: Date): Promise<void> {
    await this.db.retentionRun.update({ where: { id }, data: { ...result, finishedAt: now } });
  }

  /** Newest first. */
  list(limit = 30): Promise<RetentionRun[]> {
    return this.db.retentionRun.findMany({ orderBy: [{ startedAt: "desc" }, { id: "desc" }], take: limit });
  }
}
