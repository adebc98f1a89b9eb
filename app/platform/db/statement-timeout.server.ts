import { queryRows, type RawQueryable } from "./raw.server";

/**
 * For the rest of this transaction no statement takes longer than `ms`; it fails as isStatementTimeout tells. Bound to the
 * transaction, so a pooler hands it to nobody. SQLite has no such limit; there a batch is bounded by its rows alone.
 *
 * A `lazy` commit does not wait for the disk. What is committed durably afterwards brings everything before it along, so a
 * crash of Postgres undoes the last of them and never one in the middle: for work that the next run would do again.
 */
export async function limitStatements(
  tx: RawQueryable,
  ms: number,
  { commit = "durable" }: { commit?: "durable" | "lazy" } = {},
): Promise<void> {
  if (tx.engine !== "postgres") return;
  const settings = [`set_config('statement_timeout', ?, true)`];
  if (commit === "lazy") settings.push(`set_config('synchronous_commit', 'off', true)`);
  // 0 would be no limit at all
  await queryRows(tx, `SELECT ${settings.join(", ")}`, [String(Math.max(1, Math.ceil(ms)))]);
}
