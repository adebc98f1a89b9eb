import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EventStreamMeter, isBeyondLimits } from "~/platform/untrusted/event-stream-meter";
import { JsonMeter } from "~/platform/untrusted/json-meter";

const MANY = { nodes: 1_000, depth: 8, lines: 100 };

/** Values and names of members, as the meter's docstring counts them, and one for the text itself */
function nodesOf(value: unknown): number {
  if (Array.isArray(value)) return 1 + value.reduce((sum: number, item) => sum + nodesOf(item), 0);
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((sum: number, item) => sum + 1 + nodesOf(item), 1);
}

function push(meter: { push: (bytes: Uint8Array) => void }, text: string, every = text.length || 1) {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += every) meter.push(bytes.subarray(at, at + every));
}

/** The least limit of nodes under which it passes */
function counted(text: string, every?: number): number {
  for (let nodes = 1; ; nodes++)
    try {
      push(new JsonMeter({ nodes, depth: 1_000 }), text, every);
      return nodes;
    } catch (error) {
      if (!isBeyondLimits(error)) throw error;
    }
}

describe("the meter of JSON", () => {
  it("counts no fewer nodes than the text has, and at most two for each, wherever its bytes are cut", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.integer({ min: 1, max: 7 }), (value, every) => {
        const nodes = nodesOf(value);
        const count = counted(JSON.stringify(value), every);
        expect(count).toBe(counted(JSON.stringify(value, null, 2)));
        expect(count).toBeGreaterThanOrEqual(nodes);
        expect(count).toBeLessThanOrEqual(2 * nodes + 1);
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ["2.6 million zeros", `{"tools":[${"0,".repeat(2_600)}0]}`, "nodes"],
    ["unknown keys", `{${Array.from({ length: 1_000 }, (_, i) => `"k${i}":0`).join()}}`, "nodes"],
    ["empty arrays side by side", `[${"[],".repeat(600)}0]`, "nodes"],
    ["arrays in arrays", "[".repeat(9), "depth"],
    ["objects in objects", '{"a":'.repeat(9), "depth"],
  ])("refuses %s", (_, text, limit) => {
    expect(() => push(new JsonMeter(MANY), text, 11)).toThrow(expect.objectContaining({ limit }));
  });

  it.each([
    ["signs within a string", JSON.stringify(`[[[[[[[[[[${"[{,:".repeat(2_000)}`)],
    ["escaped quotes within a string", JSON.stringify('"[{,:\\'.repeat(2_000))],
    ["eight levels", `${"[".repeat(8)}${"]".repeat(8)}`],
    ["levels one after the other", "[[]]".repeat(90)],
    ["what is no JSON", "<html>".repeat(2_000)],
    ["nothing", ""],
  ])("takes %s", (_, text) => {
    expect(() => push(new JsonMeter(MANY), text, 5)).not.toThrow();
  });
});

describe("the meter of event streams", () => {
  const zeros = `[${"0,".repeat(600)}0]`;

  it.each([
    ["one event", `data: ${zeros}${zeros}\n\n`],
    ["several events together", `data: ${zeros}\n\ndata: ${zeros}\n\n`],
    ["an event without its end", `data:${zeros}${zeros}`],
    ["several lines of one event", `data: ${zeros}\ndata: ${zeros}\n\n`],
    ["lines that end with a carriage return", `event: message\rdata: ${zeros}\rdata: ${zeros}\r\r`],
    ["a stream with a byte order mark", `\uFEFFdata: ${zeros}${zeros}\n\n`],
    ["an event after a comment with a quote", `: "\ndata: ${zeros}${zeros}\n\n`],
    ["an event after a name with a quote", `event: "\ndata: ${zeros}${zeros}\n\n`],
    ["an event after one that ends within a string", `data: "\n\ndata: ${zeros}${zeros}\n\n`],
  ])("counts the JSON of %s", (_, text) => {
    for (const every of [1, 3, 4096])
      expect(() => push(new EventStreamMeter(MANY), text, every)).toThrow(
        expect.objectContaining({ code: "JSON_LIMIT", limit: "nodes" }),
      );
  });

  it.each([
    ["pings", ": ping\n\n"],
    ["empty lines", "\n"],
    ["carriage returns", "\r"],
    ["empty events", "data\n\n"],
    ["ids", "id: 1\r\n"],
  ])("refuses a flood of %s", (_, line) => {
    for (const every of [1, 3, 4096])
      expect(() => push(new EventStreamMeter({ ...MANY, nodes: 1e6 }), line.repeat(101), every)).toThrow(
        expect.objectContaining({ code: "EVENT_STREAM_LIMIT" }),
      );
  });

  it("counts a carriage return with its line feed once, and levels per event", () => {
    const events = `data: ${"[".repeat(8)}${"]".repeat(8)}\r\n\r\n`.repeat(50);
    for (const every of [1, 3, 4096])
      expect(() => push(new EventStreamMeter(MANY), events, every)).not.toThrow();
  });
});
