/** `npm run retention`, on both engines. */
import { beforeEach, describe, expect, it } from "vitest";
import { SWEEP_JOB } from "~/features/retention/retention";
import { databaseNow } from "~/platform/db/clock.server";
import type { Source } from "~/platform/env.server";
import { main } from "../../ops/retention";
import { runMain } from "../support/commands";
import { eachDatabase } from "../support/databases";
import { insertTenant } from "../support/tenant-rows";

describe("npm run retention", () => {
  it.each<[string, string[], Source, RegExp]>([
    ["a budget of nothing", ["--budget-ms", "0"], {}, /^budgetMs /],
    ["a budget that is no number", ["--budget-ms", "abc"], {}, /^budgetMs /],
    ["an option that it does not know", ["--days", "1"], {}, /^--days /],
    ["days that are no number", [], { RETENTION_SESSIONS_DAYS: "soon" }, /^RETENTION_SESSIONS_DAYS /],
  ])("does not begin, and answers 2, when it is given %s", async (_, args, changes, named) => {
    const ended = await runMain(main, args, { DATABASE_URL: "file:./none.sqlite", ...changes });
    expect(ended).toEqual({ code: 2, out: "", error: expect.stringMatching(named) as string });
    expect(ended.error.trimEnd()).not.toContain("\n");
  });
});

eachDatabase("npm run retention", ({ db, url }) => {
  const LONG_AGO = new Date(0);
  beforeEach(async () => {
    await db().store.deleteMany();
    await db().session.deleteMany();
    await db().retentionRun.deleteMany();
    await db().jobLease.deleteMany();
    await insertTenant(db(), "swept");
    await db().kpiCache.updateMany({ data: { expiresAt: LONG_AGO } });
    await db().aiDraft.updateMany({ data: { createdAt: LONG_AGO } });
  });
  const retention = (args: string[], changes: Source = {}) =>
    runMain(main, args, { DATABASE_URL: url(), ...changes });

  it("counts in a dry run what it then deletes, keeps what is set to 0 or less, and ends with 0", async () => {
    const keep = { RETENTION_AI_DRAFTS_DAYS: "-1" };
    const dry = await retention(["--dry-run"], keep);
    expect(dry.code).toBe(0);
    expect(dry.out).toMatch(/^kpi-cache +before \S+: 1 /m);
    expect(await db().kpiCache.count()).toBe(1);
    const real = await retention([], keep);
    expect(real.code).toBe(0);
    expect(real.out).toMatch(/^kpi-cache +before \S+: 1 /m);
    expect(real.out).toMatch(/^ai-drafts .*RETENTION_AI_DRAFTS_DAYS .*-1/m);
    expect(real.out).toMatch(/^COMPLETE \(run \S+\)\.$/m);
    expect([await db().kpiCache.count(), await db().aiDraft.count()]).toEqual([0, 1]);
  });

  it("ends with 1 when its budget was too small for what is there", async () => {
    const session = { shop: "s.myshopify.com", state: "", accessToken: "sealed", expires: LONG_AGO };
    await db().session.createMany({
      data: Array.from({ length: 2_000 }, (_, i) => ({ ...session, id: `s-${i}` })),
    });
    const { code, out } = await retention(["--budget-ms", "1"]);
    expect({ code, out }).toMatchObject({ code: 1, out: expect.stringMatching(/^INCOMPLETE /m) as string });
    expect(out).toMatch(/^sessions .*; [1-9][\d,]* .* 1970-01-01T00:00:00\.000Z$/m);
  });

  it("ends with 2 when another run is at it, and leaves no record", async () => {
    const expiresAt = new Date((await databaseNow(db())).getTime() + 60_000);
    await db().jobLease.create({ data: { name: SWEEP_JOB, runId: "the-other-run", expiresAt } });
    const { code, error } = await retention([]);
    expect({ code, error }).toMatchObject({
      code: 2,
      error: expect.stringContaining("the-other-run") as string,
    });
    expect(await db().retentionRun.count()).toBe(0);
  });
});
