import { describe, expect, it } from "vitest";
import { ConnectionError, type ErrorClass } from "~/features/connections/connection-error";
import { withQuota, type Gate, type QuotaLimits } from "~/features/connections/providers/quota.server";
import { patient } from "../../support/local-google";
import { failureOf } from "../../support/local-providers";

const MINUTE = 60_000;
const T = Date.parse("2026-11-20T10:20:00Z");

let key = 0;
/** A gate of its own for each test, on a clock that stands. */
function gate(limits: Partial<QuotaLimits> = {}) {
  const clock = { at: T };
  const all = { name: "The provider", concurrent: 2, spacingMs: 0, pauseMs: 15 * MINUTE, ...limits };
  const name = `test:${key++}`;
  const run = <T>(work: (gate: Gate) => Promise<T>, signal = patient()) =>
    withQuota(name, all, { now: () => new Date(clock.at), signal }, work);
  const refuse = (code: ErrorClass, retryAfterMs?: number) =>
    failureOf(run(() => Promise.reject(new ConnectionError(code, "No.", { httpStatus: 429, retryAfterMs }))));
  return { clock, run, refuse, ok: () => run(async () => "done") };
}

function held() {
  let release = () => {};
  const done = new Promise<void>((resolve) => (release = resolve));
  return { done, release };
}
/** All that can begin without a timer has begun. */
const soon = () => new Promise((resolve) => setImmediate(resolve));

describe("a refusal for too many requests", () => {
  it.each(["RATE_LIMITED", "QUOTA_EXHAUSTED"] as const)(
    "as %s closes the gate for its Retry-After",
    async (code) => {
      const { clock, refuse, ok } = gate();
      await refuse(code, 2 * MINUTE);
      clock.at = T + 2 * MINUTE - 1;
      expect(await failureOf(ok())).toMatchObject({
        code,
        httpStatus: null,
        retryAfterMs: 1,
        retryable: true,
      });
      clock.at = T + 2 * MINUTE;
      expect(await ok()).toBe("done");
    },
  );

  it("without a Retry-After closes the gate for the provider's default", async () => {
    const { clock, refuse, ok } = gate();
    await refuse("RATE_LIMITED");
    clock.at = T + 15 * MINUTE - 1;
    expect((await failureOf(ok())).message).toContain("2026-11-20T10:35:00.000Z");
    clock.at = T + 15 * MINUTE;
    expect(await ok()).toBe("done");
  });

  it("with a Retry-After of years closes the gate for a day", async () => {
    const { clock, refuse, ok } = gate();
    await refuse("RATE_LIMITED", 1e12);
    clock.at = T + 25 * 60 * MINUTE;
    expect(await ok()).toBe("done");
  });

  it("does not shorten a longer closing", async () => {
    const { refuse, run, ok } = gate();
    await run(async ({ close }) =>
      close(new Date(T + 30 * MINUTE), new ConnectionError("QUOTA_EXHAUSTED", "Low.")),
    );
    expect(await failureOf(ok())).toMatchObject({ code: "QUOTA_EXHAUSTED", retryAfterMs: 30 * MINUTE });
    await refuse("RATE_LIMITED", MINUTE);
    expect(await failureOf(ok())).toMatchObject({ code: "QUOTA_EXHAUSTED", retryAfterMs: 30 * MINUTE });
  });

  it("is passed to waiting calls as well", async () => {
    const { run, ok } = gate({ concurrent: 1 });
    const first = held();
    const refused = failureOf(
      run(async () => {
        await first.done;
        throw new ConnectionError("RATE_LIMITED", "No.");
      }),
    );
    const waiting = failureOf(ok());
    first.release();
    expect(await refused).toMatchObject({ code: "RATE_LIMITED", retryAfterMs: undefined });
    expect(await waiting).toMatchObject({ code: "RATE_LIMITED", retryAfterMs: 15 * MINUTE });
  });

  it("does not affect another gate", async () => {
    await gate().refuse("RATE_LIMITED");
    expect(await gate().ok()).toBe("done");
  });
});

