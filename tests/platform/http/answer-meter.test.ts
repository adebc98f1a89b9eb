import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { AnswerBudget, AnswerMeter } from "~/platform/http/answer-meter.server";
import { createOutboundFetch } from "~/platform/http/ssrf-guard.server";
import { localServer } from "../../support/local-server";

const NO_LIMITS = { values: 1e9, depth: 1e9, lines: 1e9, bytes: 1e9 };

function measure(text: string, { limits = {}, isEventStream = false, step = 7 } = {}) {
  const budget = new AnswerBudget("example.com", { ...NO_LIMITS, ...limits });
  const meter = new AnswerMeter(budget, isEventStream);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += step) meter.push(bytes.subarray(at, at + step));
  return budget;
}

/** All values in `value`, itself included. */
function sizeOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  return 1 + Object.values(value).reduce<number>((sum, child) => sum + sizeOf(child), 0);
}

describe("the measure of an answer", () => {
  it("counts what a parser makes, or a little more, in chunks of any size", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 1, max: 9 }), fc.nat(2), (value, step, space) => {
        const { values } = measure(JSON.stringify([value], null, space), { step });
        expect(values).toBeGreaterThanOrEqual(sizeOf([value]) - 1);
        expect(values).toBeLessThanOrEqual(2 * sizeOf([value]));
      }),
    );
  });

  it.each([
    ["elements", `[${"0,".repeat(20)}0]`],
    ["unknown keys", `{${Array.from({ length: 21 }, (_, i) => `"k${i}":0`).join()}}`],
    ["keys of the same name", `{${`"__proto__":0,`.repeat(20)}"a":0}`],
    ["elements behind an escaped quotation mark", String.raw`["\"\\",${"0,".repeat(20)}0]`],
    ["elements behind a byte order mark and spaces", `\ufeff \r\n\t[${"0,".repeat(20)}0]`],
  ])("refuses too many %s", (_, text) => {
    expect(() => measure(text, { limits: { values: 20 } })).toThrow(
      expect.objectContaining({ code: "TOO_COMPLEX" }),
    );
  });

  it("refuses what is too deep, and not what has as many brackets side by side or in a string", () => {
    const limits = { depth: 10 };
    expect(() => measure("[".repeat(11), { limits })).toThrow(
      expect.objectContaining({ code: "TOO_COMPLEX" }),
    );
    expect(() => measure(`{"a":`.repeat(11), { limits })).toThrow(
      expect.objectContaining({ code: "TOO_COMPLEX" }),
    );
    measure(`[${"[],".repeat(99)}"${"[".repeat(99)}"]`, { limits });
    measure("[".repeat(10), { limits });
  });

  it("refuses too many lines of an event stream, with any line end", () => {
    for (const end of ["\n", "\r", "\r\n"]) {
      const pings = `: ping${end}${end}`;
      expect(measure(pings.repeat(5), { isEventStream: true, step: 1 }).lines).toBe(10);
      expect(() => measure(pings.repeat(6), { isEventStream: true, limits: { lines: 10 } })).toThrow(
        expect.objectContaining({ code: "TOO_COMPLEX" }),
      );
    }
  });

  it("counts in an event stream behind a quotation mark that does not end", () => {
    const events = `event: "\ndata: [${"0,".repeat(20)}0]\n\n`;
    expect(() => measure(events, { isEventStream: true, limits: { values: 20 } })).toThrow(
      expect.objectContaining({ code: "TOO_COMPLEX" }),
    );
  });

  it("counts nothing in what is no JSON document", () => {
    expect(measure(`<html>${"[{,".repeat(1_000)}`).values).toBe(0);
  });

  it("is taken of every answer, and ends it before its last byte", async () => {
    const zeros = gzipSync(`[${"0,".repeat(2_600_000)}0]`.slice(0, 5_000_000));
    const server = await localServer((_, response) => {
      response.writeHead(200, { "Content-Type": "application/json", "Content-Encoding": "gzip" }).end(zeros);
    });
    onTestFinished(() => server.close());
    for (const trust of ["public", "operator"] as const) {
      const response = await createOutboundFetch({ trust, allowLoopback: true })(server.url);
      await expect(response.json()).rejects.toMatchObject({ code: "TOO_COMPLEX" });
    }
  });
});
