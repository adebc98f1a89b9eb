/** Sweeps that are killed at any moment, and many at once: one runner each time, and a record that tells the truth. */
import { spawn, type ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import {
  RetentionRunRepository,
  type RetentionRun,
} from "~/features/retention/retention-run.repository.server";
import { SWEEP_JOB } from "~/features/retention/retention";
import { sweep, SWEEP_LEASE_MS } from "~/features/retention/sweep.server";
import { connectDatabase, type Db } from "~/platform/db/client.server";
import { withLease } from "~/platform/db/lease.server";
import { childEnvironment } from "~/platform/env.server";
import { fillWebhooks } from "../bench/retention/expired-rows";
import type { Cluster } from "./cluster";

export type SweepCrashes = {
  kills: number;
  /** Milliseconds from each death until the next run had the lease */
  freedAfter: number[];
  deleted: number;
  /** Sentences; none is what must come out */
  violations: string[];
};

/** Between the record and the kill a sweep that is alone takes up to 40,000. */
const ROWS_PER_KILL = 15_000;
const AT_ONCE = 8;

export async function killSweeps(cluster: Cluster, kills: number): Promise<SweepCrashes> {
  const url = await cluster.create("sweeps");
  const db = await connectDatabase(url, { maxConnections: 3 });
  const runs = new RetentionRunRepository(db);
  await fillWebhooks(url, { expired: ROWS_PER_KILL * (kills + AT_ONCE), live: 1_000 });
  const violations: string[] = [];
  const freedAfter: number[] = [];
  const startedWith = await db.webhookEvent.count();

  for (let kill = 0; kill < kills; kill++) {
    const before = await db.webhookEvent.count();
    const sweeper = startSweep(url);
    const runId = await runningRun(runs, sweeper);
    if (!runId) {
      violations.push("A sweep ended before it could be killed.");
      continue;
    }
    // Anywhere from its first statement to some batches on
    await sleep((kill * 37) % 250);
    sweeper.kill("SIGKILL");
    await new Promise((resolve) => sweeper.once("exit", resolve));
    freedAfter.push(await freeAgain(db));
    const gone = before - (await db.webhookEvent.count());
    violations.push(...judge((await db.retentionRun.findUnique({ where: { id: runId } })) as never, gone));
  }
  violations.push(...(await manyAtOnce(url, runs)));
  const deleted = startedWith - (await db.webhookEvent.count());
  await db.$disconnect();
  return { kills, freedAfter, deleted, violations };
}

/** What `npm run retention` is */
function startSweep(url: string, ...args: string[]): ChildProcess {
  return spawn(process.execPath, ["ops/run.mjs", "ops/retention", ...args], {
    env: childEnvironment({ DATABASE_URL: url, DIRECT_URL: "" }),
    stdio: "ignore",
  });
}

async function runningRun(runs: RetentionRunRepository, sweeper: ChildProcess): Promise<string | null> {
  while (sweeper.exitCode === null) {
    const [running] = await runs.listUnfinished("");
    if (running) return running.id;
    await sleep(10);
  }
  return null;
}

/** How long it takes until another run may begin; it then closes the dead one's record. */
async function freeAgain(db: Db): Promise<number> {
  const diedAt = performance.now();
  let freedAfter = 0;
  const probe = async () => void (freedAfter = performance.now() - diedAt);
  while ((await withLease(db, SWEEP_JOB, "probe", probe)).outcome === "running") await sleep(10);
  await sweep({ db, days: {} }, { dryRun: true, budgetMs: 1 });
  return freedAfter;
}

function judge(run: RetentionRun | null, gone: number): string[] {
  if (!run) return ["The record of a killed sweep is not there."];
  const said = run.policies.reduce((sum, { deleted }) => sum + deleted, 0);
  const webhooks = run.policies.find(({ name }) => name === "webhook-events");
  return [
    ...(run.outcome === "INCOMPLETE" ? [] : [`A killed sweep is recorded as ${run.outcome}.`]),
    ...(said === gone ? [] : [`A killed sweep recorded ${said} rows and deleted ${gone}.`]),
    ...(run.backlog && webhooks?.oldestAt ? [] : ["A killed sweep's record tells no backlog or no age."]),
  ];
}

async function manyAtOnce(url: string, runs: RetentionRunRepository): Promise<string[]> {
  const before = new Set((await runs.list(1_000)).map(({ id }) => id));
  const codes = await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      const sweeper = startSweep(url);
      return new Promise((resolve) => sweeper.once("exit", resolve));
    }),
  );
  // Who is refused leaves no record. Who is stopped for as long as its lease lasts is followed by another, and never sooner. A
  // batch renews the lease as it is written down; before the first one that instant is not known.
  const begun = (await runs.list(1_000)).filter(({ id }) => !before.has(id)).reverse();
  const tooSoon = begun.filter((run, i) => {
    const last = begun[i - 1];
    if (!last) return false;
    const hasBatch = last.policies.some(({ batches }) => batches > 0);
    const leaseMs = last.outcome === "COMPLETE" || !hasBatch ? 0 : SWEEP_LEASE_MS;
    return run.startedAt.getTime() < last.finishedAt!.getTime() + leaseMs;
  });
  const complete = begun.filter(({ outcome }) => outcome === "COMPLETE").length;
  const ended = codes.filter((code) => code === 0).length;
  return [
    ...(ended ? [] : [`Of ${AT_ONCE} sweeps none came to its end (${codes.join(", ")}).`]),
    ...(codes.every((code) => code === 0 || code === 2) ? [] : [`Sweeps ended with ${codes.join(", ")}.`]),
    ...(complete === ended ? [] : [`${ended} sweeps came to their end, and ${complete} are recorded so.`]),
    ...tooSoon.map(() => "Two sweeps ran at once."),
  ];
}
