/**
 * The sweep through its real code path, beside the best SQL that we can write by hand, on the same rows in one run; then with a
 * snapshot held open, with ten times more rows and by the rule that keeps the latest.
 */
import { sweep } from "~/features/retention/sweep.server";
import type { PolicyName } from "~/features/retention/retention";
import { connectDatabase } from "~/platform/db/client.server";
import type { BenchDatabases } from "../databases";
import { quantile } from "../measure";
import { goal } from "../webhooks/goal";
import { fillConnectionEvents, fillWebhooks, withClient } from "./expired-rows";

export type SweepSizes = {
  rounds: number;
  expired: number;
  live: number;
  latest: number;
  growth: number[];
};
export const SWEEP_SHORT: SweepSizes = {
  rounds: 1,
  expired: 2_000,
  live: 500,
  latest: 6_000,
  growth: [],
};
export const SWEEP_LONG: SweepSizes = {
  ...{ rounds: 3, expired: 1_000_000, live: 200_000, latest: 1_000_000 },
  ...{ growth: [100_000, 1_000_000, 5_000_000] },
};

type Drained = { rows: number; seconds: number; worstMs: number; growthMb: number };

export async function benchSweep(databases: BenchDatabases, sizes: SweepSizes) {
  const filled = async (rows = { expired: sizes.expired, live: sizes.live }) => {
    const url = await databases.create("postgres", "bench_sweep");
    await fillWebhooks(url, rows);
    return url;
  };
  console.log(`\nSweep of ${sizes.expired} expired beside ${sizes.live} live webhooks, postgres`);
  const rounds = [];
  for (let round = 0; round < sizes.rounds; round++)
    rounds.push({
      byHand: describe("SQL by hand", await drainByHand(await filled())),
      ours: describe("ours", await drain(await filled(), "webhook-events")),
      held: describe(
        "ours, a snapshot held",
        await drain(await filled(), "webhook-events", { snapshot: true }),
      ),
    });
  const ratio = median(rounds.map(({ ours, byHand }) => ours.rate / byHand.rate));
  goal("of the SQL by hand", ratio, "≥", 0.8, "×");
  goal("rows/s", median(rounds.map(({ ours }) => ours.rate)), "≥", 80_000, "/s");
  goal("worst batch", Math.max(...rounds.map(({ ours }) => ours.worstMs)), "≤", 100, " ms");
  goal("memory growth", Math.max(...rounds.map(({ ours }) => ours.growthMb)), "≤", 64, " MB");
  const heldRatio = median(rounds.map(({ held, ours }) => held.rate / ours.rate));
  goal("of the free rate with a snapshot held", heldRatio, "≥", 0.8, "×");

  const url = await databases.create("postgres", "bench_sweep");
  await fillConnectionEvents(url, sizes.latest);
  console.log(
    `\nSweep of ${sizes.latest} connection tests, the latest of each of 5,000 series stay, postgres`,
  );
  const latest = describe("ours", await drain(url, "connection-events"));
  goal("rows/s", latest.rate, "≥", 40_000, "/s");

  if (!sizes.growth.length) return;
  console.log("\nSweep by size, postgres");
  const grown = [];
  for (const expired of sizes.growth)
    grown.push(
      describe(`${expired} rows`, await drain(await filled({ expired, live: sizes.live }), "webhook-events")),
    );
  goal("of the smallest's rate with the most rows", grown.at(-1)!.rate / grown[0]!.rate, "≥", 0.8, "×");
  goal("memory growth", Math.max(...grown.map(({ growthMb }) => growthMb)), "≤", 64, " MB");
}

async function drain(url: string, name: PolicyName, { snapshot = false } = {}): Promise<Drained> {
  const db = await connectDatabase(url, { maxConnections: 4 });
  const drained = async (): Promise<Drained> => {
    globalThis.gc?.();
    const before = process.memoryUsage.rss();
    let most = before;
    const startedAt = performance.now();
    const leased = await sweep(
      { db, days: {}, onProgress: () => (most = Math.max(most, process.memoryUsage.rss())) },
      { dryRun: false, budgetMs: 3_600_000 },
    );
    const seconds = (performance.now() - startedAt) / 1_000;
    if (leased.outcome === "running") throw new Error("Another sweep is running.");
    const policy = leased.result.policies.find((one) => one.name === name)!;
    if (policy.backlog || policy.error) throw new Error(`The sweep ended with ${JSON.stringify(policy)}`);
    return {
      rows: policy.deleted,
      seconds,
      worstMs: policy.worstBatchMs,
      growthMb: (most - before) / 2 ** 20,
    };
  };
  try {
    return snapshot ? await withSnapshot(url, drained) : await drained();
  } finally {
    await db.$disconnect();
  }
}

/** As a dump or a long report would. */
function withSnapshot<T>(url: string, work: () => Promise<T>): Promise<T> {
  return withClient(url, async (client) => {
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
    await client.query(`SELECT count(*) FROM "Store"`);
    const result = await work();
    await client.query("COMMIT");
    return result;
  });
}

const BATCH = 5_000;

/** Places on disk, a cursor, no framework, no record, no lease. */
async function drainByHand(url: string): Promise<Drained> {
  return withClient(url, async (client) => {
    const startedAt = performance.now();
    let rows = 0;
    let worstMs = 0;
    for (let cursor = "-infinity"; ;) {
      const at = performance.now();
      const { rows: batches } = await client.query<{ count: number; next: string }>(
        `WITH "batch" AS MATERIALIZED (
           SELECT ctid AS "place", "processedAt" FROM "WebhookEvent" WHERE "status" = 'SUCCEEDED'
             AND "processedAt" < now() AT TIME ZONE 'UTC' - interval '14 days' AND "processedAt" >= $1::timestamp
           ORDER BY "processedAt" LIMIT ${BATCH} FOR UPDATE SKIP LOCKED
         ), "gone" AS (DELETE FROM "WebhookEvent" WHERE ctid = ANY (ARRAY(SELECT "place" FROM "batch")) RETURNING 1)
         SELECT (SELECT count(*)::int FROM "gone") AS "count", max("processedAt")::text AS "next" FROM "batch"`,
        [cursor],
      );
      worstMs = Math.max(worstMs, performance.now() - at);
      const { count, next } = batches[0]!;
      rows += count;
      if (count < BATCH) break;
      cursor = next;
    }
    return { rows, seconds: (performance.now() - startedAt) / 1_000, worstMs, growthMb: 0 };
  });
}

function describe(name: string, drained: Drained) {
  const rate = drained.rows / drained.seconds;
  console.log(
    `  ${name.padEnd(24)} ${String(Math.round(rate)).padStart(7)} rows/s   ${drained.rows} rows in ${drained.seconds.toFixed(1)} s   worst batch ${Math.round(drained.worstMs)} ms   memory +${Math.round(drained.growthMb)} MB`,
  );
  return { ...drained, rate };
}

function median(values: number[]): number {
  return quantile(values, 0.5);
}
