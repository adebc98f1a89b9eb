/** What is asked of an MCP server, and what comes back, on both sides of the thread (mcp.server.ts, mcp-thread.ts). */
import type { PlainConnectionError } from "../connection-error";
import type { McpCredential } from "../credential";

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

export type McpQuestion =
  { kind: "test" } | { kind: "list" } | { kind: "call"; name: string; args: Record<string, unknown> };

export type McpJob = { credential: McpCredential; settings: McpSettings; question: McpQuestion };

export type McpOutcome = { ok: true; value: unknown } | { ok: false; error: PlainConnectionError };
