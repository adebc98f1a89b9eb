/** One short visit to an MCP server with the official client: connect in whichever era it speaks, ask, close. */
import {
  Client,
  StreamableHTTPClientTransport,
  type jsonSchemaValidator,
} from "@modelcontextprotocol/client";
import type { ThreadTools } from "~/platform/untrusted/thread-side";
import type { McpCredential } from "../credential";
import { mcpError } from "./mcp-error.server";
import { McpWire } from "./mcp-wire.server";

const MOST_PAGES = 20;
const GOODBYE_MS = 1_000;

export type McpVisit = {
  client: Client;
  /** For the client's own requests */
  options: { signal: AbortSignal; timeout: number };
  /** Of the server's last answer */
  httpStatus: () => number | null;
};

export type McpAddress = { endpoint: string; timeoutMs: number };

/**
 * `timeoutMs` is for the whole visit. When it is over, or `signal` aborts, every connection of it is closed: at once, or
 * after a second in which an old server is told goodbye.
 * @throws {ConnectionError}
 */
export async function visitMcp<T>(
  { fetch, signal, afterwards }: ThreadTools,
  credential: McpCredential,
  { endpoint, timeoutMs }: McpAddress,
  work: (visit: McpVisit) => Promise<T>,
): Promise<T> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), timeoutMs);
  const onAbort = () => deadline.abort();
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();

  const wire = new McpWire(fetch, deadline.signal, new URL(endpoint).hostname);
  const transport = transportTo(endpoint, credential, wire);
  const client = new Client(
    { name: "backroom", title: "Backroom", version: "1.0.0" },
    {
      versionNegotiation: { mode: "auto", probe: { timeoutMs } },
      listMaxPages: MOST_PAGES,
      jsonSchemaValidator: UNJUDGED,
    },
  );
  // What goes wrong reaches us as the rejection of what we asked for.
  client.onerror = () => undefined;
  let isConnected = false;
  try {
    const options = { signal: deadline.signal, timeout: timeoutMs };
    const visit = async () => {
      await client.connect(transport, options);
      isConnected = true;
      return work({ client, options, httpStatus: () => wire.status });
    };
    return await beforeAbort(deadline.signal, () => Promise.race([visit(), wire.broken]));
  } catch (error) {
    throw mcpError(error, { wire, isConnected, timeoutMs, hasTimedOut: deadline.signal.aborted });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
    // The goodbye is not waited for: a server that takes its time over it is not slow, nor does its test fail.
    afterwards(leave(client, transport, deadline));
  }
}

/**
 * The client would compile the schemas that a server sends and run their regular expressions on what the same server
 * answers, which could keep the thread busy until its job is ended.
 */
export const UNJUDGED: jsonSchemaValidator = {
  getValidator: () => (input) => ({ valid: true, data: input as never, errorMessage: undefined }),
};

function transportTo(endpoint: string, credential: McpCredential, wire: McpWire) {
  const authProvider =
    credential.kind === "bearer" ? { token: () => Promise.resolve(credential.token) } : undefined;
  return new StreamableHTTPClientTransport(new URL(endpoint), {
    fetch: wire.fetch,
    authProvider,
    reconnectionOptions: {
      initialReconnectionDelay: 1_000,
      maxReconnectionDelay: 1_000,
      reconnectionDelayGrowFactor: 1,
      maxRetries: 0,
    },
  });
}

/** The client obeys a signal in most places, but not while it finds out the era. */
async function beforeAbort<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason as Error);
    signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([work(), aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** A legacy server keeps a session until it is told; whether it listens is its own business. */
async function leave(client: Client, transport: StreamableHTTPClientTransport, deadline: AbortController) {
  const timer = setTimeout(() => deadline.abort(), GOODBYE_MS);
  await transport.terminateSession().catch(() => undefined);
  clearTimeout(timer);
  await client.close().catch(() => undefined);
  await transport.close().catch(() => undefined);
  deadline.abort();
}
