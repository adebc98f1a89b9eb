/**
 * What the MCP client throws, as one of our classes. Its messages repeat what the server sent and its causes may hold
 * more, so none of either is passed on: the classes, our own sentences, and codes.
 */
import { ProtocolError, SdkError, SdkErrorCode } from "@modelcontextprotocol/client";
import { ConnectionError, type ErrorClass } from "../connection-error";
import { withoutCause } from "./foreign.server";
import type { McpWire } from "./mcp-wire.server";
import { byStatus, transportError } from "./provider-client.server";

const NAME = "The MCP server";

type Circumstances = { wire: McpWire; isConnected: boolean; timeoutMs: number; hasTimedOut: boolean };

/** Never throws; anything that is no ConnectionError yet becomes one. */
export function mcpError(
  error: unknown,
  { wire, isConnected, timeoutMs, hasTimedOut }: Circumstances,
): unknown {
  const { status: httpStatus, retryAfterMs } = wire;
  const say = (code: ErrorClass, message: string, providerCode = codeOf(error)) =>
    new ConnectionError(code, message, { httpStatus, providerCode, retryAfterMs });

  if (error instanceof ConnectionError) return withoutCause(error);
  if (wire.refused) return withoutCause(transportError(NAME, wire.refused));
  if (hasTimedOut || is(error, SdkErrorCode.RequestTimeout))
    return say("TIMEOUT", `No answer within ${timeoutMs / 1000} seconds.`, SdkErrorCode.RequestTimeout);
  if (wire.failure !== undefined) return withoutCause(transportError(NAME, wire.failure));
  if (error instanceof ProtocolError) return say(...byProtocolCode(error.code));
  if (httpStatus !== null && httpStatus >= 300) return byHttpStatus(httpStatus, retryAfterMs, codeOf(error));
  if (is(error, SdkErrorCode.ConnectionClosed))
    return say("NETWORK", `${NAME} closed the connection before it had answered.`);
  if (is(error, SdkErrorCode.ListPaginationExceeded))
    return say("INVALID_RESPONSE", `${NAME} lists its tools on more pages than anybody could use.`);
  if (isConnected) return say("INVALID_RESPONSE", `${NAME} answered with something that makes no sense.`);
  if (/^text\/html\b/i.test(wire.contentType))
    return say("PROTOCOL_MISMATCH", "The endpoint answered with HTML, not MCP.");
  return say(
    "PROTOCOL_MISMATCH",
    "The endpoint answers, but it does not speak MCP in a version that Backroom knows.",
  );
}

function is(error: unknown, code: SdkErrorCode): boolean {
  return error instanceof SdkError && error.code === code;
}

function codeOf(error: unknown): string | null {
  if (error instanceof SdkError) return error.code;
  return error instanceof ProtocolError ? String(error.code) : null;
}

/** Codes of JSON-RPC, and those of https://modelcontextprotocol.io/specification/2026-07-28/basic */
function byProtocolCode(code: number): [ErrorClass, string] {
  switch (code) {
    case -32022:
      return ["PROTOCOL_MISMATCH", `${NAME} speaks no version of MCP that Backroom knows.`];
    case -32021:
      return ["PROTOCOL_MISMATCH", `${NAME} asks for something that Backroom does not offer (${code}).`];
    case -32020:
    case -32700:
    case -32601:
    case -32600:
      return ["PROTOCOL_MISMATCH", `${NAME} does not understand the request (${code}).`];
    case -32602:
      return ["BAD_CONFIG", `${NAME} knows no such tool, or not with these arguments (${code}).`];
    default:
      return ["PROVIDER_ERROR", `${NAME} had an error of its own (${code}).`];
  }
}

function byHttpStatus(httpStatus: number, retryAfterMs: number | undefined, providerCode: string | null) {
  if (httpStatus < 400)
    return new ConnectionError(
      "PROTOCOL_MISMATCH",
      "The endpoint redirects instead of answering. Enter the final address.",
      {
        httpStatus,
        providerCode,
      },
    );
  const { code, message } = byStatus(NAME, httpStatus, retryAfterMs);
  if (code !== "INVALID_RESPONSE")
    return new ConnectionError(code, message, { httpStatus, providerCode, retryAfterMs });
  return new ConnectionError(
    "PROTOCOL_MISMATCH",
    `The endpoint answers ${httpStatus} to MCP. Check that the address is that of the MCP server itself.`,
    { httpStatus, providerCode },
  );
}
