import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startDemo, type Demo } from "../e2e/support/demo";
import { runCanaries, type CanaryRun } from "../support/canary-run";

describe("of a thousand secrets, through every path of the connections, on Postgres", () => {
  let demo: Demo;
  let run: CanaryRun;
  beforeAll(async () => {
    demo = await startDemo({ engine: "postgres", seeded: false });
    run = await runCanaries(demo, 1_000);
  }, 300_000);
  afterAll(() => demo?.stop());

  it("every path was taken, that of a database that went away included", () => {
    expect(run.canaries.count).toBeGreaterThanOrEqual(1_000);
    for (const status of [200, 400, 409, 422]) expect(run.statuses[status]).toBeGreaterThan(20);
    expect(run.statuses[503]).toBeGreaterThanOrEqual(4);
  });

  it("none is in what the app sent, in its log, or in a process's arguments", () => {
    expect(run.canaries.foundIn(run.sent)).toEqual([]);
    expect(run.canaries.foundIn(demo.log())).toEqual([]);
    expect(run.canaries.foundIn(run.commandLines)).toEqual([]);
  });

  it("none is in a dump of the database", () => {
    const { stdout, stderr } = spawnSync("pg_dump", ["--no-owner", demo.databaseUrl], { maxBuffer: 2 ** 28 });
    expect(stderr.toString()).toBe("");
    expect(stdout.includes("bk1.e2e.")).toBe(true);
    expect(run.canaries.foundIn(stdout)).toEqual([]);
  });
});
