import type { Queryable } from "~/platform/db/client.server";
import { decodeCursor, encodeCursor, MAX_PAGE_SIZE, type Page } from "~/platform/db/page";
import { changeRows, queryRows } from "~/platform/db/raw.server";
import { DISMISSABLE, REPLAYABLE, WEBHOOK_STATUSES, type WebhookEventStatus } from "./webhook-status";

type Row = NonNullable<Awaited<ReturnType<Queryable["webhookEvent"]["findFirst"]>>>;
/** As a list shows it: a payload may be megabytes. */
export type WebhookEventLine = Omit<Row, "payload" | "storeId" | "shopDomain" | "leaseToken">;
/** The payload is JSON, with every digit that came: Shopify's ids may be longer than a JavaScript number. */
export type WebhookEvent = WebhookEventLine & { payload: string };

/** A webhook id is Shopify's for one delivery, so it stands for one event. */
export type InboxFilter = { status?: WebhookEventStatus; topic?: string; webhookId?: string };
export type InboxPage = Page<WebhookEventLine> & { previousCursor: string | null };
export type InboxSummary = {
  /** Without what is `live` */
  groups: { topic: string; status: WebhookEventStatus; count: number; oldestReceivedAt: Date }[];
  /** Being processed by a worker that still has its lease */
  live: number;
};

/** Rows of one statement: enough to be quick, few enough that others are not kept waiting. */
const BATCH = 2000;

/** What a merchant may see of the inbox, and do about it. The whole of it is `WebhookInboxRepository`'s. */
export class WebhookInboxOfShop {
  constructor(
    private readonly db: Queryable,
    private readonly shopDomain: string,
  ) {}

  async countByStatus(): Promise<Record<WebhookEventStatus, number>> {
    const groups = await this.db.webhookEvent.groupBy({
      by: ["status"],
      where: { shopDomain: this.shopDomain },
      _count: { _all: true },
    });
    const counts = { RECEIVED: 0, PROCESSING: 0, SUCCEEDED: 0, SKIPPED: 0, FAILED: 0, DEAD: 0 };
    for (const group of groups) counts[group.status] = group._count._all;
    return counts;
  }

  /** Newest first, whichever way the pages are turned. */
  async list(
    filter: InboxFilter & { cursor?: string; before?: string; limit?: number } = {},
  ): Promise<InboxPage> {
    const limit = Math.min(filter.limit ?? 25, MAX_PAGE_SIZE);
    const newerThan = filter.before ? decodeCursor(filter.before) : null;
    const olderThan = !newerThan && filter.cursor ? decodeCursor(filter.cursor) : null;
    const direction = newerThan ? "asc" : "desc";
    // One look per status, and the pages merged: each is a walk along (shopDomain, status, receivedAt, topic), where all
    // statuses at once would sort the shop's whole inbox. A webhook id stands for one event.
    const narrow = filter.status ?? filter.webhookId;
    const looks = narrow ? [filter.status] : WEBHOOK_STATUSES;
    const found = await Promise.all(
      looks.map((status) =>
        this.db.webhookEvent.findMany({
          where: {
            ...this.#those({ ...filter, status }),
            ...(newerThan ? beyond("gt", newerThan) : olderThan ? beyond("lt", olderThan) : {}),
          },
          orderBy: [{ receivedAt: direction }, { id: direction }],
          take: limit + 1,
          omit: { payload: true, storeId: true, shopDomain: true, leaseToken: true },
        }),
      ),
    );
    const rows = found.flat().sort(newerThan ? oldestFirst : (a, b) => oldestFirst(b, a));
    const more = rows.length > limit;
    const items = rows.slice(0, limit);
    if (newerThan) items.reverse();
    const [first, last] = [items.at(0), items.at(-1)];
    return {
      items,
      // Coming from one side, that side has rows; the other has some if one more than a page was found.
      nextCursor: last && (newerThan || more) ? encodeCursor(last.receivedAt, last.id) : null,
      previousCursor:
        first && (olderThan || (newerThan && more)) ? encodeCursor(first.receivedAt, first.id) : null,
    };
  }

  async find(webhookId: string): Promise<WebhookEvent | null> {
    const event = await this.db.webhookEvent.findFirst({
      where: this.#those({ webhookId }),
      omit: { payload: true, storeId: true, shopDomain: true, leaseToken: true },
    });
    if (!event) return null;
    const [stored] = await queryRows<{ payload: string }>(
      this.db,
      `SELECT CAST("payload" AS text) AS "payload" FROM "WebhookEvent" WHERE "webhookId" = ? AND "shopDomain" = ?`,
      [webhookId, this.shopDomain],
    );
    return stored ? { ...event, payload: stored.payload } : null;
  }

