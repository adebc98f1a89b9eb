/** One policy on its way through its table, batch by batch. */
import type { Db } from "~/platform/db/client.server";
import { isDatabaseUnavailable, isStatementTimeout } from "~/platform/db/errors.server";
import { inRawTransaction, type RawQueryable } from "~/platform/db/raw.server";
import { limitStatements } from "~/platform/db/statement-timeout.server";
import { log } from "~/platform/log.server";
import { BatchSize } from "./batch-size.server";
import { countInTime, noteOn, type CountInTime } from "./count-rows.server";
import { DueRowsRepository, type Batch, type Cursor } from "./due-rows.repository.server";
import { cutoffOf, type Policy, type RetentionDays } from "./policies.server";
import { MOST_COUNTED, SETTINGS, type PolicyReport } from "./retention";

/** No statement takes longer, whatever the budget; but for a dry run's, which has nothing else to do. */
const STATEMENT_MOST_MS = 2_000;

/** In the batch's transaction, and last: writes down how far the run is, and proves that it may go on. */
export type RecordBatch = (tx: RawQueryable, report: PolicyReport) => Promise<void>;

export class PolicyWalk {
  report: PolicyReport;
  /** What is left could not be counted in time: nobody knows that it is nothing */
  isUncounted = false;
  #pass = 0;
  #cursor: Cursor = null;
  #done = false;
  /** Rows that somebody else held while we came by */
  #passedBy = 0;
  readonly #cutoff: Date | null;
  readonly #size: BatchSize;

