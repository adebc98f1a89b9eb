/**
 * A shop's MCP server, by the official SDK, three times: `/mcp` speaks every era, `/mcp-strict` only 2026-07-28, and
 * `/mcp-legacy` is of the SDK's first line, which knows the handshake alone.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { toNodeHandler } from "@modelcontextprotocol/node";
import { McpServer as LegacyServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { LOCAL_TOOLS, toolResult, type LocalTool } from "./mcp-tools";
import { troubled, type Trouble } from "./http-trouble";

/** A troubled server is troubled from the start, or only once it has shaken hands (`from`, a method such as tools/list) */
export type McpTrouble = Trouble & { from?: string };
export type McpRequest = {
  path: string;
  method: string;
  rpc: string | null;
  bearer: "none" | "good" | "wrong";
};

export type LocalMcp = {
  /** False for a path that is not of this server */
  handle: (request: IncomingMessage, response: ServerResponse, path: string) => Promise<boolean>;
  /** From the first token on, nobody is answered without one */
  addToken: (token: string) => void;
  setTrouble: (trouble: McpTrouble | null) => void;
  /** The tools it has from now on; all of them at first */
  tools: LocalTool[];
  /** What was asked, oldest first; without tokens */
  requests: McpRequest[];
  close: () => Promise<void>;
};

export const MCP_PATHS = ["/mcp", "/mcp-strict", "/mcp-legacy"];

const INFO = { name: "fernhill-help-desk", title: "Fernhill help desk", version: "1.4.0" };
const READS = { readOnlyHint: true, openWorldHint: false };
const MOST_BYTES = 1_000_000;

export function createLocalMcp(): LocalMcp {
  const tokens = new Set<string>();
  const requests: McpRequest[] = [];
  const tools = [...LOCAL_TOOLS];
  let trouble: McpTrouble | null = null;

  const modern = () => modernServer(tools);
  const handlers = {
    "/mcp": createMcpHandler(modern),
    "/mcp-strict": createMcpHandler(modern, { legacy: "reject" }),
  };
  const nodeHandlers = {
    "/mcp": toNodeHandler(handlers["/mcp"]),
    "/mcp-strict": toNodeHandler(handlers["/mcp-strict"]),
  };

  function bearerOf(request: IncomingMessage): McpRequest["bearer"] {
    const [, token] = /^Bearer (.+)$/.exec(request.headers.authorization ?? "") ?? [];
    return token === undefined ? "none" : tokens.has(token) ? "good" : "wrong";
  }

  return {
    requests,
    tools,
    addToken: (token) => void tokens.add(token),
    setTrouble: (next) => void (trouble = next),
    close: async () => void (await Promise.all(Object.values(handlers).map((handler) => handler.close()))),
    handle: async (request, response, path) => {
      if (!MCP_PATHS.includes(path)) return false;
      const body = await jsonOf(request);
      const rpc = methodOf(body);
      const bearer = bearerOf(request);
      requests.push({ path, method: request.method ?? "", rpc, bearer });
      const isDue = trouble && (!trouble.from || trouble.from === rpc);
      if (isDue && (await troubled(trouble!, request, response))) return true;
      if (tokens.size > 0 && bearer !== "good") refuse(response);
      else if (path === "/mcp-legacy") await answerLegacy(tools, request, response, body);
      else await nodeHandlers[path as "/mcp" | "/mcp-strict"](request, response, body);
      return true;
    },
  };
}

function modernServer(tools: LocalTool[]): McpServer {
  const server = new McpServer(INFO, { capabilities: { tools: {} } });
  for (const tool of tools) {
    const { name, title, description, input } = tool;
    const about = { title, description, inputSchema: input, annotations: READS };
    server.registerTool(name, about, (args) => toolResult(tool, args));
  }
  return server;
}

async function answerLegacy(
  tools: LocalTool[],
  request: IncomingMessage,
  response: ServerResponse,
  body: unknown,
): Promise<void> {
  // Without sessions there is nothing for which a channel could be held open.
  if (request.method !== "POST") return void response.writeHead(405, { Allow: "POST" }).end();
  const server = new LegacyServer(INFO, { capabilities: { tools: {} } });
  for (const tool of tools) {
    const { name, title, description, input } = tool;
    const about = { title, description, inputSchema: input.shape, annotations: READS };
    server.registerTool(name, about, (args: Record<string, unknown>) => toolResult(tool, args));
  }
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
  response.on("close", () => void server.close());
  await server.connect(transport);
  await transport.handleRequest(request, response, body);
}

function refuse(response: ServerResponse) {
  response
    .writeHead(401, { "Content-Type": "application/json", "WWW-Authenticate": `Bearer realm="fernhill"` })
    .end(`{"error":"invalid_token"}`);
}

async function jsonOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) return undefined;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    return undefined;
  }
}

function methodOf(body: unknown): string | null {
  const method = (body as { method?: unknown } | undefined)?.method;
  return typeof method === "string" ? method : null;
}
