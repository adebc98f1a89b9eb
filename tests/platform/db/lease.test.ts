import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { INSTANT_IN } from "~/platform/db/clock.server";
import { queryRows } from "~/platform/db/raw.server";
import { withLease } from "~/platform/db/lease.server";
import { eachDatabase } from "../../support/databases";

/** Whether it comes to that, however long a busy machine takes over it. */
async function aborted(signal: AbortSignal): Promise<boolean> {
  for (let i = 0; !signal.aborted && i < 1_000; i++) await sleep(10);
  return signal.aborted;
}

eachDatabase("a lease", ({ db }) => {
  it("is held by one run, and free as soon as that ends", async () => {
    let release = () => {};
    const held = withLease(db(), "one", "first", () => new Promise<void>((resolve) => (release = resolve)));
    await sleep(50);
    expect(await withLease(db(), "one", "second", async () => "ran")).toEqual({
      outcome: "running",
      runId: "first",
    });
    release();
    expect(await held).toMatchObject({ outcome: "done" });
    expect(await withLease(db(), "one", "third", async () => "ran")).toEqual({
      outcome: "done",
      result: "ran",
    });
  });

  it("is free at the very instant at which it ends: a stored instant is never ahead of the database's clock", async () => {
    const at = INSTANT_IN[db().engine].replace("?", "0");
    const stored = db().engine === "postgres" ? `CAST(${at} AS timestamp(3))` : at;
    const ahead = await queryRows<{ n: bigint | number }>(
      db(),
      `WITH RECURSIVE tick(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM tick WHERE i < 10000)
       SELECT count(*) AS n FROM tick WHERE i > 0 AND ${stored} > ${at}`,
      [],
    );
    expect(Number(ahead[0]!.n)).toBe(0);
  });

  it("does not keep other jobs waiting", async () => {
    const inner = await withLease(db(), "two", "a", () => withLease(db(), "three", "b", async () => "both"));
    expect(inner).toMatchObject({ result: { result: "both" } });
  });

  it("is freed when the work fails, and the failure is passed on", async () => {
    await expect(withLease(db(), "four", "a", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(await withLease(db(), "four", "b", async () => "ran")).toMatchObject({ outcome: "done" });
  });

  it("is renewed for as long as the work takes", async () => {
    const working = withLease(db(), "five", "long", () => sleep(2_000), 900);
    await sleep(1_500);
    expect(await withLease(db(), "five", "short", async () => "ran", 900)).toEqual({
      outcome: "running",
      runId: "long",
    });
    await working;
  });

  it("of a holder that was killed is free after its time, and not before", async () => {
    const expiresAt = new Date(Date.now() + 1_000);
    await db().jobLease.create({ data: { name: "six", runId: "killed", expiresAt } });
    expect(await withLease(db(), "six", "early", async () => "ran")).toEqual({
      outcome: "running",
      runId: "killed",
    });
    await sleep(1_100);
    expect(await withLease(db(), "six", "late", async () => "ran")).toEqual({
      outcome: "done",
      result: "ran",
    });
  });

  it("tells the holder when somebody else has taken it", async () => {
    const lost = await withLease(
      db(),
      "seven",
      "slow",
      async (signal) => {
        await db().jobLease.updateMany({ where: { name: "seven" }, data: { runId: "thief" } });
        return aborted(signal);
      },
      300,
    );
    expect(lost).toEqual({ outcome: "done", result: true });
    expect((await db().jobLease.findUniqueOrThrow({ where: { name: "seven" } })).runId).toBe("thief");
  });

  /** The database, whose answers to a renewal are late, or never come; `delayed` counts them */
  const slow = (delay: () => Promise<unknown>) => {
    const held = { delayed: 0 };
    const renewal = async (text: string, leaseMs: unknown) => {
      if (!text.startsWith('UPDATE "JobLease" SET "expiresAt"') || leaseMs === 0) return;
      held.delayed += 1;
      await delay();
    };
    const overriding = <T extends object>(target: T, changes: Record<string, unknown>) =>
      new Proxy(target, {
        get: (_, name) => changes[String(name)] ?? (Reflect.get(target, name) as unknown),
      });
    const { pool } = db();
    const database = overriding(db(), {
      $executeRawUnsafe: async (text: string, ...values: string[]) => {
        await renewal(text, values[0]);
        return db().$executeRawUnsafe(text, ...values);
      },
      pool:
        pool &&
        overriding(pool, {
          query: async (query: { text: string; values: unknown[] }) => {
            await renewal(query.text, query.values[0]);
            return pool.query(query);
          },
        }),
    });
    return { database, held };
  };

  it("is not taken back by a renewal that was still under way when the work ended", async () => {
    const { database, held } = slow(() => sleep(200));
    await withLease(database, "nine", "first", () => sleep(150), 300);
    expect(held.delayed).toBe(1);
    await sleep(200);
    expect(await withLease(db(), "nine", "second", async () => "ran")).toMatchObject({ outcome: "done" });
  });

  it("is known to be lost when the database does not even refuse", async () => {
    const { database } = slow(() => sleep(20_000, undefined, { ref: false }));
    const lost = await withLease(database, "ten", "first", aborted, 300);
    expect(lost).toEqual({ outcome: "done", result: true });
  });

  it("is won by exactly one of twenty that begin at once", async () => {
    let answered = 0;
    // Holds it until all others have been told, however long a busy machine takes over that.
    const hold = async () => {
      for (let i = 0; answered < 19 && i < 1_000; i++) await sleep(10);
    };
    const runs = Array.from({ length: 20 }, (_, i) =>
      withLease(db(), "eight", `run-${i}`, hold).finally(() => (answered += 1)),
    );
    const outcomes = await Promise.all(runs);
    const winners = outcomes.filter(({ outcome }) => outcome === "done");
    expect(winners).toHaveLength(1);
  });
});
