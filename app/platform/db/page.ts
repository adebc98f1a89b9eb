/** One page of an ordered list: the next one begins after `nextCursor`, and there is none when it is null. */
export type Page<T> = { items: T[]; nextCursor: string | null };

/** Most rows that any list returns at once. */
export const MAX_PAGE_SIZE = 100;

/**
 * The keyset position (instant, id) as an opaque text. Ties on the instant are broken by the id, so a page boundary
 * between two rows of the same millisecond loses neither.
 */
export function encodeCursor(at: Date, id: string): string {
  return Buffer.from(`${at.toISOString()}|${id}`).toString("base64url");
}

/** Null when the text is not a cursor of ours: a stale bookmark shows the first page instead of an error. */
export function decodeCursor(cursor: string): { at: Date; id: string } | null {
  const [iso = "", id = ""] = Buffer.from(cursor, "base64url").toString("utf8").split("|");
  const at = new Date(iso);
  // A year since 1970 of four digits and an id of ours: what else decodes to a date, a database may not take for one.
  return /^(?:19[7-9]|[2-9]\d\d)\d-/.test(iso) && /^[a-z0-9]+$/i.test(id) && !Number.isNaN(at.getTime())
    ? { at, id }
    : null;
}
