import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { closeThreads, runInThread } from "~/platform/untrusted/thread.server";
import type { GreedyJob } from "../../support/greedy-thread";
import { eventually } from "../../support/eventually";

afterAll(closeThreads);

function run(input: GreedyJob, { timeoutMs = 60_000, signal = new AbortController().signal } = {}) {
  return runInThread({
    ...{ name: "greedy", source: "tests/support/greedy-thread.ts", input, timeoutMs, signal },
    fetch: (target, init) => fetch(target, init),
    describeFailure: (error) => (error as Error).name,
  });
}

describe("a job in a thread", () => {
  it.each([
    ["eats memory", "eat", 60_000, "MEMORY"],
    ["never rests", "spin", 1, "TIME"],
    ["ends its thread", "exit", 60_000, "CRASHED"],
  ] as const)("that %s fails, and the next one finds a thread", async (_, does, timeoutMs, code) => {
    await expect(run({ does }, { timeoutMs })).rejects.toMatchObject({ name: "ThreadDiedError", code });
    expect(await run({ does: "answer" })).toEqual({ answered: true });
  });

  it("that never rests leaves the others and this thread alone", async () => {
    const spinning = expect(run({ does: "spin" }, { timeoutMs: 500 })).rejects.toMatchObject({
      code: "TIME",
    });
    const answers = await Promise.all(Array.from({ length: 8 }, () => run({ does: "answer" })));
    expect(answers).toEqual(answers.map(() => ({ answered: true })));
    await spinning;
  });

  it("that throws fails with the message of its error", async () => {
    await expect(run({ does: "throw" })).rejects.toThrow("an error of the job");
  });

  it("asks through this side, and is told why a request failed", async () => {
    const url = await server((response) => response.end("hello"));
    expect(await run({ does: "ask", url })).toBe("hello");
    await expect(run({ does: "ask", url: "http://127.0.0.1:1/" })).rejects.toThrow("TypeError");
  });

  it("gives its request up when the caller does", async () => {
    let isOpen = false;
    const url = await server((response) => {
      isOpen = true;
      response.once("close", () => (isOpen = false));
    });
    const controller = new AbortController();
    const asking = run({ does: "ask", url }, { signal: controller.signal });
    await eventually(() => expect(isOpen).toBe(true));
    controller.abort();
    await expect(asking).rejects.toThrow();
    await eventually(() => expect(isOpen).toBe(false));
  });

  it("is not begun for a caller that has given up", async () => {
    const signal = AbortSignal.abort(new Error("given up"));
    await expect(run({ does: "answer" }, { signal })).rejects.toThrow("given up");
  });
});

async function server(answer: (response: ServerResponse) => void): Promise<string> {
  const http = createServer((_, response) => answer(response));
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void http.close().closeAllConnections());
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}/`;
}
