import { stat } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DatabaseUnavailableError } from "~/platform/db/errors.server";
import { Pulse } from "~/platform/db/pulse.server";

const never = () => new Promise<never>(() => undefined);
const after = (ms: number) => new Promise<string>((resolve) => setTimeout(resolve, ms, "done"));
/** The error of `work` and the time after which it came. */
const took = async (work: Promise<unknown>) => {
  const startedAt = performance.now();
  const error: unknown = await work.then(
    () => undefined,
    (e: unknown) => e,
  );
  return { ms: performance.now() - startedAt, error };
};
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe("the watch over a database", () => {
  beforeEach(() => {
    vi.useFakeTimers({
      toFake: ["setTimeout", "clearTimeout", "setImmediate", "clearImmediate", "performance"],
    });
  });
  afterEach(() => void vi.useRealTimers());

  it("does not query the database while work ends in time", async () => {
    let asked = 0;
    const pulse = new Pulse(async () => (asked += 1));
    const ended: string[] = [];
    const working = (async () => {
      while (ended.length < 50) ended.push(await pulse.guard(() => after(10)));
    })();
    await pass(1_000);
    await working;
    expect(ended).toEqual(Array(50).fill("done"));
    expect(asked).toBe(0);
  });

  it("lets slow work finish while the database answers", async () => {
    let asked = 0;
    const pulse = new Pulse(async () => (asked += 1));
    const working = pulse.guard(() => after(1_500));
    await pass(1_500);
    expect(await working).toBe("done");
    expect(asked).toBeGreaterThan(2);
  });

  it("passes on the error of the work itself", async () => {
    const pulse = new Pulse(async () => undefined);
    const error = new Error("a constraint");
    await expect(pulse.guard(() => Promise.reject(error))).rejects.toBe(error);
    expect(await pulse.guard(async () => "done")).toBe("done");
  });

  it.each([
    ["does not answer", never],
    ["refuses", () => Promise.reject(new Error("ECONNREFUSED"))],
  ])("rejects all waiting work within a second when the database %s", async (_name, ask) => {
    const pulse = new Pulse(ask);
    const all: Promise<{ ms: number; error: unknown }>[] = [];
    for (let i = 0; i < 8; i++) {
      all.push(took(pulse.guard(never)));
      await pass(30);
    }
    await pass(1_000);
    for (const { ms, error } of await Promise.all(all)) {
      expect(error).toBeInstanceOf(DatabaseUnavailableError);
      expect(ms).toBeLessThan(1_000);
    }
  });

  it("begins no work while the database is away, and begins work again when it is back", async () => {
    let back = false;
    const pulse = new Pulse(() => (back ? Promise.resolve() : never()));
    const first = took(pulse.guard(never));
    await pass(1_000);
    expect((await first).error).toBeInstanceOf(DatabaseUnavailableError);
    let begun = 0;
    const second = await took(pulse.guard(async () => (begun += 1)));
    expect(second).toMatchObject({ ms: 0, error: { code: "DATABASE_UNAVAILABLE" } });
    expect(begun).toBe(0);
    back = true;
    await pass(1_000);
    expect(await pulse.guard(async () => "done")).toBe("done");
  });

  it("accepts an answer that came while the event loop was blocked", async () => {
    vi.useRealTimers();
    let asked = 0;
    const pulse = new Pulse(async () => {
      asked += 1;
      const answer = stat(".");
      for (const until = performance.now() + 800; performance.now() < until;);
      return answer;
    });
    expect(await pulse.guard(() => after(1_500))).toBe("done");
    expect(asked).toBeGreaterThan(0);
  });
});
