import { inTransaction, type Db, type Queryable } from "~/platform/db/client.server";
import { decodeCursor, encodeCursor, MAX_PAGE_SIZE, type Page } from "~/platform/db/page";
import { withoutStore } from "~/platform/db/row";

export type TicketStatus = "OPEN" | "PENDING" | "SOLVED" | "ARCHIVED";

type Row = NonNullable<Awaited<ReturnType<Queryable["ticket"]["findFirst"]>>>;
type MessageRow = NonNullable<Awaited<ReturnType<Queryable["ticketMessage"]["findFirst"]>>>;
export type Ticket = Omit<Row, "storeId">;
export type TicketMessage = Omit<MessageRow, "storeId">;
export type TicketThread = Ticket & { messages: TicketMessage[] };
export type NewTicket = Pick<Ticket, "channel" | "subject" | "customerName" | "customerEmail"> &
  Partial<Pick<Ticket, "priority" | "customerGid" | "orderGid" | "orderName">>;
export type NewTicketMessage = Pick<TicketMessage, "kind" | "author" | "body" | "writtenAt">;

export class TicketRepository {
  constructor(
    private readonly db: Queryable,
    private readonly storeId: string,
  ) {}

  /** The conversation that moved last comes first. */
  async list(filter: { status?: TicketStatus; cursor?: string; limit?: number } = {}): Promise<Page<Ticket>> {
    const limit = Math.min(filter.limit ?? 25, MAX_PAGE_SIZE);
    const after = filter.cursor ? decodeCursor(filter.cursor) : null;
    const rows = await this.db.ticket.findMany({
      where: {
        storeId: this.storeId,
        status: filter.status,
        ...(after && {
          OR: [{ lastMessageAt: { lt: after.at } }, { lastMessageAt: after.at, id: { lt: after.id } }],
        }),
      },
      orderBy: [{ lastMessageAt: "desc" }, { id: "desc" }],
      take: limit + 1,
    });
    const items = rows.slice(0, limit).map(withoutStore);
    const last = items.at(-1);
    return {
      items,
      nextCursor: rows.length > limit && last ? encodeCursor(last.lastMessageAt, last.id) : null,
    };
  }

  async countByStatus(): Promise<Record<TicketStatus, number>> {
    const groups = await this.db.ticket.groupBy({
      by: ["status"],
      where: { storeId: this.storeId },
      _count: { _all: true },
    });
    const counts = { OPEN: 0, PENDING: 0, SOLVED: 0, ARCHIVED: 0 };
    for (const group of groups) counts[group.status] = group._count._all;
    return counts;
  }

  /** A ticket with its messages, oldest first. */
  async findThread(id: string): Promise<TicketThread | null> {
    const row = await this.db.ticket.findFirst({
      where: { storeId: this.storeId, id },
      include: { messages: { orderBy: [{ writtenAt: "asc" }, { id: "asc" }], take: 500 } },
    });
    return row && { ...withoutStore(row), messages: row.messages.map(withoutStore) };
  }

  /** One nested create, so there is no ticket without its message. */
  async insert(ticket: NewTicket, firstMessage: NewTicketMessage): Promise<Ticket> {
    const { storeId } = this;
    const row = await this.db.ticket.create({
      data: {
        ...ticket,
        storeId,
        tags: [],
        metadata: {},
        createdAt: firstMessage.writtenAt,
        lastMessageAt: firstMessage.writtenAt,
        messages: { create: { ...firstMessage, metadata: {}, store: { connect: { id: storeId } } } },
      },
    });
    return withoutStore(row);
  }

  /** Null when this store has no such ticket. An e-mail that arrives late does not move its ticket back in the list. */
  async insertMessage(ticketId: string, message: NewTicketMessage): Promise<TicketMessage | null> {
    const { storeId } = this;
    const { writtenAt } = message;
    if (!(await this.db.ticket.count({ where: { storeId, id: ticketId } }))) return null;
    return atomically(this.db, async (tx) => {
      await tx.ticket.updateMany({
        where: { storeId, id: ticketId, lastMessageAt: { lt: writtenAt } },
        data: { lastMessageAt: writtenAt },
      });
      const row = await tx.ticketMessage.create({ data: { ...message, storeId, ticketId, metadata: {} } });
      return withoutStore(row);
    });
  }

  /** Archived, a ticket keeps the instant at which it was solved. */
  async updateStatus(id: string, status: TicketStatus, now: Date): Promise<number> {
    const { count } = await this.db.ticket.updateMany({
      where: { storeId: this.storeId, id },
      data: {
        status,
        ...(status === "SOLVED" && { solvedAt: now }),
        ...((status === "OPEN" || status === "PENDING") && { solvedAt: null }),
      },
    });
    return count;
  }
}

/** In the transaction that is already open, or in one of its own. */
function atomically<T>(db: Queryable, work: (tx: Queryable) => Promise<T>): Promise<T> {
  return "$transaction" in db ? inTransaction(db as Db, work) : work(db);
}
