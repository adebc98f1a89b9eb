/** An MCP server of the merchant's: https://modelcontextprotocol.io/specification/2026-07-28, and the handshake before it. */
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

/** The client, its parser and its validator run in a thread: what they read was written by a server of the merchant's. */
async function askInThread<T>(deps: ProviderDeps, job: McpJob, signal: AbortSignal): Promise<T> {
  const outcome = await runInThread<McpOutcome>({
    name: "mcp",
    source: "app/features/connections/providers/mcp-thread.ts",
    input: job,
    fetch: deps.publicFetch,
    describeFailure: (error) => plainError(transportError(NAME, error)),
    timeoutMs: job.settings.timeoutMs,
    signal,
  }).catch((error: unknown) => {
    if (error instanceof ThreadDiedError) throw ofDeath(error, job.settings);
    throw signal.aborted ? transportError(NAME, error, signal) : error;
  });
  if (outcome.ok) return outcome.value as T;
  throw ConnectionError.of(outcome.error);
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
