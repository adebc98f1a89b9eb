/** An MCP server of the merchant's: https://modelcontextprotocol.io/specification/2026-07-28, and the handshake before it. */
import { isBeyondLimits } from "~/platform/untrusted/event-stream-meter";
import { metered } from "~/platform/untrusted/metered-body.server";
import { runInThread, ThreadDiedError } from "~/platform/untrusted/thread.server";
import { ConnectionError, plainError } from "../connection-error";
import type { McpCredential } from "../credential";
import { foreignText } from "./foreign.server";
import type { McpJob, McpOutcome, McpQuestion, McpServerTools, McpSettings, McpToolResult } from "./mcp";
import { transportError, type ProviderDeps, type TestFinding } from "./provider-client.server";

/**
 * Listing is always possible; a tool is called only if the merchant listed it. An empty allow-list allows none, because
 * what a server says about its tools, read-only or not, is the server's word.
 */
export function mcp(deps: ProviderDeps, credential: McpCredential, settings: McpSettings) {
  const ask = <T>(question: McpQuestion, signal: AbortSignal) =>
    askInThread<T>(deps, { credential, settings, question }, signal);
  return {
    test: (signal: AbortSignal): Promise<TestFinding> => ask({ kind: "test" }, signal),

    /** The first MOST_TOOLS of them. */
    listTools: (signal: AbortSignal): Promise<McpServerTools> => ask({ kind: "list" }, signal),

    /** @throws {ConnectionError} BAD_CONFIG for a tool that is not on the allow-list, without asking the server */
    callTool: async (
      name: string,
      args: Record<string, unknown>,
      signal: AbortSignal,
    ): Promise<McpToolResult> => {
      if (!settings.toolAllowList.includes(name))
        throw new ConnectionError(
          "BAD_CONFIG",
          `The tool “${foreignText(name, 60)}” is not on the allow-list of the MCP connection.`,
        );
      return ask({ kind: "call", name, args }, signal);
    },
  };
}

export type Mcp = ReturnType<typeof mcp>;

const NAME = "The MCP server";
/** 200 tools with forty parameters each are some 50,000 values. */
const MOST = { nodes: 100_000, depth: 64, lines: 20_000 };

/** The client, its parser and its validator run in a thread: what they read was written by a server of the merchant's. */
async function askInThread<T>(deps: ProviderDeps, job: McpJob, signal: AbortSignal): Promise<T> {
  const outcome = await runInThread<McpOutcome>({
    name: "mcp",
    source: "app/features/connections/providers/mcp-thread.ts",
    input: job,
    fetch: meteredFetch(deps.publicFetch),
    describeFailure: (error) => plainError(failureOf(error)),
    timeoutMs: job.settings.timeoutMs,
    signal,
  }).catch((error: unknown) => {
    if (error instanceof ThreadDiedError) throw ofDeath(error, job.settings);
    throw signal.aborted ? transportError(NAME, error, signal) : error;
  });
  if (outcome.ok) return outcome.value as T;
  throw ConnectionError.of(outcome.error);
}

/** The client reads the answer to a GET as an event stream, whatever type it has. */
function meteredFetch(fetch: ProviderDeps["publicFetch"]): typeof globalThis.fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    const type = (response.headers.get("content-type") ?? "").split(";", 1)[0]!.trim().toLowerCase();
    const isEvents = init?.method === "GET" || type === "text/event-stream";
    return metered(response, isEvents ? "events" : "json", MOST);
  };
}

function failureOf(error: unknown): ConnectionError {
  if (!isBeyondLimits(error)) return transportError(NAME, error);
  return new ConnectionError(
    "INVALID_RESPONSE",
    `${NAME} answers with more values, levels or lines than Backroom reads.`,
    { providerCode: error.code },
  );
}

function ofDeath({ code }: ThreadDiedError, { timeoutMs }: McpSettings): ConnectionError {
  if (code === "TIME")
    return new ConnectionError("TIMEOUT", `No answer within ${timeoutMs / 1000} seconds.`, {
      providerCode: code,
    });
  return new ConnectionError(
    "INVALID_RESPONSE",
    code === "MEMORY"
      ? `The answer of the MCP server needs more memory than Backroom gives it.`
      : `The answer of the MCP server could not be worked on.`,
    { providerCode: code },
  );
}
