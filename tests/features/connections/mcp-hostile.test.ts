import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { mcp } from "~/features/connections/providers/mcp.server";
import { closeThreads } from "~/platform/untrusted/thread.server";
import { failureOf, providerDeps } from "../../support/local-providers";

afterAll(closeThreads);

const NONE = { kind: "none" } as const;
const listOf = (tools: string) => `{"jsonrpc":"2.0","id":1,"result":{"tools":${tools}}}`;
const tool = (schema: string) => `[{"name":"one","inputSchema":${schema}}]`;

type Answer = (response: ServerResponse) => void;

const json =
  (body: string): Answer =>
  (response) =>
    response
      .writeHead(200, { "Content-Type": "application/json", "Content-Encoding": "gzip" })
      .end(gzipSync(body));

const events =
  (...parts: string[]): Answer =>
  (response) => {
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    for (const part of parts) response.write(part);
    response.end();
  };

const BEYOND = "more values, levels or lines than Backroom reads";

/** A legacy server that shakes hands as it should, and answers tools/list with `answer`. */
async function serverWith(answer: Answer, timeoutMs = 20_000) {
  const http = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      const { method, id } = JSON.parse(body || "{}") as { method?: string; id?: unknown };
      if (method === "tools/list") return answer(response);
      if (method === "server/discover") return response.writeHead(400).end();
      if (method !== "initialize") return response.writeHead(request.method === "POST" ? 202 : 405).end();
      const serverInfo = { name: "hostile", version: "1" };
      const result = { protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo };
      response
        .writeHead(200, { "Content-Type": "application/json" })
        .end(JSON.stringify({ jsonrpc: "2.0", id, result }));
    });
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void http.close().closeAllConnections());
  const endpoint = `http://127.0.0.1:${(http.address() as AddressInfo).port}/`;
  const deps = providerDeps({ googleToken: "", ga4: "", gsc: "", bing: "" });
  return mcp(deps, NONE, { endpoint, toolAllowList: [], timeoutMs });
}

describe("the test of an MCP server that means harm", () => {
  const deep = (levels: number) => `${'{"a":'.repeat(levels)}0${"}".repeat(levels)}`;
  it.each([
    ["2.5 million zeros in 5 KB of gzip", json(listOf(`[${"0,".repeat(2_500_000)}0]`)), BEYOND],
    ["400,000 unknown keys", json(listOf(`[],${keys(400_000)}`)), BEYOND],
    ["unknown keys in a schema", json(listOf(tool(`{${keys(110_000)}}`))), BEYOND],
    ["a schema of 10,000 levels", json(listOf(tool(deep(10_000)))), BEYOND],
    ["arrays that never close", json(listOf("[".repeat(100_000))), BEYOND],
    // V8 decides whether its thread has the memory to say what is wrong with each.
    [
      "as many wrong tools as may be read",
      json(listOf(`[${"0,".repeat(99_000)}0]`)),
      /makes no sense|needs more memory/,
    ],
    ["zeros in an event", events(`data: ${listOf(`[${"0,".repeat(200_000)}0]`)}\n\n`), BEYOND],
    ["a flood of pings", events(": ping\n\n".repeat(100_000)), BEYOND],
    ["a flood of empty lines", events("\n".repeat(100_000)), BEYOND],
    [
      "a flood of notifications",
      events(`data: {"jsonrpc":"2.0","method":"notifications/x"}\n\n`.repeat(30_000)),
      BEYOND,
    ],
    [
      "a comment with a quote before its zeros",
      events(`: "\n\n`, `data: ${listOf(`[${"0,".repeat(200_000)}0]`)}\n\n`),
      BEYOND,
    ],
  ])("with %s fails with INVALID_RESPONSE", async (_, answer, words) => {
    const client = await serverWith(answer);
    const error = await failureOf(client.test(new AbortController().signal));
    expect(error).toMatchObject({ code: "INVALID_RESPONSE" });
    expect(error.message).toMatch(words);
  });

  it.each([
    ["six million bytes in one string", json(`"${"a".repeat(6_000_000)}"`)],
    ["six million bytes in one line of events", events(`data: "${"a".repeat(6_000_000)}`)],
  ])("with %s fails with PROTOCOL_MISMATCH", async (_, answer) => {
    const client = await serverWith(answer);
    expect(await failureOf(client.test(new AbortController().signal))).toMatchObject({
      code: "PROTOCOL_MISMATCH",
    });
  });

  it("with an answer that never ends fails with TIMEOUT", async () => {
    const client = await serverWith((response) => {
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      const drip = setInterval(() => response.write(": ping\n"), 20);
      response.once("close", () => clearInterval(drip));
    }, 1_500);
    expect(await failureOf(client.test(new AbortController().signal))).toMatchObject({ code: "TIMEOUT" });
  });

  it("leaves a test of another server beside it alone", async () => {
    const [hostile, honest] = await Promise.all([
      serverWith(json(listOf(`[${"0,".repeat(99_000)}0]`))),
      serverWith(json(listOf(tool(`{"type":"object"}`)))),
    ]);
    const { signal } = new AbortController();
    const [failure, finding] = await Promise.all([failureOf(hostile.test(signal)), honest.test(signal)]);
    expect(failure.code).toBe("INVALID_RESPONSE");
    expect(finding.message).toContain("1 tool.");
  });
});

function keys(count: number): string {
  return Array.from({ length: count }, (_, i) => `"k${i}":0`).join();
}
