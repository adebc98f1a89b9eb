import { answers, startApp } from "../support/app-process";
import type { BenchDatabases } from "./databases";
import { quantile } from "./measure";

/** From `node build/index.js` to the first 200 of /readyz, which asks the database. Milliseconds. */
export async function benchColdStart(databases: BenchDatabases, starts = 7) {
  console.log("\nCold start to the first 200 of /readyz");
  for (const engine of ["sqlite", "postgres"] as const) {
    const url = await databases.create(engine, `bench_start_${engine}`);
    const times: number[] = [];
    for (let i = 0; i < starts; i++) {
      const startedAt = performance.now();
      const app = await startApp({ DATABASE_URL: url, LOG_LEVEL: "warn" });
      await answers(app, "/readyz", 200);
      times.push(performance.now() - startedAt);
      await app.stop();
    }
    console.log(
      `  ${engine.padEnd(10)} median ${Math.round(quantile(times, 0.5))} ms, worst of ${starts} ${Math.round(Math.max(...times))} ms`,
    );
  }
}
