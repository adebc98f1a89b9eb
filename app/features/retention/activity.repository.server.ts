import type { Db } from "~/platform/db/client.server";
import { queryRows } from "~/platform/db/raw.server";

/** What else is going on in the database. */
export class ActivityRepository {
  constructor(private readonly db: Db) {}

  /** Transactions since the server's counters began, of every process; null on SQLite, which has none but ours. */
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
