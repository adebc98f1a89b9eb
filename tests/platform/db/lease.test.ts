import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { databaseNow, INSTANT_IN } from "~/platform/db/clock.server";
import { queryRows } from "~/platform/db/raw.server";
import { withLease } from "~/platform/db/lease.server";
import { eachDatabase } from "../../support/databases";
import { eventually } from "../../support/eventually";

/** The code of the reason for which the lease was lost. */
async function lossOf(signal: AbortSignal): Promise<unknown> {
  await eventually(() => expect(signal.aborted).toBe(true));
  return (signal.reason as { code?: unknown }).code;
}

eachDatabase("a lease", ({ db }) => {
  it("is held by one run, and free as soon as that run ends", async () => {
    let release: (() => void) | undefined;
    const held = withLease(db(), "one", "first", () => new Promise<void>((resolve) => (release = resolve)));
    await eventually(() => expect(release).toBeDefined());
    expect(await withLease(db(), "one", "second", async () => "ran")).toEqual({
      outcome: "running",
      runId: "first",
    });
    release?.();
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

  it("does not block other jobs", async () => {
    const inner = await withLease(db(), "two", "a", () => withLease(db(), "three", "b", async () => "both"));
    expect(inner).toMatchObject({ result: { result: "both" } });
  });

  it("is freed when the work fails, and the error is passed on", async () => {
    const error = new Error("no");
    await expect(withLease(db(), "four", "a", () => Promise.reject(error))).rejects.toBe(error);
    expect(await withLease(db(), "four", "b", async () => "ran")).toMatchObject({ outcome: "done" });
  });

  it("is renewed for as long as the work takes", async () => {
    const leaseMs = 1_500;
    const endOf = async () => (await db().jobLease.findUniqueOrThrow({ where: { name: "five" } })).expiresAt;
    const working = withLease(
      db(),
      "five",
      "long",
      async () => {
        const firstEnd = await endOf();
        await eventually(async () =>
          expect((await endOf()).getTime()).toBeGreaterThanOrEqual(firstEnd.getTime() + leaseMs),
        );
        return withLease(db(), "five", "short", async () => "ran", leaseMs);
      },
      leaseMs,
    );
    expect(await working).toMatchObject({ result: { outcome: "running", runId: "long" } });
  });

  it("of a killed holder is free when it has expired, and not before", async () => {
    const now = await databaseNow(db());
    const expiresAt = new Date(now.getTime() + 60_000);
    await db().jobLease.create({ data: { name: "six", runId: "killed", expiresAt } });
    expect(await withLease(db(), "six", "early", async () => "ran")).toEqual({
      outcome: "running",
      runId: "killed",
    });
    await db().jobLease.update({ where: { name: "six" }, data: { expiresAt: now } });
    expect(await withLease(db(), "six", "late", async () => "ran")).toEqual({
      outcome: "done",
      result: "ran",
    });
  });

  it("signals its holder when another run has taken it", async () => {
    const lost = await withLease(
      db(),
      "seven",
      "slow",
      async (signal) => {
        await db().jobLease.updateMany({ where: { name: "seven" }, data: { runId: "thief" } });
        return lossOf(signal);
      },
      300,
    );
    expect(lost).toEqual({ outcome: "done", result: "LEASE_LOST" });
    expect((await db().jobLease.findUniqueOrThrow({ where: { name: "seven" } })).runId).toBe("thief");
  });

  /** The database, whose answers to a renewal are late, or never come; `delayed` counts them */
  const slow = (delay: () => Promise<unknown>) => {
    const held = { delayed: 0 };
    const renewal = async (text: string, leaseMs: unknown) => {
      if (!/^UPDATE (?:"public"\.)?"JobLease" SET "expiresAt"/.test(text) || leaseMs === 0) return;
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

  it("is not renewed by a renewal that was under way when the work ended", async () => {
    const { database, held } = slow(() => sleep(200));
    const untilRenewal = () => eventually(() => expect(held.delayed).toBe(1));
    await withLease(database, "nine", "first", untilRenewal, 300);
    // The time in which the delayed renewal would take the lease back.
    await sleep(200);
    expect(await withLease(db(), "nine", "second", async () => "ran")).toMatchObject({ outcome: "done" });
  });

  it("is signalled as lost when the database does not answer", async () => {
    const { database } = slow(() => sleep(20_000, undefined, { ref: false }));
    const lost = await withLease(database, "ten", "first", lossOf, 300);
    expect(lost).toEqual({ outcome: "done", result: "LEASE_LOST" });
  });

  it("is won by exactly one of twenty concurrent runs", async () => {
    let answered = 0;
    const hold = () => eventually(() => expect(answered).toBe(19));
    const runs = Array.from({ length: 20 }, (_, i) =>
      withLease(db(), "eight", `run-${i}`, hold).finally(() => (answered += 1)),
    );
    const outcomes = await Promise.all(runs);
    const winners = outcomes.filter(({ outcome }) => outcome === "done");
    expect(winners).toHaveLength(1);
  });
});