describe("a failure of another kind", () => {
  it.each(["AUTH_INVALID", "FORBIDDEN", "TIMEOUT", "NETWORK", "PROVIDER_ERROR"] as const)(
    "as %s leaves the gate open",
    async (code) => {
      const { refuse, ok } = gate();
      for (let i = 0; i < 20; i++) await refuse(code);
      expect(await ok()).toBe("done");
    },
  );

  it("in our own code is passed on unchanged", async () => {
    const { run } = gate();
    await expect(run(() => Promise.reject(new TypeError("ours")))).rejects.toThrow(TypeError);
  });

  it("frees its place", async () => {
    const { refuse, ok } = gate({ concurrent: 1 });
    for (let i = 0; i < 3; i++) await refuse("NETWORK");
    expect(await ok()).toBe("done");
  });
});

describe("server errors of a provider that counts them", () => {
  it("close the gate at the limit, until the first of them is an hour old", async () => {
    const { clock, refuse, ok } = gate({ serverErrorsPerHour: 3 });
    await refuse("PROVIDER_ERROR");
    clock.at = T + 10 * MINUTE;
    await refuse("PROVIDER_ERROR");
    expect(await ok()).toBe("done");
    await refuse("PROVIDER_ERROR");
    expect(await failureOf(ok())).toMatchObject({ code: "PROVIDER_ERROR", retryAfterMs: 50 * MINUTE });
    clock.at = T + 60 * MINUTE;
    expect(await ok()).toBe("done");
  });

  it("of more than an hour ago are forgotten", async () => {
    const { clock, refuse, ok } = gate({ serverErrorsPerHour: 2 });
    await refuse("PROVIDER_ERROR");
    clock.at = T + 60 * MINUTE;
    await refuse("PROVIDER_ERROR");
    expect(await ok()).toBe("done");
  });
});

describe("concurrent calls", () => {
  it("are limited in number, and waiting ones begin in order", async () => {
    const { run } = gate({ concurrent: 2 });
    const holds = [held(), held(), held(), held()];
    const begun: number[] = [];
    const all = holds.map(({ done }, i) => run(() => (begun.push(i), done)));
    await soon();
    expect(begun).toEqual([0, 1]);
    holds[1]!.release();
    await soon();
    expect(begun).toEqual([0, 1, 2]);
    // A newcomer at this very moment does not slip in before the one who waits.
    holds[0]!.release();
    all.push(run(async () => void begun.push(4)));
    await soon();
    expect(begun).toEqual([0, 1, 2, 3]);
    for (const { release } of holds) release();
    await Promise.all(all);
    expect(begun).toEqual([0, 1, 2, 3, 4]);
  });

  it("that wait can be aborted, and then hold no place", async () => {
    const { run, ok } = gate({ concurrent: 1 });
    const first = held();
    const running = run(() => first.done);
    const leaving = new AbortController();
    const waiting = failureOf(run(async () => "never", leaving.signal));
    leaving.abort(new Error("closed"));
    expect(await waiting).toMatchObject({ code: "TIMEOUT" });
    first.release();
    await running;
    expect(await ok()).toBe("done");
  });

  it("that are aborted already do not begin", async () => {
    const { run } = gate();
    expect(await failureOf(run(async () => "never", AbortSignal.abort()))).toMatchObject({ code: "TIMEOUT" });
  });

  it("begin at least spacingMs apart", async () => {
    const { run } = gate({ concurrent: 5, spacingMs: 40 });
    const begun: number[] = [];
    await Promise.all([1, 2, 3].map(() => run(async () => void begun.push(Date.now()))));
    // The clock of this gate stands, so each waits from the same instant: 0, 40 and 80 ms.
    expect(begun[2]! - begun[0]!).toBeGreaterThanOrEqual(75);
  });

  it("that wait for their spacing can be aborted", async () => {
    const { ok, run } = gate({ spacingMs: 60_000 });
    await ok();
    expect(await failureOf(run(async () => "never", AbortSignal.timeout(20)))).toMatchObject({
      code: "TIMEOUT",
    });
  });
});
