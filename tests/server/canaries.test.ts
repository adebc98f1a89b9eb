import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startDemo, type Demo } from "../e2e/support/demo";
import { runCanaries, type CanaryRun } from "../support/canary-run";

describe("of a thousand secrets, through every path of the connections, on SQLite", () => {
  let demo: Demo;
  let run: CanaryRun;
  beforeAll(async () => {
    demo = await startDemo({ seeded: false });
    run = await runCanaries(demo, 1_000);
  }, 300_000);
  afterAll(() => demo?.stop());

  it("every path was taken: stored, refused at the form, refused by the provider, the same again", () => {
    expect(run.canaries.count).toBeGreaterThanOrEqual(1_000);
    for (const status of [200, 400, 409, 422]) expect(run.statuses[status]).toBeGreaterThan(20);
    expect(
      Object.keys(run.statuses)
        .map(Number)
        .filter((status) => status >= 500),
    ).toEqual([]);
  });

  it("none is in a body, a header or a page that the app sent", () => {
    expect(run.canaries.foundIn(run.sent)).toEqual([]);
  });

  it("none is in the log", () => {
    expect(demo.log()).toContain('"path":"/app/settings/connections/mcp"');
    expect(run.canaries.foundIn(demo.log())).toEqual([]);
  });

  it("none is in a process's arguments", () => {
    expect(run.commandLines).toContain("build/index.js");
    expect(run.canaries.foundIn(run.commandLines)).toEqual([]);
  });

  it("none is in the database file, events and settings included", () => {
    const file = demo.databaseUrl.slice("file:".length);
    const bytes = Buffer.concat([file, `${file}-wal`].filter(existsSync).map((path) => readFileSync(path)));
    expect(bytes.includes("AUTH_INVALID")).toBe(true);
    expect(bytes.includes("bk1.e2e.")).toBe(true);
    expect(run.canaries.foundIn(bytes)).toEqual([]);
  });

  it("the search would have found one that was there, in any disguise", () => {
    const secret = run.canaries.next("before-");
    for (const text of [
      secret,
      Buffer.from(`x${secret}`).toString("base64"),
      Buffer.from(secret).toString("hex"),
    ])
      expect(run.canaries.foundIn(`{"message":"${text}"}`)).not.toEqual([]);
  });
});
