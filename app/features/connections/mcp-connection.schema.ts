/** What a merchant enters to connect an MCP server. */
import { no, tidied, unwrapped, yes, type Parsed } from "./pasted";
import { parseUrl } from "~/platform/http/parse-url";

const ENDPOINT = "Enter the server's MCP address, such as https://mcp.example.com/mcp.";
const LONGEST_ADDRESS = 2_048;
const MOST_TOOLS = 50;
const SHORTEST_MS = 500;
const LONGEST_MS = 60_000;
const DEFAULT_MS = 10_000;

/** https://modelcontextprotocol.io/specification/2026-07-28/server/tools#tool-names */
const TOOL_NAME = /^[A-Za-z0-9._-]{1,128}$/;

/**
 * `refusalOf` says where an address leads that we do not go, or null (refusalOfUrl in platform/http/ssrf-guard).
 * The address is shown and stored in the open, so it must hold no secret.
 */
export function parseMcpEndpoint(pasted: string, refusalOf: (url: string) => string | null): Parsed<string> {
  const text = unwrapped(pasted);
  if (!text) return no(ENDPOINT);
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  const url = /\s/.test(text) ? null : parseUrl(address);
  if (!url) return no(ENDPOINT);
  url.hash = "";
  if (!/^https?:$/.test(url.protocol)) return no(ENDPOINT);
  if (url.username || url.password)
    return no("Leave the user name and password out of the address; a token has its own field.");
  if ([...url.searchParams.keys()].some((name) => /key|token|secret|auth|pass|sig|credential/i.test(name)))
    return no("The address contains a key or token. Leave it out, and paste it into the token field.");
  if (url.href.length > LONGEST_ADDRESS)
    return no("This address is too long. Enter the server's MCP address alone.");
  const refusal = refusalOf(url.href);
  return refusal ? no(refusal) : yes(url.href);
}

/** The token itself, even when the whole header was pasted; null for a server that asks for none. */
export function parseMcpToken(pasted: string): Parsed<string | null> {
  const header = unwrapped(pasted).replace(/^authorization\s*:\s*/i, "");
  const token = unwrapped(header.replace(/^bearer(\s+|$)/i, ""));
  if (!token) return yes(null);
  if (!/^[\x21-\x7e]{1,4096}$/.test(token))
    return no("A token has no spaces and only plain letters, digits and signs. Copy it once more.");
  return yes(token);
}

/** Tool names, one per line or between commas; none at all means that no tool may be called. */
export function parseToolAllowList(pasted: string): Parsed<string[]> {
  const listed = tidied(pasted).replace(/^\[|\]$/g, "");
  const names = [
    ...new Set(
      listed
        .split(/[\r\n,;]+/)
        .map(nameOf)
        .filter(Boolean),
    ),
  ];
  const wrong = names.find((name) => !TOOL_NAME.test(name));
  if (wrong !== undefined)
    return no(
      `“${wrong.slice(0, 40)}” is no tool name. Write one name per line, of letters, digits, “_”, “-” and “.”, such as search_products.`,
    );
  if (names.length > MOST_TOOLS)
    return no(`That is ${names.length} tools. List at most ${MOST_TOOLS}, those that Backroom needs.`);
  return yes(names);
}

/** Milliseconds from what was typed in seconds, e.g. "8", "8 s", "2.5" or "800 ms"; empty means ten seconds. */
export function parseTimeout(typed: string): Parsed<number> {
  const text = tidied(typed).toLowerCase();
  if (!text) return yes(DEFAULT_MS);
  const [, amount, unit] =
    /^(\d{1,6}(?:[.,]\d{1,3})?)\s*(ms|milliseconds?|s|sec|secs|seconds?)?$/.exec(text) ?? [];
  const problem = `Enter a number of seconds from ${SHORTEST_MS / 1000} to ${LONGEST_MS / 1000}, such as 10.`;
  if (amount === undefined) return no(problem);
  const ms = Math.round(Number(amount.replace(",", ".")) * (unit?.startsWith("m") ? 1 : 1000));
  return ms < SHORTEST_MS || ms > LONGEST_MS ? no(problem) : yes(ms);
}

/** Lists are copied with their bullets, quotes and brackets. */
function nameOf(entry: string): string {
  return tidied(entry.trim().replace(/^([-*•]|\d+[.)])\s+/, ""));
}
