/**
 * The short form of tests/crash/main.ts. It is here and not in `npm test` because it takes a machine of its own for a while. It
 * judges what is lost and done twice; the times are the long form's to judge, on a quiet machine.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startCluster, type Cluster } from "../crash/cluster";
import { CRASH_SHORT, runCrashes, type PartName } from "../crash/crash-run";
import { start } from "../support/child-process";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster?.close());

async function survives(...only: PartName[]) {
  const lines: string[] = [];
  const violations = await runCrashes({ ...CRASH_SHORT, only, say: (line) => lines.push(line) }, cluster);
  expect(violations, lines.join("\n")).toEqual([]);
}

// Most of their time is spent waiting for leases.
describe.concurrent("workers that are killed, beside each other", () => {
  it("have one effect of each event that comes in one to ten copies, concurrent and shuffled", async () => {
    await survives("storm");
  }, 600_000);

  it("leave what they held to others, and write nothing when they come too late", async () => {
    await survives("reclaim", "stale");
  }, 600_000);

  it("give up an event that kills its worker, at its cap, and none of those beside it", async () => {
    await survives("poison");
  }, 600_000);
});

it("loses nothing and does nothing twice when apps, workers and Postgres are killed under load", async () => {
  await survives("kills");
}, 600_000);

it("has one sweep at a time, free soon after its death, and a true record of each", async () => {
  await survives("sweeps");
}, 600_000);

it("says 503 while Postgres is away, acknowledges nothing falsely, and is as usual afterwards", async () => {
  // By the command, as the runbook has it
  const command = ["run", "-s", "crash", "--", "--short", "--only", "outage"];
  const { code, output } = await start("npm", command, { environment: { DIRECT_URL: "" } }).ended;
  expect(code, output).toBe(0);
  expect(output).toMatch(/^no violations$/m);
}, 600_000);