  constructor(
    private readonly db: Db,
    private readonly policy: Policy,
    { now, days }: { now: Date; days: RetentionDays },
  ) {
    const { name } = policy;
    this.#size = new BatchSize(policy.batch[db.engine]);
    this.#cutoff = cutoffOf(policy, now, days);
    this.report = { ...EMPTY, name, cutoff: this.#cutoff?.toISOString() ?? null };
    if (!this.#cutoff) this.report.note = `${SETTINGS[name]} is ${days[name]}, which keeps everything.`;
  }

  get isOpen(): boolean {
    return Boolean(this.#cutoff) && !this.#done && !this.report.error;
  }

  /**
   * Deletes one batch; returns how long it took in milliseconds. A fault of this policy ends this policy only.
   * @throws whatever concerns the whole run: the database is away, or `record` says no
   */
  async step(record: RecordBatch, { batchMs, endsAt }: { batchMs: number; endsAt: number }): Promise<number> {
    const begunAt = performance.now();
    const rows = this.#size.rows;
    const pass = this.policy.passes[this.#pass]!;
    try {
      const { batch, report } = await inRawTransaction(this.db, async (tx) => {
        // The run's last word commits durably, and its batches with it.
        await limitStatements(tx, Math.min(STATEMENT_MOST_MS, endsAt - begunAt), { commit: "lazy" });
        const due = new DueRowsRepository(tx, this.policy);
        const batch = await due.deleteBatch(pass, this.#cutoff!, this.#cursor, rows);
        const report = this.#after(batch.deleted, performance.now() - begunAt);
        await record(tx, report);
        return { batch, report };
      });
      this.report = report;
      this.#passedBy += batch.found - batch.deleted;
      this.#cursor = this.#placeAfter(batch);
      if (batch.found < rows) this.#endPass();
      const tookMs = performance.now() - begunAt;
      if (batch.found === rows) this.#size.follow(rows, tookMs, batchMs);
      return tookMs;
    } catch (error) {
      if (!this.#isOurs(error)) throw error;
      // Cut by the budget, not by its own length: the sweep ends by itself.
      if (isStatementTimeout(error) && performance.now() >= endsAt) return performance.now() - begunAt;
      if (!isStatementTimeout(error) || !this.#size.shrink()) this.#refuse(error);
      return performance.now() - begunAt;
    }
  }

  /**
   * At the end of a run, until `endsAt` or little longer: what is left, and what the rule spares. `dryRun` counts what a sweep
   * would delete.
   */
  async count({ dryRun, endsAt }: { dryRun: boolean; endsAt: number }): Promise<void> {
    const cutoff = this.#cutoff;
    if (!cutoff) return;
    const begunAt = performance.now();
    const limits = dryRun
      ? { endsAt, statementMs: Infinity, most: null }
      : { endsAt, statementMs: STATEMENT_MOST_MS, most: MOST_COUNTED };
    try {
      // To its end, and met nobody: not counted again, because the dead rows would be read once more.
      const due =
        this.#done && !this.#passedBy
          ? NOTHING
          : await countInTime(this.db, this.policy, limits, (rows, most) =>
              rows.countDue(cutoff, most, this.#firstLeft),
            );
      const spared = this.policy.spared
        ? await countInTime(this.db, this.policy, limits, (rows, most) => rows.countSpared(cutoff, most))
        : NOTHING;
      this.#tell(due, spared, dryRun);
    } catch (error) {
      if (!this.#isOurs(error)) throw error;
      this.#refuse(error);
    }
    this.report.durationMs += Math.round(performance.now() - begunAt);
  }

  #tell(due: CountInTime | null, spared: CountInTime | null, dryRun: boolean) {
    this.isUncounted = due === null;
    const notes = [
      this.report.note,
      noteOn(due, dryRun ? "What would be deleted" : "What is left"),
      noteOn(spared, "What is older and kept"),
    ].filter(Boolean);
    this.report = {
      ...this.report,
      ...{ backlog: due?.count ?? 0, kept: spared?.count ?? 0 },
      ...(due?.oldestAt && { oldestAt: due.oldestAt.toISOString() }),
      ...(spared?.oldestAt && { keptOldestAt: spared.oldestAt.toISOString() }),
      ...(dryRun && { deleted: due?.count ?? 0 }),
      ...(notes.length && { note: notes.join(" ") }),
    };
  }

  /** Rows that were passed by are behind us. */
  get #firstLeft() {
    return this.#passedBy ? undefined : { pass: this.#pass, cursor: this.#cursor };
  }

  /** The cursor is an instant: a batch that met only held rows of one would be met again, so the next begins after it. */
  #placeAfter({ next, deleted }: Batch): Cursor {
    const isStuck = next && !deleted && next.getTime() === this.#cursor?.getTime();
    return isStuck ? new Date(next.getTime() + 1) : (next ?? this.#cursor);
  }

  #endPass() {
    this.#pass += 1;
    this.#cursor = null;
    this.#done = this.#pass === this.policy.passes.length;
  }

  #after(deleted: number, tookMs: number): PolicyReport {
    const { report } = this;
    return {
      ...report,
      deleted: report.deleted + deleted,
      batches: report.batches + (deleted ? 1 : 0),
      durationMs: report.durationMs + Math.round(tookMs),
      worstBatchMs: Math.max(report.worstBatchMs, Math.round(tookMs)),
    };
  }

  /** A fault that another policy's table need not have. */
  #isOurs(error: unknown): boolean {
    return (
      !(error instanceof SweepEndedError) && (isStatementTimeout(error) || !isDatabaseUnavailable(error))
    );
  }

  #refuse(error: unknown) {
    const text = isStatementTimeout(error)
      ? `${this.#size.rows} rows took longer than ${STATEMENT_MOST_MS / 1_000} s; is the index of ${this.policy.table}.${this.policy.at} there?`
      : "The database refused it; the log says why.";
    log.error({ err: error, policy: this.policy.name }, "a retention policy stopped");
    this.report = { ...this.report, error: text };
  }
}

/** The run is not the one that sweeps any more: another one has taken its place. */
export class SweepEndedError extends Error {
  readonly name = "SweepEndedError";
  readonly code = "SWEEP_ENDED";
  constructor() {
    super(
      "Another run has taken this sweep's place, because its lease ran out; what it deleted is recorded.",
    );
  }
}

const EMPTY = { deleted: 0, kept: 0, batches: 0, backlog: 0, durationMs: 0, worstBatchMs: 0 };
const NOTHING: CountInTime = { count: 0, oldestAt: null, isMore: false };
