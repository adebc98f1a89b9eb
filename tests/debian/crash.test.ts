/**
 * The short form of tests/crash/main.ts. It is here and not in `npm test` because it takes minutes of a machine of its own. It
 * judges what is lost and done twice; the times are the long form's to judge, on a quiet machine.
 */
import { expect, it } from "vitest";
import { CRASH_SHORT, runCrashes } from "../crash/crash-run";
import { start } from "../support/child-process";

const lines: string[] = [];
const run = (part: Parameters<typeof runCrashes>[0]["only"]) =>
  runCrashes({ ...CRASH_SHORT, only: part, say: (line) => lines.push(line) });

it("loses nothing and does nothing twice when apps, workers and Postgres are killed under load", async () => {
  expect(await run(["kills"]), lines.join("\n")).toEqual([]);
}, 600_000);

it("has one effect of each event that comes in one to ten copies, concurrent and shuffled", async () => {
  expect(await run(["storm"]), lines.join("\n")).toEqual([]);
}, 600_000);

it("takes up what a killed worker held, and nothing from a worker that comes too late", async () => {
  expect(await run(["reclaim", "stale"]), lines.join("\n")).toEqual([]);
}, 600_000);

it("gives up an event that kills its worker, at its cap, and none of those beside it", async () => {
  expect(await run(["poison"]), lines.join("\n")).toEqual([]);
}, 600_000);

it("says 503 while Postgres is away, acknowledges nothing falsely, and is as usual afterwards", async () => {
  // By the command, as the runbook has it
  const command = ["run", "-s", "crash", "--", "--short", "--only", "outage"];
  const { code, output } = await start("npm", command, { environment: { DIRECT_URL: "" } }).ended;
  expect(code, output).toBe(0);
  expect(output).toMatch(/^no violations$/m);
}, 600_000);

it("has one sweep at a time, free soon after its death, and a true record of each", async () => {
  expect(await run(["sweeps"]), lines.join("\n")).toEqual([]);
}, 600_000);
