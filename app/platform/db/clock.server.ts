import type { Db } from "./client.server";

/**
 * The database's own time, for leases and cutoffs: every process asks the same clock, whatever its own one says.
 * Millisecond precision, as the columns have.
 */
export async function databaseNow(db: Pick<Db, "$queryRawUnsafe" | "engine">): Promise<Date> {
  const sql =
    db.engine === "sqlite"
      ? `SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now') AS "now"`
      : `SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "now"`;
  const [row] = await db.$queryRawUnsafe<[{ now: string }]>(sql);
  return new Date(row.now);
}
