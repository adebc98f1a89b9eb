/**
 * The part of Shopify's search syntax that apps use to page through history: `field:value`, comparators, ranges by two
 * terms, `-` or NOT, quotes, commas for "one of", AND (also by a blank) and OR.
 * Source: https://shopify.dev/docs/api/usage/search-syntax
 */
import type { QueryContext } from "./context";

type Comparable = string | number | boolean | null | readonly string[];
/** The fields a resource can be searched by; `null` never matches. */
export type SearchFields<T> = Record<string, (item: T) => Comparable>;

const TERM = /(-|NOT\s+)?([a-z_]+):(<=|>=|<|>)?(?:"([^"]*)"|'([^']*)'|(\S+))/giu;

/** The items that match `query`; a field that is not among `fields` is told in the answer's extensions and ignored. */
export function search<T>(
  items: readonly T[],
  query: string | null | undefined,
  fields: SearchFields<T>,
  path: string,
  context: QueryContext,
): T[] {
  if (!query?.trim()) return [...items];
  const alternatives = query.split(/\sOR\s/).map((part) => {
    const terms = [...part.matchAll(TERM)].flatMap(
      ([, not, field = "", comparator = "=", double, single, bare]) => {
        const known = fields[field];
        if (!known) context.searchWarnings.push({ path, query, field });
        return known
          ? [{ not: Boolean(not), read: known, comparator, wanted: double ?? single ?? bare ?? "" }]
          : [];
      },
    );
    const words = part
      .replace(TERM, " ")
      .replace(/[()]|\bAND\b/g, " ")
      .trim()
      .toLowerCase()
      .split(/\s+/)
      .filter(Boolean);
    return { terms, words };
  });
  return items.filter((item) =>
    alternatives.some(
      ({ terms, words }) =>
        terms.every(({ not, read, comparator, wanted }) => matches(read(item), comparator, wanted) !== not) &&
        words.every((word) =>
          Object.values(fields).some((read) =>
            String(read(item) ?? "")
              .toLowerCase()
              .includes(word),
          ),
        ),
    ),
  );
}

function matches(actual: Comparable, comparator: string, wanted: string): boolean {
  if (comparator === "=") {
    if (wanted === "*") return actual !== null && actual !== "";
    return wanted.split(",").some((one) => equals(actual, one));
  }
  if (actual === null || typeof actual === "object") return false;
  const [a, b] = comparablePair(actual, wanted);
  if (comparator === ">") return a > b;
  if (comparator === ">=") return a >= b;
  return comparator === "<" ? a < b : a <= b;
}

function equals(actual: Comparable, wanted: string): boolean {
  if (actual === null) return false;
  if (Array.isArray(actual)) return actual.some((one) => equals(one, wanted));
  const text = String(actual).toLowerCase();
  const pattern = wanted.toLowerCase();
  return pattern.endsWith("*") ? text.startsWith(pattern.slice(0, -1)) : text === pattern;
}

/** Instants compare as instants whatever their offset, numbers as numbers. */
function comparablePair(
  actual: string | number | boolean | readonly string[],
  wanted: string,
): [number, number] {
  const asNumber = (value: unknown) =>
    typeof value === "string" && /^\d{4}-\d\d-\d\d/.test(value) ? Date.parse(value) : Number(value);
  return [asNumber(actual), asNumber(wanted)];
}
