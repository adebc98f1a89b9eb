import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { LONGEST_RESULT, MOST_TOOLS, type McpSettings } from "~/features/connections/providers/mcp";
import { mcp } from "~/features/connections/providers/mcp.server";
import { UNJUDGED } from "~/features/connections/providers/mcp-session.server";
import type { McpTrouble } from "../../../dev/local-providers/mcp";
import { eventually } from "../../support/eventually";
import { everythingServer } from "../../support/everything-server";
import { failureOf, localProviders, printed, providerDeps } from "../../support/local-providers";

const TOKEN = "fernhill-token-0123456789";
const BEARER = { kind: "bearer", token: TOKEN } as const;
const NONE = { kind: "none" } as const;
const soon = () => AbortSignal.timeout(10_000);

async function connected(settings: Partial<McpSettings> & { path?: string } = {}) {
  const { path = "/mcp", ...given } = settings;
  const local = await localProviders();
  local.mcp.addToken(TOKEN);
  const all = { endpoint: local.origin + path, toolAllowList: [], timeoutMs: 5_000, ...given };
  return { ...local, settings: all, client: mcp(local.deps, BEARER, all) };
}

describe("the test of a connection to an MCP server", () => {
  it.each([
    ["of both protocol versions", "/mcp", "MCP 2026-07-28, 6 tools."],
    ["of version 2026-07-28 only", "/mcp-strict", "MCP 2026-07-28, 6 tools."],
    ["with the legacy handshake only", "/mcp-legacy", "MCP 2025-11-25 (legacy handshake), 6 tools."],
  ])("succeeds with a server %s", async (_, path, message) => {
    const { client, mcp: server } = await connected({ path });
    expect(await client.test(soon())).toEqual({ httpStatus: 200, latencyMs: expect.any(Number), message });
    expect(server.requests.map(({ bearer }) => bearer)).not.toContain("none");
  });

  it("succeeds with the published server-everything", async () => {
    const endpoint = await everythingServer();
    const { deps } = await localProviders();
    const client = mcp(deps, NONE, { endpoint, toolAllowList: ["echo", "get-sum"], timeoutMs: 10_000 });
    const { message } = await client.test(soon());
    expect(message).toMatch(/^MCP 2025-11-25 \(legacy handshake\), \d+ tools\.$/);
    expect(await client.callTool("echo", { message: "hello" }, soon())).toMatchObject({
      isError: false,
      text: expect.stringContaining("hello"),
    });
    const { tools, serverName } = await client.listTools(soon());
    expect(serverName).toMatch(/everything/);
    expect(tools.find(({ name }) => name === "get-sum")).toMatchObject({ allowed: true });
  });

  it("succeeds without a token when the server needs none", async () => {
    const local = await localProviders();
    const client = mcp(local.deps, NONE, { endpoint: local.mcpUrl, toolAllowList: [], timeoutMs: 5_000 });
    expect((await client.test(soon())).message).toBe("MCP 2026-07-28, 6 tools.");
    expect(local.mcp.requests.map(({ bearer }) => bearer)).toEqual(["none", "none"]);
  });

  it("names at most three tools of the allow-list that the server does not have", async () => {
    const { client } = await connected({ toolAllowList: ["lookup_order", "a", "b", "c", "d", "e"] });
    expect((await client.test(soon())).message).toBe(
      "MCP 2026-07-28, 6 tools. The allow-list names tools that the server does not have: a, b, c and 2 more.",
    );
  });

  it.each([
    [1, "1 tool."],
    [0, "no tools."],
  ])("reports %i tools as %j", async (count, message) => {
    const { client, mcp: server } = await connected();
    server.tools.splice(count);
    expect((await client.test(soon())).message).toBe(`MCP 2026-07-28, ${message}`);
  });

  it("does not affect a concurrent test with another token", async () => {
    const { client, deps, settings } = await connected();
    const stranger = mcp(deps, { kind: "bearer", token: "another-token" }, settings);
    const results = await Promise.allSettled([
      client.test(soon()),
      stranger.test(soon()),
      client.test(soon()),
    ]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  });
});

describe("a refusal of an MCP server", () => {
  const AUTH = ["AUTH_INVALID", 401, false] as const;
  it.each(["/mcp", "/mcp-strict", "/mcp-legacy"])(
    "of a wrong or missing token at %s is AUTH_INVALID",
    async (path) => {
      const { deps, settings } = await connected({ path });
      for (const credential of [{ kind: "bearer", token: "wrong-token-0123456789" } as const, NONE]) {
        const error = await failureOf(mcp(deps, credential, settings).test(soon()));
        expect([error.code, error.httpStatus, error.retryable]).toEqual(AUTH);
        expect(printed(error)).not.toContain("wrong-token");
      }
    },
  );

  const STATUSES: [number, string, boolean][] = [
    [401, "AUTH_INVALID", false],
    [403, "FORBIDDEN", false],
    [404, "NOT_FOUND", false],
    [405, "PROTOCOL_MISMATCH", false],
    [408, "TIMEOUT", true],
    [429, "RATE_LIMITED", true],
    [500, "PROVIDER_ERROR", true],
    [503, "PROVIDER_ERROR", true],
  ];
  describe.each(["/mcp", "/mcp-legacy"])("at %s", (path) => {
    it.each(STATUSES)("with %i is %s", async (status, code, retryable) => {
      const { client, mcp: server } = await connected({ path });
      server.setTrouble({
        kind: "status",
        status,
        headers: { "Retry-After": "7" },
        body: `{"said":"${TOKEN}"}`,
      });
      const error = await failureOf(client.test(soon()));
      expect(error).toMatchObject({ code, retryable, httpStatus: status });
      expect(error.retryAfterMs).toBe(
        ["TIMEOUT", "RATE_LIMITED", "PROVIDER_ERROR"].includes(code) ? 7000 : error.retryAfterMs,
      );
      expect(printed(error)).not.toContain(TOKEN);
    });

    it.each(STATUSES)("with %i after the handshake is %s", async (status, code) => {
      const { client, mcp: server } = await connected({ path });
      server.setTrouble({ kind: "status", status, from: "tools/list", body: TOKEN });
      const error = await failureOf(client.test(soon()));
      expect(error).toMatchObject({ code, httpStatus: status });
      expect(printed(error)).not.toContain(TOKEN);
    });
  });

  it("for a missing scope is FORBIDDEN", async () => {
    const { client, mcp: server } = await connected();
    const headers = { "WWW-Authenticate": `Bearer error="insufficient_scope", scope="tools:read"` };
    server.setTrouble({ kind: "status", status: 403, headers });
    expect(await failureOf(client.test(soon()))).toMatchObject({ code: "FORBIDDEN", httpStatus: 403 });
  });

  const rpc = (code: number, status = 200) =>
    ({
      kind: "status",
      status,
      from: "tools/list",
      body: JSON.stringify({ jsonrpc: "2.0", id: 0, error: { code, message: TOKEN } }),
    }) as const;
  it.each([
    [-32022, "PROTOCOL_MISMATCH"],
    [-32021, "PROTOCOL_MISMATCH"],
    [-32020, "PROTOCOL_MISMATCH"],
    [-32601, "PROTOCOL_MISMATCH"],
    [-32602, "BAD_CONFIG"],
    [-32603, "PROVIDER_ERROR"],
    [-32000, "PROVIDER_ERROR"],
  ])("with the JSON-RPC code %i is %s", async (number, code) => {
    const { client, mcp: server } = await connected();
    server.setTrouble(rpc(number));
    const error = await failureOf(client.test(soon()));
    expect(error).toMatchObject({ code, providerCode: String(number) });
    expect(printed(error)).not.toContain(TOKEN);
  });
});

describe("a connection to an MCP server", () => {
  const TROUBLE: [string, McpTrouble, string, number | null][] = [
    ["html", { kind: "html" }, "PROTOCOL_MISMATCH", 200],
    ["nonsense", { kind: "nonsense" }, "PROTOCOL_MISMATCH", 200],
    ["hang", { kind: "hang" }, "TIMEOUT", null],
    ["late", { kind: "late", ms: 900 }, "TIMEOUT", null],
    ["cut", { kind: "cut" }, "NETWORK", null],
    [
      "redirect",
      { kind: "redirect", to: "http://169.254.169.254/latest/meta-data" },
      "PROTOCOL_MISMATCH",
      null,
    ],
    ["html after the handshake", { kind: "html", from: "tools/list" }, "INVALID_RESPONSE", 200],
    ["nonsense after the handshake", { kind: "nonsense", from: "tools/list" }, "INVALID_RESPONSE", 200],
    ["hang after the handshake", { kind: "hang", from: "tools/list" }, "TIMEOUT", null],
    ["cut after the handshake", { kind: "cut", from: "tools/list" }, "NETWORK", null],
  ];
  describe.each(["/mcp", "/mcp-legacy"])("at %s", (path) => {
    it.each(TROUBLE)("%s", async (_, trouble, code, httpStatus) => {
      const { client, mcp: server } = await connected({ path, timeoutMs: 500 });
      server.setTrouble(trouble);
      const start = performance.now();
      const error = await failureOf(client.test(soon()));
      expect(performance.now() - start).toBeLessThan(4_000);
      expect(error.code).toBe(code);
      if (httpStatus !== null) expect(error.httpStatus).toBe(httpStatus);
      expect(error.cause).toBeUndefined();
      expect(printed(error)).not.toContain(TOKEN);
    });
  });

  it("reports HTML and a time-out in sentences for a merchant", async () => {
    const { client, mcp: server } = await connected({ timeoutMs: 500 });
    server.setTrouble({ kind: "html" });
    expect(await failureOf(client.test(soon()))).toMatchObject({
      message: "The endpoint answered with HTML, not MCP.",
      providerCode: "ERA_NEGOTIATION_FAILED",
    });
    server.setTrouble({ kind: "hang" });
    expect(await failureOf(client.test(soon()))).toMatchObject({
      message: "No answer within 0.5 seconds.",
      providerCode: "REQUEST_TIMEOUT",
    });
  });

  it.each([
    ["https://no-such-host.invalid/mcp", "NETWORK", expect.stringMatching(/ENOTFOUND|EAI_AGAIN/)],
    ["https://10.0.0.1/mcp", "BAD_CONFIG", null],
    ["http://mcp.example.com/mcp", "BAD_CONFIG", null],
  ])("to the address %s is %s", async (endpoint, code, providerCode) => {
    const { deps, settings } = await connected();
    const error = await failureOf(mcp(deps, BEARER, { ...settings, endpoint }).test(soon()));
    expect(error).toMatchObject({ code, providerCode, httpStatus: null });
  });

  it("is NETWORK when the port is closed", async () => {
    const { client, close } = await connected();
    await close();
    const error = await failureOf(client.test(soon()));
    expect(error).toMatchObject({ code: "NETWORK", providerCode: "ECONNREFUSED", retryable: true });
  });

  it("ends with TIMEOUT when the caller aborts before or during it", async () => {
    const { client, mcp: server } = await connected();
    expect(await failureOf(client.test(AbortSignal.abort()))).toMatchObject({ code: "TIMEOUT" });
    server.setTrouble({ kind: "hang" });
    const start = performance.now();
    expect(await failureOf(client.test(AbortSignal.timeout(100)))).toMatchObject({ code: "TIMEOUT" });
    // Its own time would be five seconds.
    expect(performance.now() - start).toBeLessThan(4_000);
  });

  it("causes no unhandled rejection when an answer comes after the time-out", async () => {
    const rejections: unknown[] = [];
    const onRejection = (reason: unknown) => rejections.push(reason);
    process.on("unhandledRejection", onRejection);
    onTestFinished(() => void process.off("unhandledRejection", onRejection));
    for (const path of ["/mcp", "/mcp-legacy"])
      for (const from of [undefined, "tools/list"]) {
        const { client, mcp: server } = await connected({ path, timeoutMs: 100 });
        server.setTrouble({ kind: "late", ms: 250, from });
        expect(await failureOf(client.test(soon()))).toMatchObject({ code: "TIMEOUT" });
      }
    // Longer than the latest answer takes.
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(rejections).toEqual([]);
  });

  it("leaves no socket and no timer open", async () => {
    const local = await connected({ timeoutMs: 300 });
    const held = () =>
      process.getActiveResourcesInfo().filter((kind) => /TCPSocket|Timeout/.test(kind)).length;
    const before = held();
    await local.client.test(soon());
    for (const trouble of [{ kind: "hang" }, { kind: "cut" }, { kind: "html" }] as const) {
      local.mcp.setTrouble(trouble);
      await failureOf(local.client.test(soon()));
    }
    await local.close();
    await eventually(() => expect(held()).toBeLessThanOrEqual(before));
  });
});

describe("the tools of an MCP server", () => {
  it("are listed with their input schema, and whether they may be called", async () => {
    const { client } = await connected({ toolAllowList: ["lookup_order"] });
    const { tools, ...server } = await client.listTools(soon());
    expect(server).toEqual({
      serverName: "fernhill-help-desk",
      protocolVersion: "2026-07-28",
      era: "modern",
    });
    expect(tools.filter(({ allowed }) => allowed).map(({ name }) => name)).toEqual(["lookup_order"]);
    expect(tools.find(({ name }) => name === "lookup_order")).toMatchObject({
      title: "Look up an order",
      readOnly: true,
      inputSchema: { type: "object", required: ["number"] },
    });
  });

  it("are limited in number, and their descriptions are cut and cleaned", async () => {
    const { client, mcp: server } = await connected();
    const [tool] = server.tools;
    const description = "\u202eevil\u0007\n".repeat(200);
    server.tools.splice(
      0,
      99,
      ...Array.from({ length: 250 }, (_, i) => ({ ...tool!, name: `tool_${i}`, description })),
    );
    const { tools } = await client.listTools(soon());
    expect(tools).toHaveLength(MOST_TOOLS);
    expect(tools[0]!.description).toHaveLength(500);
    expect(tools[0]!.description).toMatch(/^(evil )+evil?…?/);
    expect(tools[0]!.description).not.toMatch(/\p{C}/u);
  });

  it.each(["/mcp", "/mcp-strict", "/mcp-legacy"])(
    "are called at %s when they are on the allow-list",
    async (path) => {
      const { client } = await connected({ path, toolAllowList: ["shipping_estimate"] });
      expect(await client.callTool("shipping_estimate", { country: "GB" }, soon())).toEqual({
        isError: false,
        text: `{"workingDays":8}`,
        structured: { workingDays: 8 },
        truncated: false,
      });
    },
  );

  it.each([[[]], [["lookup_order"]]])("are not called when the allow-list is %j", async (toolAllowList) => {
    const { client, mcp: server } = await connected({ toolAllowList });
    const error = await failureOf(client.callTool("list_articles", {}, soon()));
    expect(error).toMatchObject({ code: "BAD_CONFIG" });
    expect(error.message).toContain("list_articles");
    expect(server.requests).toEqual([]);
  });

  it.each(["/mcp", "/mcp-legacy"])("may return an error at %s, which is a normal answer", async (path) => {
    const { client } = await connected({ path, toolAllowList: ["lookup_order"] });
    expect(await client.callTool("lookup_order", { number: "#9" }, soon())).toMatchObject({
      isError: true,
      text: "Nothing was found.",
    });
    expect(await client.callTool("lookup_order", { number: "nine" }, soon())).toMatchObject({
      isError: true,
    });
  });

  it("that the server does not have fail with BAD_CONFIG", async () => {
    const { client } = await connected({ toolAllowList: ["no_such_tool"] });
    expect(await failureOf(client.callTool("no_such_tool", {}, soon()))).toMatchObject({
      code: "BAD_CONFIG",
    });
  });

  const talkative = {
    name: "talk",
    title: "Talk",
    description: "",
    input: z.object({ letters: z.number() }),
  };
  const letters = ({ letters: count }: Record<string, unknown>) => ({ said: "x".repeat(Number(count)) });
  it.each(["/mcp", "/mcp-legacy"])(
    "have a long answer cut at %s, and one beyond the size limit refused",
    async (path) => {
      const local = await connected({ path, toolAllowList: ["talk"] });
      local.mcp.tools.push({ ...talkative, run: letters });
      const result = await local.client.callTool("talk", { letters: LONGEST_RESULT + 1 }, soon());
      expect(result).toMatchObject({ truncated: true, structured: null });
      expect(result.text).toHaveLength(LONGEST_RESULT);
      expect(await failureOf(local.client.callTool("talk", { letters: 2_000_000 }, soon()))).toMatchObject({
        code: "PROTOCOL_MISMATCH",
      });
    },
  );
});

describe("an unusual MCP server", () => {
  type Asked = { verb: string; method: string | undefined; id: unknown };
  type Result = { result: object } | { events: string };

  /** Speaks the old handshake with a session, and answers tools/list as it is told. */
  async function server(answer: (id: unknown) => Result, goodbye = true) {
    const asked: Asked[] = [];
    let unanswered = 0;
    const http = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const { id, method } = JSON.parse(Buffer.concat(chunks).toString() || "{}");
        asked.push({ verb: request.method!, method, id });
        if (request.method === "DELETE") {
          unanswered += 1;
          response.once("close", () => (unanswered -= 1));
          return goodbye && response.writeHead(200).end();
        }
        if (request.method === "GET") return response.writeHead(405).end();
        if (method === "server/discover") return response.writeHead(400).end();
        if (id === undefined) return response.writeHead(202).end();
        const serverInfo = { name: "own kind", version: "1" };
        const hello = { protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo };
        const said = method === "initialize" ? { result: hello } : answer(id);
        if ("events" in said)
          return response.writeHead(200, { "Content-Type": "text/event-stream" }).end(said.events);
        response
          .writeHead(200, { "Content-Type": "application/json", "Mcp-Session-Id": "a-session" })
          .end(JSON.stringify({ jsonrpc: "2.0", id, ...said }));
      });
    });
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void http.close().closeAllConnections());
    const endpoint = `http://127.0.0.1:${(http.address() as AddressInfo).port}/`;
    const deps = providerDeps({ googleToken: "", ga4: "", gsc: "", bing: "" });
    const open = () => unanswered;
    return { asked, open, client: mcp(deps, NONE, { endpoint, toolAllowList: [], timeoutMs: 5_000 }) };
  }
  const tool = (name: string) => ({ name, inputSchema: { type: "object" } });

  it("whose list of tools never ends fails with INVALID_RESPONSE", async () => {
    const { client } = await server((id) => ({
      result: { tools: [tool(`t${String(id)}`)], nextCursor: `page ${String(id)}` },
    }));
    expect(await failureOf(client.listTools(soon()))).toMatchObject({
      code: "INVALID_RESPONSE",
      providerCode: "LIST_PAGINATION_EXCEEDED",
    });
  });

  it("is sent a DELETE at the end of its session", async () => {
    const { client, asked } = await server(() => ({ result: { tools: [tool("one")] } }));
    await client.test(soon());
    await eventually(() => expect(asked.at(-1)!.verb).toBe("DELETE"));
  });

  it("is not waited for when it does not answer that DELETE", async () => {
    const { client, open } = await server(() => ({ result: { tools: [] } }), false);
    await client.test(soon());
    // The test is over and the DELETE is not: it is given up after a second.
    await eventually(() => expect(open()).toBe(1));
    await eventually(() => expect(open()).toBe(0));
  });

  it.each([
    ["", "NETWORK"],
    [": hello\n\n", "NETWORK"],
    ["data: {}\n\n", "NETWORK"],
    ["id: 1\ndata:\n\n", "NETWORK"],
  ])("that ends its event stream with %j before the answer fails with %s", async (events, code) => {
    const { client } = await server(() => ({ events }));
    const start = performance.now();
    expect(await failureOf(client.test(soon()))).toMatchObject({ code });
    expect(performance.now() - start).toBeLessThan(4_000);
  });

  it("cannot have the patterns of its schemas evaluated", async () => {
    // (x+x+)+y over some thirty x takes longer than anybody lives.
    const outputSchema = { type: "object", properties: { a: { type: "string", pattern: "^(x+x+)+y$" } } };
    const { client } = await server(() => ({
      result: {
        tools: [{ ...tool("one"), outputSchema }],
        content: [],
        structuredContent: { a: "x".repeat(40) },
      },
    }));
    expect(await client.test(soon())).toMatchObject({ httpStatus: 200 });
    expect(UNJUDGED.getValidator(outputSchema)({ a: "x".repeat(40) })).toMatchObject({ valid: true });
  });

  it("may answer in an event stream", async () => {
    const { client } = await server((id) => ({
      events: `data: ${JSON.stringify({ jsonrpc: "2.0", id, result: { tools: [tool("one")] } })}\n\n`,
    }));
    expect((await client.listTools(soon())).tools.map(({ name }) => name)).toEqual(["one"]);
  });
});