  /** What a filter matches, by topic and status, and the oldest of each. */
  async summarise(filter: InboxFilter, now: Date): Promise<InboxSummary> {
    const where = this.#those(filter);
    const [groups, live] = await Promise.all([
      this.db.webhookEvent.groupBy({
        by: ["topic", "status"],
        where: { ...where, OR: [{ status: { not: "PROCESSING" } }, ...leaseOver(now)] },
        _count: { _all: true },
        _min: { receivedAt: true },
        orderBy: [{ topic: "asc" }, { status: "asc" }],
      }),
      this.db.webhookEvent.count({
        where: { ...where, AND: { status: "PROCESSING", nextAttemptAt: { gt: now } } },
      }),
    ]);
    return {
      groups: groups.map(({ topic, status, _count, _min }) => ({
        ...{ topic, status },
        count: _count._all,
        oldestReceivedAt: _min.receivedAt!,
      })),
      live,
    };
  }

  /** Every topic that has come in, with how often, and when last. */
  async listTopics(): Promise<{ topic: string; count: number; latestReceivedAt: Date }[]> {
    const groups = await this.db.webhookEvent.groupBy({
      by: ["topic"],
      where: { shopDomain: this.shopDomain },
      _count: { _all: true },
      _max: { receivedAt: true },
      orderBy: { topic: "asc" },
    });
    return groups.map(({ topic, _count, _max }) => ({
      topic,
      count: _count._all,
      latestReceivedAt: _max.receivedAt!,
    }));
  }

  /** Of what is still to be processed, or to be tried again, the one that has waited longest. */
  async findOldestUnprocessed(): Promise<Pick<WebhookEvent, "webhookId" | "topic" | "receivedAt"> | null> {
    const oldest = await Promise.all(
      (["RECEIVED", "PROCESSING", "FAILED"] as const).map((status) =>
        this.db.webhookEvent.findFirst({
          where: this.#those({ status }),
          orderBy: [{ receivedAt: "asc" }, { id: "asc" }],
          select: { id: true, webhookId: true, topic: true, receivedAt: true },
        }),
      ),
    );
    const [first] = oldest.filter((row) => row !== null).sort(oldestFirst);
    return first ? { webhookId: first.webhookId, topic: first.topic, receivedAt: first.receivedAt } : null;
  }

  /** Who made what run again, and when, the newest first. One replay has one instant, however much it was of. */
  async listReplays(limit = 5): Promise<{ replayedAt: Date; replayedBy: string | null; count: number }[]> {
    const groups = await this.db.webhookEvent.groupBy({
      by: ["replayedAt", "replayedBy"],
      where: { shopDomain: this.shopDomain, replayedAt: { not: null } },
      _count: { _all: true },
      orderBy: { replayedAt: "desc" },
      take: limit,
    });
    return groups.map(({ replayedAt, replayedBy, _count }) => ({
      ...{ replayedAt: replayedAt!, replayedBy },
      count: _count._all,
    }));
  }

