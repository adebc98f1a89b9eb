/** The text of a JSON object as both databases take it, or null when it is none. The digits of its numbers stay as they are. */
export function storableJson(text: string): string | null {
  const value = parsed(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  if (isDeeperThan(value, MOST_DEPTH)) return null;
  return TROUBLE.test(text) ? text.replace(ESCAPE, storableEscape) : text;
}

/** Postgres runs out of stack some thousands deep; Shopify's payloads are ten deep. */
const MOST_DEPTH = 200;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Goes no deeper than it asks, however deep the value is. */
function isDeeperThan(value: object, depth: number): boolean {
  if (depth === 0) return true;
  for (const part of Object.values(value) as unknown[])
    if (typeof part === "object" && part !== null && isDeeperThan(part, depth - 1)) return true;
  return false;
}

/** A NUL, or half of a surrogate pair: JSON has them, Postgres' jsonb refuses them. */
const TROUBLE = /\\u(?:0000|d[89a-f])/i;
/** One escape after the other, so that an escaped backslash before a "u0000" is not taken for a NUL. */
const ESCAPE = /\\u(d[89ab][\da-f]{2})\\u(d[c-f][\da-f]{2})|\\u([\da-f]{4})|\\./gi;
const REPLACEMENT = "\\ufffd";

function storableEscape(escape: string, _high?: string, _low?: string, single?: string): string {
  return single && /^(?:0000|d[89a-f]..)$/i.test(single) ? REPLACEMENT : escape;
}
