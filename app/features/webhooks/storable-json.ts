/**
 * The text of a JSON object as both databases take it, or null when it is none for certain. The digits of its numbers stay as
 * they are. Whether the rest of it is JSON is for whoever stores it to find out: Postgres parses it anyhow, and building
 * objects here only to throw them away was a tenth of what a delivery costs. Where it may be too deep, it is parsed here.
 */
export function storableJson(text: string): string | null {
  if (!/^[ \t\r\n]*\{/.test(text)) return null;
  if (mayBeDeep(text) && !isJsonObject(text)) return null;
  if (EXPONENT.test(text) && digitsOfExponents(text) > MOST_DIGITS) return null;
  return TROUBLE.test(text) ? text.replace(ESCAPE, storableEscape) : text;
}

/** Whether it is the text of a JSON object, of a depth that both databases take. */
export function isJsonObject(text: string): boolean {
  const value = parsed(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return !isDeeperThan(value, MOST_DEPTH);
}

/** What was to be stored is not JSON. */
export class PayloadRefusedError extends Error {
  readonly name = "PayloadRefusedError";
  readonly code = "PAYLOAD_REFUSED";
  constructor(options?: ErrorOptions) {
    super("The body is not a JSON object.", options);
  }
}

/** Of a number, or of what looks like one in a string. */
const EXPONENT = /\d[eE][+-]?\d/;

/** The last one without its end too, so that nothing is looked at twice. */
const STRING = /"[^"\\]*(?:\\.[^"\\]*)*"?/gs;

/**
 * How many digits the numbers of `text` have once Postgres writes their exponents out, which it does whenever a row is read:
 * 180 kB of 1e131071 are 2.6 GB.
 */
function digitsOfExponents(text: string): number {
  const exponents = text.replace(STRING, '""').matchAll(/\d[eE][+-]?(\d+)/g);
  let digits = 0;
  for (const [, exponent] of exponents) digits += exponent!.length > 3 ? Infinity : Number(exponent);
  return digits;
}

/** Shopify writes none; a fraction of a megabyte is more than any honest payload has. */
const MOST_DIGITS = 100_000;

/** No text is deeper than it has opening brackets, those in its strings counted too. */
function mayBeDeep(text: string): boolean {
  let count = 0;
  for (const bracket of ["{", "["])
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1))
      if (++count > MOST_DEPTH) return true;
  return false;
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
