/**
 * One runner at a time for a job of the installation, whatever process it is in. The lease is a row with an end by the
 * database's clock: a holder renews it, frees it when it is done, and loses it by itself when it was killed.
 */
import { setTimeout as sleep } from "node:timers/promises";
import cuid from "@bugsnag/cuid";
import { INSTANT_IN } from "./clock.server";
import { changeRows, queryRows, type RawQueryable } from "./raw.server";

/** How long a killed holder keeps others out. Renewed three times within it. */
export const LEASE_MS = 15_000;

export type Leased<T> = { outcome: "done"; result: T } | { outcome: "running"; runId: string };

/**
 * Runs `work` as the only run of `job`; "running" with the id of the run that is at it, when there is one.
 * `work` gets a signal that is aborted when the lease is lost (the database was away for longer than it lasts): from
 * then on somebody else may have begun.
 */
export async function withLease<T>(
  db: RawQueryable,
  job: string,
  runId: string,
  work: (lost: AbortSignal) => Promise<T>,
  leaseMs = LEASE_MS,
): Promise<Leased<T>> {
  const holder = await acquire(db, job, runId, leaseMs);
  if (holder !== runId) return { outcome: "running", runId: holder };
  const lost = new AbortController();
  let renewedAt = performance.now();
  let renewing = Promise.resolve();
  const renewal = setInterval(renew, leaseMs / 3);
  try {
    return { outcome: "done", result: await work(lost.signal) };
  } finally {
    clearInterval(renewal);
    // A renewal that is under way would take the lease back after it was freed.
    await Promise.race([renewing, sleep(leaseMs, undefined, { ref: false })]);
    // Freed rather than left to run out: the next run may start at once. If it cannot be freed, it runs out.
    await holdLease(db, job, runId, 0).catch(() => undefined);
  }

  /** Looks at the time first: a database that is away may not even say so. */
  function renew() {
    // At the third tick without an answer, which a timer may bring a moment early
    if (performance.now() - renewedAt > 0.9 * leaseMs) lost.abort(new LeaseLostError(job));
    const askedAt = performance.now();
    renewing = holdLease(db, job, runId, leaseMs).then(
      (held) => {
        if (held) renewedAt = askedAt;
        else lost.abort(new LeaseLostError(job));
      },
      () => undefined,
    );
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
async function acquire(db: RawQueryable, job: string, runId: string, leaseMs: number): Promise<string> {
  const at = INSTANT_IN[db.engine];
  // Not one upsert: that would lock the row before it looks at it, and wait for whoever proves that the lease is his.
  const taken = await changeRows(
    db,
    `UPDATE "JobLease" SET "runId" = ?, "expiresAt" = ${at}, "updatedAt" = ${at} WHERE "name" = ? AND "expiresAt" <= ${at}`,
    [runId, leaseMs, 0, job, 0],
  );
  if (taken) return runId;
  const [held] = await queryRows<{ runId: string }>(db, `SELECT "runId" FROM "JobLease" WHERE "name" = ?`, [
    job,
  ]);
  if (held) return held.runId;
  const made = await changeRows(
    db,
    `INSERT INTO "JobLease" ("id", "createdAt", "updatedAt", "name", "runId", "expiresAt")
     VALUES (?, ${at}, ${at}, ?, ?, ${at}) ON CONFLICT ("name") DO NOTHING`,
    [cuid(), 0, 0, job, runId, leaseMs],
  );
  return made ? runId : acquire(db, job, runId, leaseMs);
}

/**
 * Whether `runId` still holds the job; if so it does for another `leaseMs`. Asked last in a transaction, it is a fence: the
 * row stays locked, so nobody can take the job before what the transaction did is done.
 */
export async function holdLease(
  db: RawQueryable,
  job: string,
  runId: string,
  leaseMs: number,
): Promise<boolean> {
  const held = await changeRows(
    db,
    `UPDATE "JobLease" SET "expiresAt" = ${INSTANT_IN[db.engine]}, "updatedAt" = ${INSTANT_IN[db.engine]} WHERE "name" = ? AND "runId" = ?`,
    [leaseMs, 0, job, runId],
  );
  return held > 0;
}