  /**
   * Makes what the filter matches run again, with all its attempts, and returns how many. Its last error stays until then.
   * What waits already is left alone, and so is what a worker holds a live lease of. Each event is taken once, also when it
   * fails again while the rest is still being walked through. Not in a transaction: batch by batch. Each comes a millisecond
   * after the one before, which is a turn in the queue (turns.server.ts), so that other shops get in between.
   */
  replay(filter: InboxFilter, by: string, now: Date): Promise<number> {
    return this.#inBatches(filter, REPLAYABLE, now, (_where, before, { status, last, end }) => {
      // Asked of the batch, and of each row again when it is its turn to be written.
      const open: Sql[] = [
        [`"status" = '${status}'`],
        [`("replayedAt" IS NULL OR "replayedAt" <> ?)`, now],
        ...(status === "PROCESSING"
          ? [[`("nextAttemptAt" IS NULL OR "nextAttemptAt" <= ?)`, now] as Sql]
          : []),
      ];
      const batch: Sql[] = [
        [`"shopDomain" = ?`, this.shopDomain],
        ...open,
        ...(filter.topic === undefined ? [] : [[`"topic" = ?`, filter.topic] as Sql]),
        ...(filter.webhookId === undefined ? [] : [[`"webhookId" = ?`, filter.webhookId] as Sql]),
        ...(last ? [within(">", last)] : []),
        ...(end ? [within("<=", end)] : []),
      ];
      const statement: Sql = [
        `WITH "batch" AS (
           SELECT "id", row_number() OVER (ORDER BY "receivedAt", "id") - 1 AS "place"
           FROM "WebhookEvent" WHERE ${textOf(batch)}
         )
         UPDATE "WebhookEvent" SET "status" = 'RECEIVED', "attempts" = 0, "leaseToken" = NULL, "processedAt" = NULL,
           "replayedAt" = ?, "replayedBy" = ?, "updatedAt" = ?, "nextAttemptAt" = ${this.#later(`"batch"."place"`)}
         FROM "batch" WHERE "WebhookEvent"."id" = "batch"."id" AND ${textOf(open)}`,
        ...valuesOf(batch),
        ...[now, by, now, new Date(now.getTime() + before)],
        ...valuesOf(open),
      ];
      const [text, ...values] = statement;
      return changeRows(this.db, text, values);
    });
  }

  /** An instant that is a parameter, and so many milliseconds. */
  #later(milliseconds: string): string {
    if (this.db.engine === "postgres")
      return `CAST(? AS timestamp(3)) + ${milliseconds} * interval '1 millisecond'`;
    // As Prisma writes instants there.
    return `strftime('%Y-%m-%dT%H:%M:%f', ?, (${milliseconds} / 1000.0) || ' seconds') || '+00:00'`;
  }

  /** Takes failed and dead events off the list for good, as SKIPPED, with who did it before their error. */
  dismiss(filter: InboxFilter, by: string, now: Date): Promise<number> {
    return this.#inBatches(filter, DISMISSABLE, now, async (where) => {
      let dismissed = 0;
      // A batch has few different errors, and an update writes one text.
      for (const { lastError } of await this.db.webhookEvent.groupBy({ by: ["lastError"], where })) {
        const data = {
          ...{ status: "SKIPPED" as const, nextAttemptAt: null, leaseToken: null, processedAt: now },
          lastError: `Dismissed by ${by}: ${lastError ?? "no error was recorded"}`,
        };
        const { count } = await this.db.webhookEvent.updateMany({ where: { ...where, lastError }, data });
        dismissed += count;
      }
      return dismissed;
    });
  }

  /** Walks the statuses one by one, oldest first, along their index. Every batch asks again whose its rows are. */
  async #inBatches(
    filter: InboxFilter,
    statuses: readonly WebhookEventStatus[],
    now: Date,
    change: (where: Where, changedBefore: number, batch: Batch) => Promise<number>,
  ): Promise<number> {
    let changed = 0;
    for (const status of statuses.filter((one) => !filter.status || filter.status === one)) {
      const those = this.#those({ ...filter, status });
      const open: Where[] = [
        // Not what this very call has replayed, and a fast worker has finished since.
        { OR: [{ replayedAt: null }, { replayedAt: { not: now } }] },
        status === "PROCESSING" ? { OR: leaseOver(now) } : {},
      ];
      for (let last: Position | null = null; ;) {
        const rest: Where[] = last ? [...open, beyond("gt", last)] : open;
        const [end]: Position[] = await this.db.webhookEvent.findMany({
          where: { ...those, AND: rest },
          orderBy: [{ receivedAt: "asc" }, { id: "asc" }],
          skip: BATCH - 1,
          take: 1,
          select: { id: true, receivedAt: true },
        });
        changed += await change({ ...those, AND: end ? [...rest, upTo(end)] : rest }, changed, {
          ...{ status, last, end },
        });
        if (!end) break;
        last = end;
      }
    }
    return changed;
  }

  #those({ status, topic, webhookId }: InboxFilter) {
    return { shopDomain: this.shopDomain, status, topic, webhookId };
  }
}

/** Of an event that is being processed: whoever had it is gone, or too late. */
function leaseOver(now: Date) {
  return [{ nextAttemptAt: null }, { nextAttemptAt: { lte: now } }];
}

type Where = NonNullable<Parameters<Queryable["webhookEvent"]["updateMany"]>[0]["where"]>;
type Position = { id: string; receivedAt: Date };
/** After `last`, up to and with `end`. */
type Batch = { status: WebhookEventStatus; last: Position | null; end: Position | undefined };
/** A condition, or a statement, and its values. */
type Sql = [text: string, ...values: (string | Date)[]];

const textOf = (conditions: Sql[]) => conditions.map(([text]) => text).join(" AND ");
const valuesOf = (conditions: Sql[]) => conditions.flatMap(([, ...values]) => values);

/** As `beyond` and `upTo`. */
function within(side: ">" | "<=", { id, receivedAt }: Position): Sql {
  const edge = side === ">" ? ">=" : "<=";
  return [`"receivedAt" ${edge} ? AND ("receivedAt", "id") ${side} (?, ?)`, receivedAt, receivedAt, id];
}

/** `receivedAt` stands alone as well, so that the index is entered at the cursor. */
function beyond(side: "lt" | "gt", position: { at: Date; id: string } | Position) {
  const at = "at" in position ? position.at : position.receivedAt;
  return {
    receivedAt: { [`${side}e`]: at },
    OR: [{ receivedAt: { [side]: at } }, { receivedAt: at, id: { [side]: position.id } }],
  };
}

function upTo({ receivedAt, id }: Position) {
  return {
    receivedAt: { lte: receivedAt },
    OR: [{ receivedAt: { lt: receivedAt } }, { receivedAt, id: { lte: id } }],
  };
}

function oldestFirst(a: Position, b: Position): number {
  return a.receivedAt.getTime() - b.receivedAt.getTime() || (a.id < b.id ? -1 : 1);
}
