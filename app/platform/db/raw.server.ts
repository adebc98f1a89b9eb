/** SQL that both engines take, where Prisma's own calls cannot say it (SKIP LOCKED, ON CONFLICT over many rows). */
import type { Queryable } from "./client.server";

type Value = string | number | boolean | Date | null;

/** Rows of `text`, which has one `?` for each value and no other question mark. */
export function queryRows<T>(db: Queryable, text: string, values: Value[]): Promise<T[]> {
  return db.$queryRawUnsafe<T[]>(db.engine === "postgres" ? numbered(text) : text, ...values);
}

/** Postgres counts its placeholders: $1, $2, … */
function numbered(text: string): string {
  let n = 0;
  return text.replace(/\?/g, () => `$${++n}`);
}
