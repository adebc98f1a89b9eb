/** `npm run retention` as an operator runs it, on both engines. */
import { spawn } from "node:child_process";
import { beforeEach, expect, it } from "vitest";
import { SWEEP_JOB } from "~/features/retention/sweep.server";
import { databaseNow } from "~/platform/db/clock.server";
import { childEnvironment } from "~/platform/env.server";
import { eachDatabase } from "../support/databases";
import { insertTenant } from "../support/tenant-rows";

function retention(url: string, args: string[], environment: Record<string, string> = {}) {
  const loader = ["--import", "./prisma/register-ts-loader.mjs"];
  const child = spawn(process.execPath, [...loader, "ops/retention.ts", ...args], {
    env: childEnvironment({ DATABASE_URL: url, DIRECT_URL: "", ...environment }),
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (text += String(chunk)));
  return new Promise<{ code: number | null; text: string }>((resolve) =>
    child.once("close", (code) => resolve({ code, text })),
  );
}

it("does not begin, and ends with 2, when what it is told makes no sense", async () => {
  const wrong = [
    ["--budget-ms", "0"],
    ["--budget-ms", "abc"],
    ["--days", "1"],
  ];
  for (const { code, text } of await Promise.all(wrong.map((args) => retention("file:./none.sqlite", args))))
    expect({ code, text }).toMatchObject({
      code: 2,
      text: expect.stringMatching(/budgetMs|^Usage/) as string,
    });
  const set = await retention("file:./none.sqlite", [], { RETENTION_SESSIONS_DAYS: "soon" });
  expect(set.code).toBe(2);
  expect(set.text).toMatch(/^RETENTION_SESSIONS_DAYS must be a whole number of days/m);
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

  it("counts in a dry run what it then deletes, keeps what is set to 0 or less, and ends with 0", async () => {
    const keep = { RETENTION_AI_DRAFTS_DAYS: "-1" };
    const dry = await retention(url(), ["--dry-run"], keep);
    expect(dry.code).toBe(0);
    expect(dry.text).toMatch(/^kpi-cache +before \S+: 1 would be deleted$/m);
    expect(await db().kpiCache.count()).toBe(1);
    const real = await retention(url(), [], keep);
    expect(real.code).toBe(0);
    expect(real.text).toMatch(/^kpi-cache +before \S+: 1 deleted$/m);
    expect(real.text).toContain("RETENTION_AI_DRAFTS_DAYS is -1, which keeps everything.");
    expect(real.text).toMatch(/^COMPLETE \(run \S+\)\.$/m);
    expect([await db().kpiCache.count(), await db().aiDraft.count()]).toEqual([0, 1]);
  });

  it("ends with 1 when its budget was too small for what is there", async () => {
    const session = { shop: "s.myshopify.com", state: "", accessToken: "sealed", expires: LONG_AGO };
    for (let done = 0; done < 20_000; done += 2_000)
      await db().session.createMany({
        data: Array.from({ length: 2_000 }, (_, i) => ({ ...session, id: `s-${done + i}` })),
      });
    const { code, text } = await retention(url(), ["--budget-ms", "40"]);
    expect({ code, text }).toMatchObject({ code: 1, text: expect.stringMatching(/^INCOMPLETE /m) as string });
    expect(text).toMatch(/^sessions .* left, the oldest of 1970-01-01T00:00:00\.000Z$/m);
  });

  it("ends with 2 when another run is at it, and leaves no record", async () => {
    const expiresAt = new Date((await databaseNow(db())).getTime() + 60_000);
    await db().jobLease.create({ data: { name: SWEEP_JOB, runId: "the-other-run", expiresAt } });
    const { code, text } = await retention(url(), []);
    expect({ code, text }).toMatchObject({
      code: 2,
      text: expect.stringContaining("the-other-run") as string,
    });
    expect(await db().retentionRun.count()).toBe(0);
  });
});
