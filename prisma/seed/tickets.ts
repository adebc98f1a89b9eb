import type { Catalogue, CatalogueCustomer, CatalogueOrder } from "./catalogue-types";
import { idFor } from "./ids";
import { after, before, HOUR, latest, MINUTE, SEED_NOW } from "./instant";
import { random } from "./random";
import { stamp, type Rows, type SeedRows } from "./rows";
import { draftRow, MODEL, STAFF } from "./ticket-drafts";
import { THREADS, type Message, type Thread } from "./ticket-threads";

export function ticketRows(
  catalogue: Catalogue,
  storeId: string,
): Required<Pick<SeedRows, "Ticket" | "TicketMessage" | "AiDraft">> {
  const rows = {
    Ticket: [] as Rows["Ticket"][],
    TicketMessage: [] as Rows["TicketMessage"][],
    AiDraft: [] as Rows["AiDraft"][],
  };
  const taken = new Set<string>();
  for (const [n, thread] of THREADS.entries()) {
    const openedAt = before(SEED_NOW, thread.hoursAgo * HOUR);
    const about = subjectOf(catalogue, thread, openedAt, taken);
    const ticket = ticketRow(catalogue, storeId, n, thread, openedAt, about);
    rows.Ticket.push(ticket);
    for (const [i, message] of thread.messages.entries()) {
      const fill = (text: string) =>
        text
          .replaceAll("{first}", about.customer.firstName)
          .replaceAll("{order}", about.order?.name ?? "my order");
      const row = messageRow(catalogue.shop.domain, ticket, i, message, fill);
      rows.TicketMessage.push(row);
      if (message.kind === "AI_DRAFT") rows.AiDraft.push(draftRow(row, message, thread, fill));
    }
  }
  return rows;
}

type About = { customer: CatalogueCustomer; order: CatalogueOrder | undefined };

/** The customer's latest order with the SKU before the ticket; people who only ask are customers without one. */
function subjectOf(
  { orders, customers }: Catalogue,
  thread: Thread,
  openedAt: Date,
  taken: Set<string>,
): About {
  const order = orders.findLast(
    (candidate) =>
      thread.sku !== undefined &&
      candidate.placedAt < openedAt &&
      !candidate.cancelledAt &&
      candidate.customerGid !== null &&
      !taken.has(candidate.customerGid) &&
      candidate.lines.some((line) => line.sku === thread.sku),
  );
  const gid = order?.customerGid ?? random(`ticket/${thread.subject}`).pick(customers).gid;
  taken.add(gid);
  return { customer: customers.find((customer) => customer.gid === gid)!, order };
}

function ticketRow(
  { shop }: Catalogue,
  storeId: string,
  n: number,
  thread: Thread,
  openedAt: Date,
  { customer, order }: About,
): Rows["Ticket"] {
  const spoken = thread.messages.filter((message) => message.kind !== "NOTE" && !isUnsent(message));
  const lastMessageAt = latest(
    openedAt,
    ...spoken.map((message) => after(openedAt, sentHours(message) * HOUR)),
  );
  const closed = thread.status === "SOLVED" || thread.status === "ARCHIVED";
  const solvedAt = closed ? after(lastMessageAt, 40 * MINUTE) : null;
  return {
    id: idFor("Ticket", shop.domain, n),
    ...stamp(openedAt, solvedAt ?? lastMessageAt),
    storeId,
    channel: thread.channel,
    status: thread.status,
    priority: thread.priority,
    subject: thread.subject,
    customerGid: customer.gid,
    customerName: `${customer.firstName} ${customer.lastName}`,
    customerEmail: customer.email,
    orderGid: order?.gid ?? null,
    orderName: order?.name ?? null,
    assignee: thread.assignee ?? null,
    tags: thread.tags,
    metadata:
      thread.channel === "EMAIL"
        ? { messageId: `<${idFor("mail", shop.domain, n)}@mail.example.com>` }
        : { page: "/pages/contact", locale: "en" },
    lastMessageAt,
    solvedAt,
  };
}

function messageRow(
  shop: string,
  ticket: Rows["Ticket"],
  i: number,
  message: Message,
  fill: (text: string) => string,
): Rows["TicketMessage"] {
  const writtenAt = after(ticket.createdAt, message.hours * HOUR);
  const sentAt = isUnsent(message) ? null : after(ticket.createdAt, sentHours(message) * HOUR);
  const edit =
    message.kind === "AI_DRAFT" && message.decision.outcome === "edited" ? message.decision.edit : null;
  return {
    id: idFor("TicketMessage", ticket.id, i),
    ...stamp(writtenAt, sentAt ?? writtenAt),
    storeId: ticket.storeId,
    ticketId: ticket.id,
    kind: message.kind,
    author:
      message.kind === "CUSTOMER"
        ? ticket.customerName
        : message.kind === "AI_DRAFT"
          ? MODEL
          : (ticket.assignee ?? STAFF),
    body: fill(edit ?? message.body),
    metadata:
      message.kind === "CUSTOMER" && ticket.channel === "EMAIL"
        ? { from: ticket.customerEmail, to: `support@${shop.split(".")[0]}.example.com` }
        : {},
    writtenAt,
    sentAt,
  };
}

function isUnsent(message: Message): boolean {
  if (message.kind === "NOTE") return true;
  return message.kind === "AI_DRAFT" && !["approved", "edited"].includes(message.decision.outcome);
}

function sentHours(message: Message): number {
  const decided =
    message.kind === "AI_DRAFT" && message.decision.outcome !== "undecided" ? message.decision.afterHours : 0;
  return message.hours + decided;
}
