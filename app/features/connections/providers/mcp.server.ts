/** An MCP server of the merchant's: https://modelcontextprotocol.io/specification/2026-07-28, and the handshake before it. */
import type { CallToolResult, Tool } from "@modelcontextprotocol/client";
import { ConnectionError } from "../connection-error";
import type { McpCredential } from "../credential";
import { foreignText } from "./foreign.server";
import { visitMcp, type McpVisit } from "./mcp-session.server";
import type { ProviderDeps, TestFinding } from "./provider-client.server";

/** As in connectionMetadata. The timeout is for a whole test or call. */
export type McpSettings = { endpoint: string; toolAllowList: string[]; timeoutMs: number };

export type McpServerTools = {
  /** What it calls itself */
  serverName: string;
  protocolVersion: string;
  /** `legacy` for the initialize handshake, up to 2025-11-25 */
  era: "modern" | "legacy";
  tools: McpTool[];
};

export type McpTool = {
  name: string;
  title: string;
  description: string;
  /** The server's own claim */
  readOnly: boolean;
  /** On the allow-list */
  allowed: boolean;
  /** JSON Schema */
  inputSchema: Record<string, unknown>;
};

/** `isError` is the tool's own way of failing, which is an answer like another. */
export type McpToolResult = { isError: boolean; text: string; structured: unknown; truncated: boolean };

export const MOST_TOOLS = 200;
/** Characters of a result that are kept, in its text and in its structured content */
export const LONGEST_RESULT = 100_000;

/**
 * Listing is always possible; a tool is called only if the merchant listed it. An empty allow-list allows none, because
 * what a server says about its tools, read-only or not, is the server's word.
 */
export function mcp(deps: ProviderDeps, credential: McpCredential, settings: McpSettings) {
  const { toolAllowList } = settings;
  const visit = <T>(signal: AbortSignal, work: (visit: McpVisit) => Promise<T>) =>
    visitMcp(deps, credential, settings, signal, work);
  return {
    test: (signal: AbortSignal): Promise<TestFinding> =>
      visit(signal, async (server) => {
        const tools = await toolsOf(server);
        return { httpStatus: server.httpStatus(), message: findingOf(server, tools, toolAllowList) };
      }),

    /** The first MOST_TOOLS of them. */
    listTools: (signal: AbortSignal): Promise<McpServerTools> =>
      visit(signal, async (server) => ({
        ...protocolOf(server),
        serverName: foreignText(server.client.getServerVersion()?.name ?? "", 80),
        tools: (await toolsOf(server)).slice(0, MOST_TOOLS).map((tool) => described(tool, toolAllowList)),
      })),

    /** @throws {ConnectionError} BAD_CONFIG for a tool that is not on the allow-list, without asking the server */
    callTool: async (
      name: string,
      args: Record<string, unknown>,
      signal: AbortSignal,
    ): Promise<McpToolResult> => {
      if (!toolAllowList.includes(name))
        throw new ConnectionError(
          "BAD_CONFIG",
          `The tool “${foreignText(name, 60)}” is not on the allow-list of the MCP connection.`,
        );
      return visit(signal, async ({ client, options }) =>
        bounded(await client.callTool({ name, arguments: args }, options)),
      );
    },
  };
}

export type Mcp = ReturnType<typeof mcp>;

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
