import { startCluster } from "../crash/cluster";
import { describeOutage } from "../crash/crash-run";
import { outage, violationsOf } from "../crash/outage";
import { goal } from "./webhooks/goal";

/** What the world is told while the database is away under load, and how soon all is as before. */
export async function benchOutage(seconds: number) {
  const cluster = await startCluster();
  try {
    for (const how of ["stopped", "frozen"] as const) {
      const report = await outage(cluster, how, { seconds, afterOutage: 8 });
      describeOutage(`Postgres ${how} for ${seconds} s under 200 deliveries/s`, report, console.log);
      const { door, readyz, cron } = report.asked as Record<
        "door" | "readyz" | "cron",
        { slowest: number; normalAfter: number }
      >;
      goal("slowest 503", Math.max(door.slowest, readyz.slowest, cron.slowest) / 1000, "≤", 1, " s");
      goal(
        "as usual again",
        Math.max(door.normalAfter, readyz.normalAfter, cron.normalAfter) / 1000,
        "≤",
        3,
        " s",
      );
      for (const violation of violationsOf(report)) console.log(`  VIOLATION: ${violation}`);
    }
  } finally {
    await cluster.close();
  }
}
