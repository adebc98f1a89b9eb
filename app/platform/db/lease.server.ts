/**
 * One runner at a time for a job of the installation, whatever process it is in. The lease is a row with an end by the
 * database's clock: a holder renews it, frees it when it is done, and loses it by itself when it was killed.
 */
import { databaseNow } from "./clock.server";
import type { Db } from "./client.server";
import { isUniqueViolation } from "./errors.server";

/** How long a killed holder keeps others out. Renewed three times within it. */
export const LEASE_MS = 15_000;

export type Leased<T> = { outcome: "done"; result: T } | { outcome: "running"; runId: string };

/**
 * Runs `work` as the only run of `job`; "running" with the id of the run that is at it, when there is one.
 * `work` gets a signal that is aborted when the lease is lost (the database was away for longer than it lasts): from
 * then on somebody else may have begun.
 */
export async function withLease<T>(
  db: Db,
  job: string,
  runId: string,
  work: (lost: AbortSignal) => Promise<T>,
  leaseMs = LEASE_MS,
): Promise<Leased<T>> {
  const holder = await acquire(db, job, runId, leaseMs);
  if (holder !== runId) return { outcome: "running", runId: holder };
  const lost = new AbortController();
  const renewal = setInterval(() => void renew(), leaseMs / 3);
  let renewedAt = performance.now();
  try {
    return { outcome: "done", result: await work(lost.signal) };
  } finally {
    clearInterval(renewal);
    // Freed rather than left to run out: the next run may start at once. If it cannot be freed, it runs out.
    await setEnd(db, job, runId, 0).catch(() => undefined);
  }

  async function renew() {
    const held = await setEnd(db, job, runId, leaseMs).catch(() => null);
    if (held) renewedAt = performance.now();
    else if (held === false || performance.now() - renewedAt > leaseMs) lost.abort(new LeaseLostError(job));
  }
}

/** The run whose lease was taken by another one; what it did is kept, and the other one goes on from there. */
export class LeaseLostError extends Error {
  readonly name = "LeaseLostError";
  readonly code = "LEASE_LOST";
  constructor(job: string) {
    super(`The lease of "${job}" was lost, because the database could not be reached in time; run it again.`);
  }
}

/** The id of the run that holds the job now: ours, or whose it is. */
async function acquire(db: Db, job: string, runId: string, leaseMs: number): Promise<string> {
  const now = await databaseNow(db);
  const expiresAt = new Date(now.getTime() + leaseMs);
  const { count } = await db.jobLease.updateMany({
    where: { name: job, expiresAt: { lte: now } },
    data: { runId, expiresAt },
  });
  if (count) return runId;
  const found = await db.jobLease.findUnique({ where: { name: job }, select: { runId: true } });
  if (found) return found.runId;
  try {
    await db.jobLease.create({ data: { name: job, runId, expiresAt } });
    return runId;
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    return acquire(db, job, runId, leaseMs);
  }
}

async function setEnd(db: Db, job: string, runId: string, leaseMs: number): Promise<boolean> {
  const expiresAt = new Date((await databaseNow(db)).getTime() + leaseMs);
  return (await db.jobLease.updateMany({ where: { name: job, runId }, data: { expiresAt } })).count > 0;
}
