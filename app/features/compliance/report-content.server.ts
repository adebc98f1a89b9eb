/** What a customer is told about what Backroom stores of them: every row about them, without what is only ours. */
import { parse } from "lossless-json";
import { flagRule } from "~/features/orders/flag-rules";
import { parseEvidence } from "~/features/orders/orders.schema";
import type { Db } from "~/platform/db/client.server";
import { formatMoney, minorUnits } from "~/platform/money";
import type { Counts } from "./compliance-request.repository.server";
import { CustomerDataRepository } from "./customer-data.repository.server";
import { isAbout, payloadBatches } from "./customer-payloads.server";
import { isCustomer, orderGids, type Person } from "./person";

export type ReportContent = Awaited<ReturnType<typeof gatherReport>>;
type Shop = { shopDomain: string; id: string };

/** Gathered from the live rows, so that no second copy of them is kept anywhere. */
export async function gatherReport(db: Db, { id, shopDomain }: Shop, person: Person) {
  const customers = new CustomerDataRepository(db, shopDomain, id);
  const conversations = await listConversations(customers, person);
  const orderChecks = await listOrderChecks(customers, person);
  const notices = await listNotices(customers, person);
  const found: Counts = {
    Ticket: conversations.length,
    TicketMessage: conversations.reduce((sum, { messages }) => sum + messages.length, 0),
    OrderFlag: orderChecks.length,
    WebhookEvent: notices.length,
  };
  return { found, conversations, orderChecks, notices };
}

const CUSTOMERS = 1000;
const CHUNK = 100;

type Ticket = Awaited<ReturnType<CustomerDataRepository["listTickets"]>>[number];
type Flag = Awaited<ReturnType<CustomerDataRepository["listFlags"]>>[number];

async function listConversations(customers: CustomerDataRepository, person: Person) {
  const tickets: Ticket[] = [];
  for (let after = ""; ;) {
    const batch = await customers.listCustomers(after, CUSTOMERS);
    const ids = batch.filter((row) => isCustomer(person, row)).map((row) => row.id);
    for (let i = 0; i < ids.length; i += CHUNK)
      tickets.push(...(await customers.listTickets(ids.slice(i, i + CHUNK))));
    if (batch.length < CUSTOMERS) return tickets.map(toConversation);
    after = batch.at(-1)!.id;
  }
}

/** A draft that was never sent is a suggestion to the shop and no part of the conversation. */
function toConversation({ messages, ...ticket }: Ticket) {
  const { subject, channel, customerName, customerEmail, orderName, createdAt, tags } = ticket;
  return {
    ...{ subject, channel, customerName, customerEmail, orderName },
    openedAt: createdAt,
    tags: Array.isArray(tags) ? tags.map(String) : [],
    messages: messages
      .filter(({ kind, sentAt }) => kind !== "AI_DRAFT" || sentAt !== null)
      .map(({ kind, body, writtenAt, sentAt }) => ({
        from: AUTHORS[kind],
        at: sentAt ?? writtenAt,
        text: body,
      })),
  };
}

const AUTHORS: Record<Ticket["messages"][number]["kind"], "customer" | "shop" | "shop, internal note"> = {
  CUSTOMER: "customer",
  HUMAN: "shop",
  AI_DRAFT: "shop",
  NOTE: "shop, internal note",
};

async function listOrderChecks(customers: CustomerDataRepository, person: Person) {
  const gids = orderGids(person);
  const flags: Flag[] = [];
  for (let i = 0; i < gids.length; i += CHUNK)
    flags.push(...(await customers.listFlags(gids.slice(i, i + CHUNK))));
  return flags.map((flag) => {
    const { measured, threshold, facts } = parseEvidence(flag.evidence);
    return {
      order: flag.orderName,
      placedAt: flag.orderPlacedAt,
      total: formatMoney({ minor: minorUnits(flag.orderTotalMinor), currency: flag.currency }),
      customerName: flag.customerName,
      check: flagRule(flag.rule).name,
      checkedAt: flag.createdAt,
      ...{ measured, threshold, facts },
      note: flag.note,
    };
  });
}

async function listNotices(customers: CustomerDataRepository, person: Person) {
  const named = isAbout(person);
  const notices: { topic: string; receivedAt: Date; payload: unknown }[] = [];
  for await (const batch of payloadBatches(customers))
    for (const { topic, receivedAt, text } of batch.filter(named))
      notices.push({ topic, receivedAt, payload: legible(text) });
  return notices.sort((a, b) => a.receivedAt.getTime() - b.receivedAt.getTime());
}

/** What cannot be read as JSON may be theirs all the same, and is handed over as it is. */
function legible(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return text;
  }
}
