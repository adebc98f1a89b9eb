import { stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { DatabaseUnavailableError } from "~/platform/db/errors.server";
import { Pulse } from "~/platform/db/pulse.server";

const never = () => new Promise<never>(() => undefined);
const took = async (work: Promise<unknown>) => {
  const startedAt = performance.now();
  const error: unknown = await work.then(
    () => undefined,
    (e: unknown) => e,
  );
  return { ms: performance.now() - startedAt, error };
};

describe("a database's pulse", () => {
  it("is not felt while answers come: nobody asks", async () => {
    let asked = 0;
    const pulse = new Pulse(async () => (asked += 1));
    for (let i = 0; i < 50; i++) expect(await pulse.guard(() => sleep(10, "done"))).toBe("done");
    expect(asked).toBe(0);
  });

  it("lets slow work take its time while the database answers others", async () => {
    let asked = 0;
    const pulse = new Pulse(async () => (asked += 1));
    expect(await pulse.guard(() => sleep(1_500, "done"))).toBe("done");
    expect(asked).toBeGreaterThan(2);
  });

  it("passes on what the work itself fails with", async () => {
    const pulse = new Pulse(async () => undefined);
    await expect(pulse.guard(() => Promise.reject(new Error("a constraint")))).rejects.toThrow(
      "a constraint",
    );
    expect(await pulse.guard(async () => "done")).toBe("done");
  });

  it.each([
    ["does not answer", never],
    ["refuses", () => Promise.reject(new Error("ECONNREFUSED"))],
  ])("tells everybody in time of a database that %s, whenever they came", async (_name, ask) => {
    const pulse = new Pulse(ask);
    const all: Promise<{ ms: number; error: unknown }>[] = [];
    for (let i = 0; i < 8; i++) {
      all.push(took(pulse.guard(never)));
      await sleep(30);
    }
    for (const { ms, error } of await Promise.all(all)) {
      expect(error).toBeInstanceOf(DatabaseUnavailableError);
      expect(ms).toBeLessThan(3_000);
    }
  });

  it("begins nothing while the database is away, and is as before when it is back", async () => {
    let back = false;
    const pulse = new Pulse(() => (back ? Promise.resolve() : never()));
    await took(pulse.guard(never));
    let begun = 0;
    const { ms, error } = await took(pulse.guard(async () => (begun += 1)));
    expect(error).toBeInstanceOf(DatabaseUnavailableError);
    // Sooner than it could have been asked
    expect(ms).toBeLessThan(400);
    expect(begun).toBe(0);
    back = true;
    await sleep(1_000);
    expect(await pulse.guard(async () => "done")).toBe("done");
  });

  it("is not lost over an event loop that stood still longer than an answer may take", async () => {
    let asked = 0;
    const pulse = new Pulse(async () => {
      asked += 1;
      const answer = stat(".");
      for (const until = performance.now() + 800; performance.now() < until;);
      return answer;
    });
    expect(await pulse.guard(() => sleep(1_500, "done"))).toBe("done");
    expect(asked).toBeGreaterThan(0);
  });
});
