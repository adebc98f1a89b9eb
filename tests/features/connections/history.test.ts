import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { adviceFor, classLabel } from "~/features/connections/advice";
import { ERROR_CLASSES } from "~/features/connections/connection-error";
import { summarise, type Tested } from "~/features/connections/history";
import { PROVIDERS } from "~/features/connections/provider";

const at = (minute: number) => new Date(Date.UTC(2026, 10, 1, 0, minute));
const ok = (minute: number, latencyMs = 10): Tested => ({ at: at(minute), outcome: "SUCCESS", latencyMs });
const bad = (minute: number, latencyMs = 9_999): Tested => ({
  at: at(minute),
  outcome: "FAILURE",
  latencyMs,
});

describe("the history of a connection", () => {
  it("without a test has no figures", () => {
    expect(summarise([], at(0))).toEqual({ tests: 0, uptime: null, p50Ms: null, p95Ms: null, since: null });
  });

  it("with one test takes its outcome for the time since", () => {
    expect(summarise([ok(0)], at(60))).toMatchObject({ uptime: 1, since: at(0) });
    expect(summarise([bad(0)], at(60))).toMatchObject({ uptime: 0, since: at(0), p50Ms: null });
    expect(summarise([ok(0)], at(0)).uptime).toBe(1);
  });

  it("weighs a test by the time until the next one", () => {
    const tries = Array.from({ length: 10 }, (_, i) => ({
      ...bad(30),
      at: new Date(at(30).getTime() + i * 6_000),
    }));
    expect(summarise([ok(0), ...tries, ok(31)], at(60)).uptime).toBeCloseTo(59 / 60, 10);
  });

  it("finds the start of the current state, in any order of the tests", () => {
    expect(summarise([bad(50), ok(0), bad(20), ok(10), bad(30)], at(60)).since).toEqual(at(20));
    expect(summarise([ok(0), bad(20), ok(30)], at(60)).since).toEqual(at(30));
  });

  it("takes percentiles of successful tests only", () => {
    const hundred = Array.from({ length: 100 }, (_, i) => ok(i, i + 1));
    expect(summarise([...hundred, bad(101)], at(200))).toMatchObject({ p50Ms: 50, p95Ms: 95 });
    expect(summarise([ok(0, 7)], at(1))).toMatchObject({ p50Ms: 7, p95Ms: 7 });
  });

  it("has an uptime from 0 to 1 and a p50 not above p95 for any events, also when the clock jumped", () => {
    const tested = fc.record({
      at: fc.date({ min: at(0), max: at(10_000), noInvalidDate: true }),
      outcome: fc.constantFrom("SUCCESS" as const, "FAILURE" as const),
      latencyMs: fc.nat(60_000),
    });
    fc.assert(
      fc.property(
        fc.array(tested, { minLength: 1 }),
        fc.date({ min: at(0), max: at(10_000), noInvalidDate: true }),
        (events, now) => {
          const { uptime, p50Ms, p95Ms, since } = summarise(events, now);
          expect(uptime).toBeGreaterThanOrEqual(0);
          expect(uptime).toBeLessThanOrEqual(1);
          if (events.every(({ outcome }) => outcome === "SUCCESS")) expect(uptime).toBe(1);
          if (p50Ms !== null) expect(p50Ms).toBeLessThanOrEqual(p95Ms!);
          expect(events.map((event) => event.at.getTime())).toContain(since!.getTime());
        },
      ),
    );
  });
});

describe("the advice", () => {
  it.each(
    PROVIDERS.flatMap((provider) => ERROR_CLASSES.map((errorClass) => [provider, errorClass] as const)),
  )("for %s %s is a title and a sentence", (provider, errorClass) => {
    const { title, body } = adviceFor(provider, errorClass);
    expect(title).not.toMatch(/\{|\.$/);
    expect(body).toMatch(/^[A-Z].{20,}\.$/s);
    expect(classLabel(errorClass)).toMatch(/^\S.{3,30}$/);
  });
});
