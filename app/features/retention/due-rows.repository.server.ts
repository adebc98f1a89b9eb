import { changeRows, queryRows, type RawQueryable } from "~/platform/db/raw.server";
import { dueCondition, sparedCondition } from "./conditions.server";
import type { Policy } from "./policies.server";

/** Rows of a policy's table, walked from the oldest; null = from the beginning. */
export type Cursor = Date | null;
export type Batch = { found: number; deleted: number; next: Cursor };
/** Where a walk is: in which of the passes, and from which instant on. */
export type Place = { pass: number; cursor: Cursor };
export type Counted = { count: number; oldestAt: Date | null };

/** What a policy lets go, over all stores: an installation's sweep asks for no store. */
export class DueRowsRepository {
  constructor(
    private readonly db: RawQueryable,
    private readonly policy: Policy,
  ) {}

  /**
   * Deletes up to `limit` rows of one pass, the oldest first, beginning at `cursor`. Rows that somebody else is just
   * changing are passed by (Postgres), so nobody waits for a sweep or the other way round.
   */
  async deleteBatch(pass: string, cutoff: Date, cursor: Cursor, limit: number): Promise<Batch> {
    return this.db.engine === "postgres"
      ? this.#deleteOnPostgres(pass, cutoff, cursor, limit)
      : this.#deleteOnSqlite(pass, cutoff, cursor, limit);
  }

