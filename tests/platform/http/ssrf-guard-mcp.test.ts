import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { toNodeHandler } from "@modelcontextprotocol/node";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { afterAll, describe, expect, it } from "vitest";
import { closeOutbound, createOutboundFetch } from "~/platform/http/ssrf-guard.server";
import { localServer } from "../../support/local-server";

afterAll(closeOutbound);

describe("the MCP client over the guarded fetch", () => {
  it.each(["stateless", "reject"] as const)("connects and lists tools (legacy: %s)", async (legacy) => {
    const handler = createMcpHandler(
      () => {
        const server = new McpServer({ name: "stock", version: "1.0.0" });
        server.registerTool("count", { description: "Counts" }, () => ({
          content: [{ type: "text", text: "3" }],
        }));
        return server;
      },
      { legacy },
    );
    const server = await localServer((request, response) => void toNodeHandler(handler)(request, response));
    const client = new Client(
      { name: "backroom", version: "1.0.0" },
      { versionNegotiation: { mode: "auto" } },
    );
    const transport = new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`), {
      fetch: createOutboundFetch({ trust: "public", allowLoopback: true }),
    });
    await client.connect(transport);
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(["count"]);
    expect(await client.callTool({ name: "count", arguments: {} })).toMatchObject({
      content: [{ text: "3" }],
    });
    await client.close();
    await server.close();
  });
});
