import type { Queryable } from "./client.server";
import { queryRows } from "./raw.server";

/**
 * For the rest of this transaction no statement takes longer than `ms`; it fails as isStatementTimeout tells. Bound to the
 * transaction, so a pooler hands it to nobody. SQLite has no such limit; there a batch is bounded by its rows alone.
 */
export async function limitStatements(tx: Queryable, ms: number): Promise<void> {
  if (tx.engine !== "postgres") return;
  // 0 would be no limit at all
  const limit = String(Math.max(1, Math.ceil(ms)));
  await queryRows(tx, `SELECT set_config('statement_timeout', ?, true)`, [limit]);
}
