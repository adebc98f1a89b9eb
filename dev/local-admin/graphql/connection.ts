import { GraphQLError } from "graphql";
import type { QueryContext } from "./context";

export type PageArgs = {
  first?: number | null;
  last?: number | null;
  after?: string | null;
  before?: string | null;
  reverse?: boolean | null;
};

type SortValue = string | number;

type Sorted<T> = {
  items: readonly T[];
  /** The value of the sort key; ties are broken by `idOf` */
  sortBy: (item: T, index: number) => SortValue;
  idOf: (item: T) => string;
  view: (item: T) => object;
};

/** Shopify's limit for `first` and `last`. */
const MAX_PAGE = 250;

/**
 * A page of a Shopify connection. A cursor names a place in the order (the last value and the last id), not a row, so a
 * page stays right when rows come and go between two requests.
 * @throws {GraphQLError} as Shopify does: neither first nor last, more than 250, or a cursor that is none
 */
export function connection<T>(
  { items, sortBy, idOf, view }: Sorted<T>,
  args: PageArgs,
  context: QueryContext,
) {
  const rows = items
    .map((item, index) => ({ item, place: { last_id: idOf(item), last_value: sortBy(item, index) } }))
    .sort((a, b) => comparePlaces(a.place, b.place));
  if (args.reverse) rows.reverse();
  const direction = args.reverse ? -1 : 1;
  const after = args.after ? parseCursor(args.after) : undefined;
  const before = args.before ? parseCursor(args.before) : undefined;
  const inside = rows.filter(
    ({ place }) =>
      (!after || direction * comparePlaces(place, after) > 0) &&
      (!before || direction * comparePlaces(place, before) < 0),
  );
  const page = cut(inside, args, context.bulk);
  const edges = page.map(({ item, place }) => ({ cursor: writeCursor(place), node: view(item) }));
  return {
    edges,
    nodes: edges.map((edge) => edge.node),
    pageInfo: {
      hasNextPage: page.length > 0 && page.at(-1) !== rows.at(-1),
      hasPreviousPage: page.length > 0 && page[0] !== rows[0],
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

function cut<T>(rows: T[], { first, last }: PageArgs, bulk: boolean): T[] {
  if (bulk) return rows;
  if (first == null && last == null) throw new GraphQLError("you must provide one of first or last");
  if (first != null && last != null) throw new GraphQLError("providing both first and last is not supported");
  const size = first ?? last ?? 0;
  if (size < 0 || size > MAX_PAGE)
    throw new GraphQLError(`The page size must be from 0 to ${MAX_PAGE}, and was ${size}.`, {
      extensions: { code: "BAD_REQUEST" },
    });
  return first != null ? rows.slice(0, size) : rows.slice(Math.max(0, rows.length - size));
}

type Place = { last_id: string; last_value: SortValue };

function comparePlaces(a: Place, b: Place): number {
  return compareValues(a.last_value, b.last_value) || compareValues(idKey(a.last_id), idKey(b.last_id));
}

function compareValues(a: SortValue, b: SortValue): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** GIDs sort by their number where they have one. */
function idKey(gid: string): string {
  return gid.replace(/\d+/g, (digits) => digits.padStart(20, "0"));
}

function writeCursor(place: Place): string {
  return Buffer.from(JSON.stringify(place)).toString("base64");
}

function parseCursor(cursor: string): Place {
  try {
    const place = JSON.parse(Buffer.from(cursor, "base64").toString()) as Place;
    if (typeof place.last_id === "string" && place.last_value !== undefined) return place;
  } catch {
    // Falls through to the one message that Shopify has for this.
  }
  throw new GraphQLError("Invalid cursor for current pagination sort.", {
    extensions: { code: "BAD_REQUEST" },
  });
}
