import type { Db } from "~/platform/db/client.server";
import { queryRows } from "~/platform/db/raw.server";

/** What else is going on in the database. */
export class ActivityRepository {
  constructor(private readonly db: Db) {}

  /** Whether another session works, or did within the last `withinMs`; null on SQLite, where there is no telling. */
  async areOthersActive(withinMs: number): Promise<boolean | null> {
    if (this.db.engine !== "postgres") return null;
    // Of another role's session neither is shown, unless one may see all of them: it may well be active.
    const [row] = await queryRows<{ others: boolean }>(
      this.db,
      `SELECT count(*) > 0 AS "others" FROM pg_stat_activity
       WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
         AND (state IS NULL OR state = 'active' OR state_change > clock_timestamp() - ?::int * interval '1 millisecond')`,
      [withinMs],
    );
    return row!.others;
  }

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
