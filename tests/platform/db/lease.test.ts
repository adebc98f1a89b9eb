import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { withLease } from "~/platform/db/lease.server";
import { eachDatabase } from "../../support/databases";

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

  it("does not keep other jobs waiting", async () => {
    const inner = await withLease(db(), "two", "a", () => withLease(db(), "three", "b", async () => "both"));
    expect(inner).toMatchObject({ result: { result: "both" } });
  });

  it("is freed when the work fails, and the failure is passed on", async () => {
    await expect(withLease(db(), "four", "a", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(await withLease(db(), "four", "b", async () => "ran")).toMatchObject({ outcome: "done" });
  });

  it("is renewed for as long as the work takes", async () => {
    const working = withLease(db(), "five", "long", () => sleep(1_000), 300);
    await sleep(700);
    expect(await withLease(db(), "five", "short", async () => "ran", 300)).toEqual({
      outcome: "running",
      runId: "long",
    });
    await working;
  });

  it("of a holder that was killed is free after its time, and not before", async () => {
    const expiresAt = new Date(Date.now() + 400);
    await db().jobLease.create({ data: { name: "six", runId: "killed", expiresAt } });
    expect(await withLease(db(), "six", "early", async () => "ran")).toEqual({
      outcome: "running",
      runId: "killed",
    });
    await sleep(500);
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
        await sleep(300);
        return signal.aborted;
      },
      300,
    );
    expect(lost).toEqual({ outcome: "done", result: true });
    expect((await db().jobLease.findUniqueOrThrow({ where: { name: "seven" } })).runId).toBe("thief");
  });

  /** The database, whose answers to a renewal are late, or never come */
  const slow = (delay: () => Promise<unknown>) =>
    new Proxy(db(), {
      get: (target, name) =>
        name === "jobLease"
          ? new Proxy(target.jobLease, {
              get: (table, method) =>
                method === "updateMany"
                  ? async (query: { where: { runId?: string }; data: { expiresAt: Date } }) => {
                      if (query.where.runId && query.data.expiresAt > new Date()) await delay();
                      return table.updateMany(query);
                    }
                  : (Reflect.get(table, method) as unknown),
            })
          : (Reflect.get(target, name) as unknown),
    });

  it("is not taken back by a renewal that was still under way when the work ended", async () => {
    await withLease(
      slow(() => sleep(200)),
      "nine",
      "first",
      () => sleep(150),
      300,
    );
    await sleep(200);
    expect(await withLease(db(), "nine", "second", async () => "ran")).toMatchObject({ outcome: "done" });
  });

  it("is known to be lost when the database does not even refuse", async () => {
    const lost = await withLease(
      slow(() => sleep(3_000, undefined, { ref: false })),
      "ten",
      "first",
      async (signal) => {
        await sleep(600);
        return signal.aborted;
      },
      300,
    );
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
