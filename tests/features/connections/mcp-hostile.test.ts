import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { mcp } from "~/features/connections/providers/mcp.server";
import { closeThreads } from "~/platform/untrusted/thread.server";
import { failureOf, providerDeps } from "../../support/local-providers";

afterAll(closeThreads);

type Answer = { type?: string; body: string };
const JSON_TYPE = "application/json";
const STREAM = "text/event-stream";

/** Speaks the old handshake, and answers tools/list with `answer`, compressed. */
async function hostile(answer: (id: unknown) => Answer) {
  let requests = 0;
  const http = createServer((request, response) => {
    requests += 1;
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { id, method } = JSON.parse(Buffer.concat(chunks).toString() || "{}");
      if (request.method !== "POST") return response.writeHead(405).end();
      if (method === "server/discover") return response.writeHead(400).end();
      if (id === undefined || method === undefined) return response.writeHead(202).end();
      const serverInfo = { name: "hostile", version: "1" };
      const result = { protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo };
      const said = method === "initialize" ? { body: rpc(id, JSON.stringify(result)) } : answer(id);
      response.writeHead(200, { "Content-Type": said.type ?? JSON_TYPE, "Content-Encoding": "gzip" });
      response.end(gzipSync(said.body));
    });
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void http.close().closeAllConnections());
  const endpoint = `http://127.0.0.1:${(http.address() as AddressInfo).port}/`;
  const deps = providerDeps({ googleToken: "", ga4: "", gsc: "", bing: "" }, { maxBytes: 5 * 1024 * 1024 });
  const client = mcp(deps, { kind: "none" }, { endpoint, toolAllowList: [], timeoutMs: 30_000 });
  return { client, requests: () => requests };
}

const rpc = (id: unknown, result: string) =>
  `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result}}`;
const event = (data: string) => `data: ${data}\n\n`;
const TOOL = `{"name":"t","inputSchema":{"type":"object"}}`;
const deep = (levels: number) =>
  `{"name":"t","inputSchema":{"type":"object","a":${`{"a":`.repeat(levels)}0${"}".repeat(levels)}}}`;
const keys = Array.from({ length: 400_000 }, (_, i) => `"k${i}":0`).join();

const ANSWERS: [string, (id: unknown) => Answer][] = [
  ["2.4 million zeros", (id) => ({ body: rpc(id, `{"tools":[${"0,".repeat(2_400_000)}0]}`) })],
  [
    "2.4 million zeros in one event",
    (id) => ({ type: STREAM, body: event(rpc(id, `{"tools":[${"0,".repeat(2_400_000)}0]}`)) }),
  ],
  ["400,000 unknown keys", (id) => ({ body: rpc(id, `{"tools":[],${keys}}`) })],
  [
    "100,000 tools of the right form",
    (id) => ({ body: rpc(id, `{"tools":[${`${TOOL},`.repeat(100_000)}${TOOL}]}`) }),
  ],
  ["a schema 10,000 levels deep", (id) => ({ body: rpc(id, `{"tools":[${deep(10_000)}]}`) })],
  ["a million comments of an event stream", () => ({ type: STREAM, body: ":\n\n".repeat(1_000_000) })],
  [
    "20,000 pings",
    () => ({ type: STREAM, body: event(`{"jsonrpc":"2.0","id":1,"method":"ping"}`).repeat(20_000) }),
  ],
  [
    "20,000 notifications",
    () => ({
      type: STREAM,
      body: event(
        `{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":0}}`,
      ).repeat(20_000),
    }),
  ],
  [
    "a hundred pings that each want an answer",
    () => ({
      type: STREAM,
      body: Array.from({ length: 100 }, (_, i) => event(`{"jsonrpc":"2.0","id":${i},"method":"ping"}`)).join(
        "",
      ),
    }),
  ],
];

describe("an MCP server that says too much", () => {
  it.each(ANSWERS)("with %s fails the test of its connection, and nothing else", async (_, answer) => {
    const { client, requests } = await hostile(answer);
    const error = await failureOf(client.test(AbortSignal.timeout(60_000)));
    expect(error).toMatchObject({ code: "INVALID_RESPONSE", retryable: false });
    expect(error.message).toMatch(/more (parts|requests) than Backroom/);
    expect(requests()).toBeLessThan(70);
  });

  it("may not do so on many pages either", async () => {
    const tools = `${TOOL},`.repeat(5_000) + TOOL;
    const { client, requests } = await hostile((id) => ({
      body: rpc(id, `{"tools":[${tools}],"nextCursor":${JSON.stringify(String(id))}}`),
    }));
    const error = await failureOf(client.test(AbortSignal.timeout(60_000)));
    expect(error).toMatchObject({ code: "INVALID_RESPONSE" });
    expect(error.message).toContain("more parts than Backroom");
    expect(requests()).toBeLessThan(15);
  });

  it("may say as many wrong things as are read", async () => {
    const { client } = await hostile((id) => ({ body: rpc(id, `{"tools":[${"0,".repeat(99_000)}0]}`) }));
    const error = await failureOf(client.test(AbortSignal.timeout(60_000)));
    expect(error).toMatchObject({ code: "INVALID_RESPONSE", retryable: false });
    // V8 decides whether the thread has the memory to say what is wrong with each.
    expect(error.message).toMatch(/makes no sense|needs more memory/);
  });

  it("leaves the test of another server beside it alone", async () => {
    const [bad, good] = await Promise.all([
      hostile((id) => ({ body: rpc(id, `{"tools":[${"0,".repeat(99_000)}0]}`) })),
      hostile((id) => ({ body: rpc(id, `{"tools":[${TOOL}]}`) })),
    ]);
    const [failure, finding] = await Promise.all([
      failureOf(bad.client.test(AbortSignal.timeout(60_000))),
      good.client.test(AbortSignal.timeout(60_000)),
    ]);
    expect(failure.code).toBe("INVALID_RESPONSE");
    expect(finding.message).toContain("1 tool.");
  });
});
