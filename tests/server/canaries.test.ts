import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startDemo, type Demo } from "../e2e/support/demo";
import { runCanaries, type CanaryRun } from "../support/canary-run";

describe("a thousand secrets that pass through every path of the connections, on SQLite,", () => {
  let demo: Demo;
  let run: CanaryRun;
  beforeAll(async () => {
    demo = await startDemo({ seeded: false });
    run = await runCanaries(demo, 1_000);
  }, 300_000);
  afterAll(() => demo?.stop());

  it("are stored, refused at the form, refused by the provider and submitted again", () => {
    expect(run.canaries.count).toBeGreaterThanOrEqual(1_000);
    for (const status of [200, 400, 409, 422]) expect(run.statuses[status]).toBeGreaterThan(20);
    expect(
      Object.keys(run.statuses)
        .map(Number)
        .filter((status) => status >= 500),
    ).toEqual([]);
  });

  it("appear in no body, header or page that the app sends", () => {
    expect(run.canaries.foundIn(run.sent)).toEqual([]);
  });

  it("do not appear in the log", () => {
    expect(demo.log()).toContain('"path":"/app/settings/connections/mcp"');
    expect(run.canaries.foundIn(demo.log())).toEqual([]);
  });

  it("do not appear in the arguments of a process", () => {
    expect(run.commandLines).toContain("build/index.js");
    expect(run.canaries.foundIn(run.commandLines)).toEqual([]);
  });

  it("do not appear in the database file, events and settings included", () => {
    const file = demo.databaseUrl.slice("file:".length);
    const bytes = Buffer.concat([file, `${file}-wal`].filter(existsSync).map((path) => readFileSync(path)));
    expect(bytes.includes("AUTH_INVALID")).toBe(true);
    expect(bytes.includes("bk1.e2e.")).toBe(true);
    expect(run.canaries.foundIn(bytes)).toEqual([]);
  });

  it("would be found by the search in plain text, in base64 and in hex", () => {
    const secret = run.canaries.next("before-");
    for (const text of [
      secret,
      Buffer.from(`x${secret}`).toString("base64"),
      Buffer.from(secret).toString("hex"),
    ])
      expect(run.canaries.foundIn(`{"message":"${text}"}`)).not.toEqual([]);
  });
});
