import type { Queryable } from "~/platform/db/client.server";
import { decodeCursor, encodeCursor, MAX_PAGE_SIZE, type Page } from "~/platform/db/page";
import { DISMISSABLE, REPLAYABLE, WEBHOOK_STATUSES, type WebhookEventStatus } from "./webhook-status";

type Row = NonNullable<Awaited<ReturnType<Queryable["webhookEvent"]["findFirst"]>>>;
export type WebhookEvent = Omit<Row, "storeId" | "shopDomain" | "leaseToken">;
/** As a list shows it: a payload may be megabytes. */
export type WebhookEventLine = Omit<WebhookEvent, "payload">;

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
    // One look per status, and the pages merged: each is a walk along (shopDomain, status, receivedAt), where all statuses
    // at once would sort the shop's whole inbox. A topic has an index of its own.
    const narrow = filter.status ?? filter.topic ?? filter.webhookId;
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

  find(webhookId: string): Promise<WebhookEvent | null> {
    return this.db.webhookEvent.findFirst({
      where: this.#those({ webhookId }),
      omit: { storeId: true, shopDomain: true, leaseToken: true },
    });
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
   * fails again while the rest is still being walked through. Not in a transaction: batch by batch.
   */
  replay(filter: InboxFilter, by: string, now: Date): Promise<number> {
    const data = {
      ...{ status: "RECEIVED" as const, attempts: 0 },
      ...{ leaseToken: null, processedAt: null, replayedAt: now, replayedBy: by },
    };
    return this.#inBatches(filter, REPLAYABLE, now, async (where, before) => {
      // A turn in the queue (turns.server.ts): of a large replay each batch comes later, so that other shops get in between.
      const nextAttemptAt = new Date(now.getTime() + before);
      const { count } = await this.db.webhookEvent.updateMany({ where, data: { ...data, nextAttemptAt } });
      return count;
    });
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
    change: (batch: Where, changedBefore: number) => Promise<number>,
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
        changed += await change({ ...those, AND: end ? [...rest, upTo(end)] : rest }, changed);
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
