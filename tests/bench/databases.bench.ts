import { WILD_DATABASES } from "../support/wild-databases";
import { runWild } from "../support/wild-run";
import { startWildServer } from "../support/wild-server";

/** A table of databases as they are found: what works on each, or the sentence with which the app refuses it. */
export async function benchWildDatabases() {
  console.log(
    "\nDatabases as they are found: migrate, start, 200 webhooks, worker, sweep, backup, verify, restore",
  );
  const server = await startWildServer();
  try {
    for (const database of WILD_DATABASES) {
      const startedAt = performance.now();
      const result = await runWild(server, database, { thorough: true });
      const took = `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
      console.log(`  ${database.name.padEnd(72)} ${took.padStart(7)}  ${describe(result)}`);
    }
  } finally {
    server.stop();
  }
}

function describe(result: Awaited<ReturnType<typeof runWild>>): string {
  if (result.outcome === "works") return `works: ${result.steps.join(", ")}`;
  if (result.outcome === "refused") return `refused: ${result.sentence}`;
  return `FAILED at ${result.step}: ${result.why}`;
}
