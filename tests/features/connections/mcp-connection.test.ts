import { describe, expect, it } from "vitest";
import {
  parseMcpEndpoint,
  parseMcpToken,
  parseTimeout,
  parseToolAllowList,
} from "~/features/connections/mcp-connection.schema";
import { connectionMetadataSchema } from "~/features/settings/settings.schema";
import { refusalOfUrl } from "~/platform/http/ssrf-guard.server";

const said = (parsed: { ok: boolean; sentence?: string }) => parsed.sentence;
const endpoint = (pasted: string, allowLoopback = false) =>
  parseMcpEndpoint(pasted, (url) => refusalOfUrl(url, { trust: "public", allowLoopback }));

describe("the endpoint of an MCP server", () => {
  it.each([
    ["https://mcp.example.com/mcp", "https://mcp.example.com/mcp"],
    [" <https://mcp.example.com/mcp>\n", "https://mcp.example.com/mcp"],
    ["mcp.example.com/mcp", "https://mcp.example.com/mcp"],
    ["https://mcp.example.com/mcp?shop=fernhill#top", "https://mcp.example.com/mcp?shop=fernhill"],
  ])("is read from %j as %s", (pasted, value) => {
    expect(endpoint(pasted)).toEqual({ ok: true, value });
  });

  it.each([
    ["", "Enter the server's MCP address"],
    ["npx some-server", "Enter the server's MCP address"],
    ["file:///etc/passwd", "Enter the server's MCP address"],
    ["https://me:secret@mcp.example.com/", "user name"],
    ["https://mcp.example.com/mcp?api_key=s3cret", "token field"],
  ])("is refused for %j", (pasted, sentence) => {
    expect(said(endpoint(pasted))).toContain(sentence);
    expect(said(endpoint(pasted))).not.toContain("s3cret");
  });

  it.each([
    "http://mcp.example.com/mcp",
    "https://127.0.0.1/mcp",
    "https://169.254.169.254/",
    "https://[::1]/mcp",
  ])("is refused outside the public internet: %s", (pasted) => {
    expect(endpoint(pasted)).toEqual({ ok: false, sentence: expect.stringMatching(/\.$/) });
  });

  it("may be on this machine when loopback addresses are allowed", () => {
    expect(endpoint("http://127.0.0.1:4000/mcp", true).ok).toBe(true);
  });
});

describe("the token of an MCP server", () => {
  it.each([
    "t0ken-abc.def",
    "Bearer t0ken-abc.def",
    "Authorization: Bearer t0ken-abc.def",
    ` "t0ken-abc.def"\n`,
    "t0ken-\r\nabc.def",
  ])("is read from %j", (pasted) => {
    expect(parseMcpToken(pasted)).toEqual({ ok: true, value: "t0ken-abc.def" });
  });

  it.each(["", "  ", "Bearer "])("is null for %j", (pasted) => {
    expect(parseMcpToken(pasted)).toEqual({ ok: true, value: null });
  });

  it.each(["two words", "tökén", "a".repeat(4097)])("is refused for %j without repeating it", (pasted) => {
    expect(parseMcpToken(pasted).ok).toBe(false);
    expect(said(parseMcpToken(pasted))).not.toContain(pasted);
  });
});

describe("the allow-list of tools", () => {
  it.each([
    ["search_products\nlookup_order", ["search_products", "lookup_order"]],
    ["search_products, lookup_order,", ["search_products", "lookup_order"]],
    ["- search_products\r\n- lookup_order\r\n", ["search_products", "lookup_order"]],
    [`["search_products", "lookup_order"]`, ["search_products", "lookup_order"]],
    ["a.b-c_D9\na.b-c_D9", ["a.b-c_D9"]],
    ["x".repeat(128), ["x".repeat(128)]],
    ["", []],
  ])("is read from %j", (pasted, value) => {
    expect(parseToolAllowList(pasted)).toEqual({ ok: true, value });
  });

  it.each(["search products", "*", "x".repeat(129), "naïve"])("is refused for %j", (pasted) => {
    expect(said(parseToolAllowList(pasted))).toMatch(/no tool name.*search_products/s);
  });

  it("has at most fifty tools", () => {
    const names = (count: number) => Array.from({ length: count }, (_, i) => `tool_${i}`).join("\n");
    expect(parseToolAllowList(names(50)).ok).toBe(true);
    expect(said(parseToolAllowList(names(51)))).toContain("51");
  });
});

describe("the time-out of an MCP server", () => {
  it.each([
    ["8", 8000],
    [" 2,5 s", 2500],
    ["0.5", 500],
    ["60 seconds", 60_000],
    ["800ms", 800],
    ["", 10_000],
  ])("is read from %j", (typed, value) => {
    expect(parseTimeout(typed)).toEqual({ ok: true, value });
    const MCP = { endpoint: "https://mcp.example.com", timeoutMs: value };
    expect(connectionMetadataSchema.safeParse({ MCP }).success).toBe(true);
  });

  it.each(["0.499", "60.001", "0", "-3", "ten", "1e3"])(
    "is refused outside 0.5 to 60 seconds: %j",
    (typed) => {
      expect(said(parseTimeout(typed))).toContain("from 0.5 to 60");
    },
  );
});

describe("a pasted token of 200,000 characters", () => {
  it("is parsed in linear time", () => {
    const startedAt = performance.now();
    expect(parseMcpToken(`a${" ".repeat(200_000)}b`).ok).toBe(false);
    expect(parseMcpToken('"'.repeat(200_000)).ok).toBe(false);
    // Quadratic time would be a minute.
    expect(performance.now() - startedAt).toBeLessThan(20_000);
    expect(parseMcpToken(`"'abc \r\n  def'"`)).toEqual({ ok: true, value: "abcdef" });
  });
});
