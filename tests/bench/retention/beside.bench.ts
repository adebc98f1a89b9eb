/** What the door feels of a sweep in its own process. */
import { setTimeout as sleep } from "node:timers/promises";
import type { RetentionReport } from "~/features/retention/sweep.server";
import { APP_ENVIRONMENT } from "../../support/app-process";
import type { BenchDatabases } from "../databases";
import { quantile } from "../measure";
import { startDoor } from "../webhooks/doors";
import { goal } from "../webhooks/goal";
import { describeLoad, generate, type LoadResult } from "../webhooks/load-job";
import { fillWebhooks, withClient } from "./expired-rows";

export type BesideSizes = {
  rounds: number;
  /** Of each turn, and before it */
  seconds: number;
  warmUpSeconds: number;
  expired: number;
  live: number;
};
export const BESIDE_SHORT: BesideSizes = {
  ...{ rounds: 1, seconds: 0.5, warmUpSeconds: 0.1 },
  ...{ expired: 2_000, live: 500 },
};
export const BESIDE_LONG: BesideSizes = {
  ...{ rounds: 6, seconds: 30, warmUpSeconds: 2 },
  ...{ expired: 2_000_000, live: 200_000 },
};

/**
 * The door at 200/s, by turns alone and while the sweep runs in the same process, and who waited for a lock. A p99 of one
 * machine's disk wanders by half from one minute to the next, so each is taken over all of its turns.
 */
export async function benchBeside(
  databases: BenchDatabases,
  { rounds, seconds, warmUpSeconds, ...rows }: BesideSizes,
) {
  const url = await databases.create("postgres", "bench_sweep");
  await fillWebhooks(url, rows);
  const door = await startDoor("ours", url, { INBOX_WORKER: "off" });
  const real = {
    mode: "open",
    url: door.url,
    rate: 200,
    seconds,
    warmUpSeconds,
    tellLatencies: true,
  } as const;
  const sweepMeanwhile = async (): Promise<RetentionReport> => {
    const headers = { Authorization: `Bearer ${APP_ENVIRONMENT.CRON_SECRET}` };
    const budgetMs = (seconds + 1) * 1_000;
    const answer = await fetch(`${door.url}/cron/retention?budgetMs=${budgetMs}`, {
      method: "POST",
      headers,
    });
    return (await answer.json()) as RetentionReport;
  };
  const alone: LoadResult[] = [];
  const beside: LoadResult[] = [];
  const reports: Promise<RetentionReport>[] = [];
  const waits = watchLocks(url);
  for (let round = 0; round < rounds; round++) {
    alone.push(await generate({ ...real, run: `alone${round}` }));
    beside.push(await generate({ ...real, run: `beside${round}` }, () => reports.push(sweepMeanwhile())));
    await reports.at(-1);
  }
  const longestWaitMs = await waits.stop();
  const policies = (await Promise.all(reports)).flatMap((report) => report.policies);
  await door.stop();
  const deleted = policies.reduce((sum, policy) => sum + policy.deleted, 0);
  console.log(
    `\nThe door at 200/s, and a sweep in the same process: ${rounds} × ${seconds} s each, by turns, postgres`,
  );
  for (const load of alone) console.log(`  alone          ${describeLoad(load)}`);
  for (const load of beside) console.log(`  beside a sweep ${describeLoad(load)}`);
  console.log(
    `  the sweep deleted ${deleted} rows meanwhile, ${Math.round(deleted / (rounds * (seconds + 1)))}/s`,
  );
  const p99 = (loads: LoadResult[]) =>
    quantile(
      loads.flatMap(({ latencies }) => latencies),
      0.99,
    );
  console.log(
    `  p99 of all turns: alone ${p99(alone).toFixed(2)} ms, beside a sweep ${p99(beside).toFixed(2)} ms`,
  );
  goal("p99", p99(beside) / p99(alone), "≤", 1.15, "×");
  const failed = beside.flatMap(({ statuses }) =>
    Object.entries(statuses).map(([status, count]) => (status.startsWith("2") ? 0 : count)),
  );
  goal(
    "failed beside it",
    failed.reduce((sum, count) => sum + count, 0),
    "≤",
    0,
    "",
  );
  goal("longest wait for a lock", longestWaitMs, "≤", 20, " ms");
}

/** Looks every 10 ms for sessions that wait for a lock, and for how long. */
function watchLocks(url: string) {
  let stopped = false;
  let longestMs = 0;
  const watching = withClient(url, async (client) => {
    while (!stopped) {
      const { rows } = await client.query<{ ms: number | null }>(
        `SELECT max(extract(epoch FROM clock_timestamp() - "waitstart") * 1000)::float8 AS "ms" FROM pg_locks WHERE NOT "granted"`,
      );
      longestMs = Math.max(longestMs, rows[0]?.ms ?? 0);
      await sleep(10);
    }
  });
  return {
    stop: async () => {
      stopped = true;
      await watching;
      return longestMs;
    },
  };
}