  /**
   * By the rows' places on disk, so no index is asked a second time. Whoever changes a row between the first step and the
   * second gives it another place, and keeps it.
   */
  async #deleteOnPostgres(pass: string, cutoff: Date, cursor: Cursor, limit: number): Promise<Batch> {
    const { where, values } = this.#due(pass, cutoff, cursor);
    const { table, at } = this.policy;
    const { locked, gone } = this.#stepsOnPostgres();
    const [row] = await queryRows<{ found: number; deleted: number; next: Date | string | null }>(
      this.db,
      `WITH "due" AS MATERIALIZED (
         SELECT "row".ctid AS "place", "row"."${at}" AS "at" FROM "${table}" AS "row"
         WHERE ${where} ORDER BY "row"."${at}" LIMIT ?
       ), "locked" AS MATERIALIZED (${locked}), ${gone}
       SELECT count(*)::int AS "found", (SELECT count(*)::int FROM "gone") AS "deleted", max("at") AS "next" FROM "due"`,
      [...values, limit],
    );
    const { found, deleted, next } = row!;
    return { found, deleted, next: next === null ? null : new Date(next) };
  }

  /**
   * What goes with a row is locked and deleted in the same statement: a row stays while the other one is held, and when it was
   * just changed.
   */
  #stepsOnPostgres(): { locked: string; gone: string } {
    const { table, takes } = this.policy;
    const due = `"row".ctid = ANY (ARRAY(SELECT "place" FROM "due"))`;
    if (!takes)
      return {
        locked: `SELECT "row".ctid AS "place" FROM "${table}" AS "row" WHERE ${due} FOR UPDATE SKIP LOCKED`,
        gone: `"gone" AS (DELETE FROM "${table}" WHERE ctid = ANY (ARRAY(SELECT "place" FROM "locked")) RETURNING 1)`,
      };
    const same = takes.by.map(([ours, its]) => `"row"."${ours}" = "other"."${its}"`).join(" AND ");
    return {
      locked: `SELECT "row".ctid AS "place", "other".ctid AS "other", (${takes.where}) AS "goes"
         FROM "${table}" AS "row" JOIN "${takes.table}" AS "other" ON ${same}
         WHERE ${due} FOR UPDATE OF "row", "other" SKIP LOCKED`,
      gone: `"taken" AS (
         DELETE FROM "${takes.table}" AS "other" WHERE ctid = ANY (ARRAY(SELECT "other" FROM "locked" WHERE "goes"))
         RETURNING ctid AS "other"
       ), "gone" AS (
         DELETE FROM "${table}" WHERE ctid = ANY (ARRAY(
           SELECT "place" FROM "locked" WHERE NOT "goes" OR "other" IN (SELECT "other" FROM "taken"))) RETURNING 1
       )`,
    };
  }

  /**
   * First in one statement that writes: a transaction that began with reading is refused its first write, without waiting,
   * when another process wrote meanwhile.
   */
  async #deleteOnSqlite(pass: string, cutoff: Date, cursor: Cursor, limit: number): Promise<Batch> {
    const { where, values } = this.#due(pass, cutoff, cursor);
    const { table, at, takes } = this.policy;
    const keys = takes?.by.map(([ours]) => ours) ?? [];
    const gone = await queryRows<{ at: string } & Record<string, string>>(
      this.db,
      `DELETE FROM "${table}" WHERE rowid IN (
         SELECT "row".rowid FROM "${table}" AS "row" WHERE ${where} ORDER BY "row"."${at}" LIMIT ?
       ) RETURNING ${[`"${at}" AS "at"`, ...keys.map((key) => `"${key}"`)].join(", ")}`,
      [...values, limit],
    );
    if (takes && gone.length)
      await changeRows(
        this.db,
        `DELETE FROM "${takes.table}" AS "other" WHERE ${takes.where} AND (${takes.by.map(([, its]) => `"${its}"`).join(", ")})
         IN (VALUES ${gone.map(() => `(${keys.map(() => "?").join(", ")})`).join(", ")})`,
        gone.flatMap((row) => keys.map((key) => row[key]!)),
      );
    const instants = gone.map((row) => new Date(row.at).getTime());
    const next = gone.length ? new Date(Math.max(...instants)) : null;
    return { found: gone.length, deleted: gone.length, next };
  }

  /** What a sweep would still delete from one of the passes and a place in it on, and the oldest of it. */
  async countDue(
    cutoff: Date,
    most: number | null,
    { pass: fromPass, cursor }: Place = BEGINNING,
  ): Promise<Counted> {
    const all: Counted = { count: 0, oldestAt: null };
    for (const [i, pass] of this.policy.passes.slice(fromPass).entries()) {
      const left = most === null ? null : most - all.count;
      if (left === 0) break;
      const { count, oldestAt } = await this.#count(this.#due(pass, cutoff, i === 0 ? cursor : null), left);
      all.count += count;
      all.oldestAt = earlier(all.oldestAt, oldestAt);
    }
    return all;
  }

  /** What is older than the cutoff and stays, because the rule says so. */
  async countSpared(cutoff: Date, most: number | null): Promise<Counted> {
    const where = sparedCondition(this.policy);
    if (!where) return { count: 0, oldestAt: null };
    return this.#count({ where, values: valuesOf(where, cutoff) }, most, this.policy.spared!.at);
  }

  #due(pass: string, cutoff: Date, cursor: Cursor): Condition {
    const where = dueCondition(this.policy, pass);
    const values = valuesOf(where, cutoff);
    return cursor
      ? { where: `"row"."${this.policy.at}" >= ? AND ${where}`, values: [cursor, ...values] }
      : { where, values };
  }

  async #count({ where, values }: Condition, most: number | null, at = this.policy.at): Promise<Counted> {
    const rows = `SELECT "row"."${at}" AS "at" FROM "${this.policy.table}" AS "row" WHERE ${where}`;
    const [counted] = await queryRows<{ count: number | bigint }>(
      this.db,
      `SELECT count(*) AS "count" FROM (${rows}${most === null ? "" : ` LIMIT ${most}`}) AS "due"`,
      values,
    );
    const count = Number(counted!.count);
    if (!count) return { count, oldestAt: null };
    const [oldest] = await queryRows<{ at: Date | string }>(
      this.db,
      `${rows} ORDER BY "row"."${at}" LIMIT 1`,
      values,
    );
    return { count, oldestAt: oldest ? new Date(oldest.at) : null };
  }
}

const BEGINNING: Place = { pass: 0, cursor: null };

type Condition = { where: string; values: Date[] };

/** Every `?` of a policy's condition is its cutoff. */
function valuesOf(where: string, cutoff: Date): Date[] {
  return [...where].filter((character) => character === "?").map(() => cutoff);
}

function earlier(a: Date | null, b: Date | null): Date | null {
  if (!a || !b) return a ?? b;
  return a < b ? a : b;
}
