/**
 * What is asked about all stores at once: which connections are due for a test and which secrets for a new one (the cron),
 * and how many connections fail (the metrics).
 */
import type { Db } from "~/platform/db/client.server";
import { queryRows } from "~/platform/db/raw.server";
import type { Provider } from "./provider";

export type DueTest = { storeId: string; provider: Provider; nextTestAt: Date; ianaTimezone: string };
export type DueRotation = { id: string; shopDomain: string; provider: Provider; rotationReminderAt: Date };

/** An uninstalled shop's connections rest: nobody would read what they say. */
const INSTALLED = { store: { status: "ACTIVE" as const } };

export class DueRepository {
  constructor(private readonly db: Db) {}

  /** The longest overdue first. */
  async listTests(now: Date, limit: number): Promise<DueTest[]> {
    const rows = await this.db.storeSecret.findMany({
      where: { nextTestAt: { lte: now }, ...INSTALLED },
      select: { storeId: true, provider: true, nextTestAt: true, store: { select: { ianaTimezone: true } } },
      orderBy: [{ nextTestAt: "asc" }, { id: "asc" }],
      take: limit,
    });
    return rows.flatMap(({ nextTestAt, store: { ianaTimezone }, ...row }) =>
      nextTestAt ? [{ ...row, nextTestAt, ianaTimezone }] : [],
    );
  }

  countTests(now: Date): Promise<number> {
    return this.db.storeSecret.count({ where: { nextTestAt: { lte: now }, ...INSTALLED } });
  }

  /**
   * True when this process got it: whoever else read the same row is turned away, because `next` is after `now`. Not by
   * the instant that was read: SQLite compares text, and what an operator wrote there is the same in other words.
   */
  async claimTest({ storeId, provider }: DueTest, now: Date, next: Date): Promise<boolean> {
    const { count } = await this.db.storeSecret.updateMany({
      where: { storeId, provider, nextTestAt: { lte: now } },
      data: { nextTestAt: next },
    });
    return count > 0;
  }

  /** A page of the secrets whose reminder is at `until` or before, the earliest first; the next one is `after` its last id. */
  async listRotations(
    until: Date,
    { after, limit }: { after?: string; limit: number },
  ): Promise<DueRotation[]> {
    const rows = await this.db.storeSecret.findMany({
      where: { rotationReminderAt: { lte: until }, ...INSTALLED },
      select: { id: true, provider: true, rotationReminderAt: true, store: { select: { shopDomain: true } } },
      orderBy: [{ rotationReminderAt: "asc" }, { id: "asc" }],
      take: limit,
      ...(after && { cursor: { id: after }, skip: 1 }),
    });
    return rows.flatMap(({ id, provider, rotationReminderAt, store: { shopDomain } }) =>
      rotationReminderAt ? [{ id, shopDomain, provider, rotationReminderAt }] : [],
    );
  }

  /**
   * Connections whose last test failed. A credential that was only offered and failed says nothing about the one in use
   * (connection-event.repository). Each look is one step in the index by store, provider, outcome and time.
   */
  async countFailing(): Promise<Map<Provider, number>> {
    const rows = await queryRows<{ provider: Provider; count: number | bigint }>(
      this.db,
      `SELECT "secret"."provider", count(*) AS "count"
       FROM "StoreSecret" AS "secret" JOIN "Store" AS "store" ON "store"."id" = "secret"."storeId"
       WHERE "store"."status" = 'ACTIVE' AND EXISTS (
         SELECT 1 FROM "ConnectionEvent" AS "failure"
         WHERE ${ofTheConnection("failure")} AND "failure"."outcome" = 'FAILURE' AND "failure"."trigger" <> 'CONNECT'
           AND NOT EXISTS (
             SELECT 1 FROM "ConnectionEvent" AS "success"
             WHERE ${ofTheConnection("success")} AND "success"."outcome" = 'SUCCESS'
               AND ("success"."createdAt", "success"."id") > ("failure"."createdAt", "failure"."id")))
       GROUP BY "secret"."provider"`,
      [],
    );
    return new Map(rows.map(({ provider, count }) => [provider, Number(count)]));
  }
}

function ofTheConnection(event: string): string {
  return `"${event}"."storeId" = "secret"."storeId" AND "${event}"."provider" = "secret"."provider"`;
}
