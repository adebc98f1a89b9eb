/** The MCP client in its thread: everything here works on what a server of the merchant's sends (mcp.server.ts). */
import type { CallToolResult, Tool } from "@modelcontextprotocol/client";
import { serveThread, type ThreadTools } from "~/platform/untrusted/thread-side";
import { ConnectionError, plainError, type PlainConnectionError } from "../connection-error";
import { foreignText } from "./foreign.server";
import { visitMcp, type McpVisit } from "./mcp-session.server";
import {
  LONGEST_RESULT,
  MOST_TOOLS,
  type McpJob,
  type McpOutcome,
  type McpServerTools,
  type McpTool,
  type McpToolResult,
} from "./mcp";
import type { TestFinding } from "./provider-client.server";

serveThread<McpJob, McpOutcome>({
  async work(job, tools) {
    try {
      return { ok: true, value: await answer(job, tools) };
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      return { ok: false, error: plainError(error) };
    }
  },
  reviveFailure: (failure) => ConnectionError.of(failure as PlainConnectionError),
});

async function answer(
  { credential, settings, question }: McpJob,
  threadTools: ThreadTools,
): Promise<unknown> {
  const { toolAllowList } = settings;
  const startedAt = performance.now();
  return visitMcp(threadTools, credential, settings, async (server): Promise<unknown> => {
    switch (question.kind) {
      case "test":
        return {
          message: findingOf(server, await toolsOf(server), toolAllowList),
          httpStatus: server.httpStatus(),
          latencyMs: Math.round(performance.now() - startedAt),
        } satisfies TestFinding;
      case "list":
        return listed(server, await toolsOf(server), toolAllowList);
      case "call":
        return bounded(
          await server.client.callTool({ name: question.name, arguments: question.args }, server.options),
        );
    }
  });
}

function listed(server: McpVisit, tools: Tool[], allowList: string[]): McpServerTools {
  return {
    ...protocolOf(server),
    serverName: foreignText(server.client.getServerVersion()?.name ?? "", 80),
    tools: tools.slice(0, MOST_TOOLS).map((tool) => described(tool, allowList)),
  };
}

async function toolsOf({ client, options }: McpVisit): Promise<Tool[]> {
  if (!client.getServerCapabilities()?.tools) return [];
  return (await client.listTools(undefined, options)).tools;
}

/** E.g. "MCP 2026-07-28, 6 tools." */
function findingOf(server: McpVisit, tools: Tool[], allowList: string[]): string {
  const { era, protocolVersion } = protocolOf(server);
  const handshake = era === "legacy" ? " (legacy handshake)" : "";
  const count = tools.length === 1 ? "1 tool" : `${tools.length || "no"} tools`;
  const missing = allowList.filter((name) => !tools.some((tool) => tool.name === name));
  return `MCP ${protocolVersion}${handshake}, ${count}.${missing.length ? ` ${missingTools(missing)}` : ""}`;
}

function missingTools(names: string[]): string {
  const shown = names.slice(0, 3).map((name) => foreignText(name, 40));
  const more = names.length > 3 ? ` and ${names.length - 3} more` : "";
  return `The allow-list names tools that the server does not have: ${shown.join(", ")}${more}.`;
}

function protocolOf({ client }: McpVisit): Pick<McpServerTools, "protocolVersion" | "era"> {
  return {
    protocolVersion: foreignText(client.getNegotiatedProtocolVersion() ?? "", 20),
    era: client.getProtocolEra() === "modern" ? "modern" : "legacy",
  };
}

function described(
  { name, title, description, annotations, inputSchema }: Tool,
  allowList: string[],
): McpTool {
  return {
    name: foreignText(name, 128),
    title: foreignText(title ?? annotations?.title ?? name, 80),
    description: foreignText(description ?? "", 500),
    readOnly: annotations?.readOnlyHint === true,
    allowed: allowList.includes(name),
    inputSchema,
  };
}

/** Text blocks as one text; pictures, sound and links are left out. */
function bounded({ content, structuredContent, isError }: CallToolResult): McpToolResult {
  const text = content.flatMap((block) => (block.type === "text" ? [block.text] : [])).join("\n");
  const structured = structuredContent ?? null;
  const isLong = JSON.stringify(structured).length > LONGEST_RESULT;
  return {
    isError: isError === true,
    text: text.slice(0, LONGEST_RESULT),
    structured: isLong ? null : structured,
    truncated: isLong || text.length > LONGEST_RESULT,
  };
}
