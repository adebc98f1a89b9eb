/** The text of a JSON object as both databases take it, or null when it is none. The digits of its numbers stay as they are. */
export function storableJson(text: string): string | null {
  if (depthOf(text) > MOST_DEPTH || !isObject(text)) return null;
  return TROUBLE.test(text) ? text.replace(ESCAPE, storableEscape) : text;
}

/** Postgres runs out of stack some thousands deep; Shopify's payloads are ten deep. */
const MOST_DEPTH = 200;

/** How deep arrays and objects are nested, without asking the call stack. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (inString) {
      if (char === BACKSLASH) i += 1;
      else if (char === QUOTE) inString = false;
    } else if (char === QUOTE) inString = true;
    else if (char === OPEN_OBJECT || char === OPEN_ARRAY) deepest = Math.max(deepest, ++depth);
    else if (char === CLOSE_OBJECT || char === CLOSE_ARRAY) depth -= 1;
  }
  return deepest;
}

const [QUOTE, BACKSLASH, OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [34, 92, 123, 125, 91, 93];

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** A NUL, or half of a surrogate pair: JSON has them, Postgres' jsonb refuses them. */
const TROUBLE = /\\u(?:0000|d[89a-f])/i;
/** One escape after the other, so that an escaped backslash before a "u0000" is not taken for a NUL. */
const ESCAPE = /\\u(d[89ab][\da-f]{2})\\u(d[c-f][\da-f]{2})|\\u([\da-f]{4})|\\./gi;
const REPLACEMENT = "\\ufffd";

function storableEscape(escape: string, _high?: string, _low?: string, single?: string): string {
  return single && /^(?:0000|d[89a-f]..)$/i.test(single) ? REPLACEMENT : escape;
}
