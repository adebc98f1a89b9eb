/** Random histories on both engines against the oracle: how many rows went that should not have, or stayed. */
import fc from "fast-check";
import { connectDatabase } from "~/platform/db/client.server";
import { historiesOf, someHistory, sweepHistories } from "../../features/retention/histories";
import type { BenchDatabases } from "../databases";
import { goal } from "../webhooks/goal";

const AT_ONCE = 1_000;
/** Ordinary, on both changes of the clocks, on a 29th of February, at the turn of a year */
const NOWS = [
  ...["2026-11-23T03:30:00.000Z", "2026-10-25T01:00:00.000Z", "2027-03-28T01:00:00.000Z"],
  ...["2028-02-29T12:00:00.000Z", "2027-01-01T00:00:00.000Z"],
];

export async function benchHistories(databases: BenchDatabases, count: number) {
  for (const engine of ["sqlite", "postgres"] as const) {
    const db = await connectDatabase(await databases.create(engine, "bench_histories"), {
      maxConnections: 4,
    });
    const startedAt = performance.now();
    const wrong: string[] = [];
    for (let done = 0; done < count; done += AT_ONCE) {
      const now = new Date(NOWS[(done / AT_ONCE) % NOWS.length]!);
      const some = fc.sample(someHistory, { numRuns: Math.min(AT_ONCE, count - done), seed: done + 1 });
      wrong.push(...(await sweepHistories(db, historiesOf(some, now), now)));
    }
    const seconds = Math.round((performance.now() - startedAt) / 1_000);
    console.log(`\nHistories, ${engine}: ${count} in ${seconds} s`);
    goal("rows or counts wrong", wrong.length, "≤", 0, "");
    for (const one of wrong.slice(0, 20)) console.log(`  ${one}`);
    await db.$disconnect();
  }
}
