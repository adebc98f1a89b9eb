import type { Db } from "~/platform/db/client.server";
import { TicketRepository, type Ticket, type TicketStatus } from "./ticket.repository.server";

export type TicketLine = Pick<
  Ticket,
  "id" | "subject" | "customerName" | "status" | "priority" | "channel" | "orderName"
> & {
  /** ISO instant */
  lastMessageAt: string;
};

export type Waiting = {
  count: number;
  latest: TicketLine[];
  /** False where no message was ever stored */
  anyTickets: boolean;
};

/** Tickets in which the customer spoke last, and the `limit` that moved last. */
export async function countWaiting(db: Db, storeId: string, limit = 3): Promise<Waiting> {
  const tickets = new TicketRepository(db, storeId);
  const [counts, page] = await Promise.all([
    tickets.countByStatus(),
    tickets.list({ status: "OPEN", limit }),
  ]);
  const anyTickets = Object.values(counts).some((count) => count > 0);
  return { count: counts.OPEN, latest: page.items.map(toLine), anyTickets };
}

export type InboxOverview = { counts: Record<TicketStatus, number>; tickets: TicketLine[] };

export async function loadInbox(db: Db, storeId: string): Promise<InboxOverview> {
  const tickets = new TicketRepository(db, storeId);
  const [counts, page] = await Promise.all([tickets.countByStatus(), tickets.list({ limit: 25 })]);
  return { counts, tickets: page.items.map(toLine) };
}

function toLine(ticket: Ticket): TicketLine {
  const { id, subject, customerName, status, priority, channel, orderName, lastMessageAt } = ticket;
  return {
    id,
    subject,
    customerName,
    status,
    priority,
    channel,
    orderName,
    lastMessageAt: lastMessageAt.toISOString(),
  };
}
