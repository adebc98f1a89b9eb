import type { Engine } from "./database-url";
import { queryRows, type RawQueryable } from "./raw.server";

/**
 * The database's own time, for leases and cutoffs: every process asks the same clock, whatever its own one says.
 * Millisecond precision, as the columns have.
 */
export async function databaseNow(db: RawQueryable): Promise<Date> {
  const sql =
    db.engine === "sqlite"
      ? `SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now') AS "now"`
      : `SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "now"`;
  const [row] = await queryRows<{ now: string }>(db, sql, []);
  return new Date(row!.now);
}

/**
 * SQL, with one `?`: so many milliseconds from the database's own time, as a column of instants keeps it: in milliseconds, so
 * that what was written as now is not later than now when it is compared.
 */
export const INSTANT_IN: Record<Engine, string> = {
  postgres: `((clock_timestamp() AT TIME ZONE 'UTC') + ?::float8 * interval '1 millisecond')::timestamp(3)`,
  // Written as Prisma writes it, so that it compares
  sqlite: `strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now', (? / 1000.0) || ' seconds')`,
};
