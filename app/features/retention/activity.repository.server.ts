import type { Db } from "~/platform/db/client.server";
import { queryRows } from "~/platform/db/raw.server";

/** What else is going on in the database. */
export class ActivityRepository {
  constructor(private readonly db: Db) {}

  /**
   * Transactions that wrote, of every database of the server: known at once, but nobody who only reads is among them. Null on
   * SQLite, which has none but ours.
   */
  async countWrites(): Promise<number | null> {
    if (this.db.engine !== "postgres") return null;
    const [row] = await queryRows<{ writes: number }>(
      this.db,
      `SELECT pg_snapshot_xmax(pg_current_snapshot())::text::float8 AS "writes"`,
      [],
    );
    return row!.writes;
  }

  /** Transactions of whatever kind, since the server's counters began, which are up to a second old; null on SQLite. */
  async countCommits(): Promise<number | null> {
    if (this.db.engine !== "postgres") return null;
    const [row] = await queryRows<{ commits: number }>(
      this.db,
      `SELECT (xact_commit + xact_rollback)::float8 AS "commits" FROM pg_stat_database WHERE datname = current_database()`,
      [],
    );
    return row?.commits ?? null;
  }
}
