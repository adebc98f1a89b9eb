import { inTransaction, type Db, type Queryable } from "~/platform/db/client.server";
import { changeRows, queryRows } from "~/platform/db/raw.server";
import { withoutStore } from "~/platform/db/row";
import type { Counts } from "./compliance-request.repository.server";

/** What stands where a customer's words were. */
export const REMOVED = "Removed at the customer's request";

/** Rules whose evidence is about the goods and the money; what any other rule noted may be about the person. */
const IMPERSONAL_RULES = ["HIGH_VALUE", "LATE_FULFILMENT", "PARTIAL_STALE", "HIGH_DISCOUNT", "OVERSOLD"];

export type StoredPayload = {
  id: string;
  topic: string;
  status: string;
  receivedAt: Date;
  /** The JSON as text: a JavaScript number would lose the last digits of a long id */
  text: string;
};

/** Everything of one shop in which a customer may be named: by its store where there is one, deliveries by its domain. */
export class CustomerDataRepository {
  constructor(
    private readonly db: Queryable,
    private readonly shopDomain: string,
    private readonly storeId: string | null,
  ) {}

  /** Who wrote the tickets, in the order of ids. */
  async listCustomers(after: string, limit: number) {
    if (!this.storeId) return [];
    return this.db.ticket.findMany({
      where: {
        storeId: this.storeId,
        id: { gt: after },
        OR: [{ customerGid: { not: null } }, { customerEmail: { not: null } }],
      },
      select: { id: true, customerGid: true, customerEmail: true },
      orderBy: { id: "asc" },
      take: limit,
    });
  }

  /** Tickets with their messages and drafts, the oldest first. */
  async listTickets(ids: string[]) {
    if (!this.storeId) return [];
    const rows = await this.db.ticket.findMany({
      where: { storeId: this.storeId, id: { in: ids } },
      include: { messages: { orderBy: [{ writtenAt: "asc" }, { id: "asc" }], include: { draft: true } } },
      orderBy: [{ createdAt: "asc" }, { id: "asc" }],
    });
    return rows.map(({ messages, ...ticket }) => ({
      ...withoutStore(ticket),
      messages: messages.map(({ draft, ...message }) => ({
        ...withoutStore(message),
        draft: draft && withoutStore(draft),
      })),
    }));
  }

  /** The ticket itself last: as long as it names its customer, a run that was cut finds it again. */
  async anonymiseTickets(ids: string[]): Promise<Counts> {
    const { storeId } = this;
    if (!storeId) return {};
    const ofThese = { storeId, ticketId: { in: ids } };
    const messages = await this.db.ticketMessage.findMany({ where: ofThese, select: { id: true } });
    const drafts = { storeId, messageId: { in: messages.map(({ id }) => id) } };
    const texts = await this.db.aiDraft.updateMany({
      where: drafts,
      data: { text: REMOVED, feedback: null },
    });
    await this.db.aiDraft.updateMany({
      where: { ...drafts, humanEdit: { not: null } },
      data: { humanEdit: REMOVED },
    });
    const bodies = await this.db.ticketMessage.updateMany({
      where: ofThese,
      data: { body: REMOVED, metadata: {} },
    });
    await this.db.ticketMessage.updateMany({
      where: { ...ofThese, kind: "CUSTOMER" },
      data: { author: null },
    });
    const tickets = await this.db.ticket.updateMany({
      where: { storeId, id: { in: ids } },
      data: {
        ...{ customerGid: null, customerName: null, customerEmail: null },
        ...{ subject: REMOVED, tags: [], metadata: {} },
      },
    });
    return { Ticket: tickets.count, TicketMessage: bodies.count, AiDraft: texts.count };
  }

  /** The flags of these orders, in the order of ids. */
  async listFlags(orderGids: string[]) {
    if (!this.storeId) return [];
    const rows = await this.db.orderFlag.findMany({
      where: { storeId: this.storeId, orderGid: { in: orderGids } },
      orderBy: { id: "asc" },
    });
    return rows.map(withoutStore);
  }

  /** Returns how many still said something of the person. */
  async anonymiseFlags(orderGids: string[]): Promise<number> {
    const { storeId } = this;
    const personal = (await this.listFlags(orderGids)).filter(
      ({ customerName, note, rule, evidence }) =>
        customerName !== null || note !== null || (!isImpersonal(rule) && !isEmpty(evidence)),
    );
    if (!storeId || !personal.length) return 0;
    const ids = personal.map(({ id }) => id);
    await this.db.orderFlag.updateMany({
      where: { storeId, id: { in: ids }, rule: { notIn: IMPERSONAL_RULES } },
      data: { evidence: {} },
    });
    const { count } = await this.db.orderFlag.updateMany({
      where: { storeId, id: { in: ids } },
      data: { customerName: null, note: null },
    });
    return count;
  }

  /** Deliveries in the order of ids. */
  async listPayloads(after: string, limit: number): Promise<StoredPayload[]> {
    const rows = await this.db.webhookEvent.findMany({
      where: { shopDomain: this.shopDomain, id: { gt: after } },
      select: { id: true, topic: true, status: true, receivedAt: true },
      orderBy: { id: "asc" },
      take: limit,
    });
    if (!rows.length) return [];
    const texts = await this.#textsOf(rows.map(({ id }) => id));
    return rows.map((row) => ({ ...row, text: texts.get(row.id) ?? "null" }));
  }

  /** One delivery by its id. */
  async findPayload(id: string): Promise<string | null> {
    const where = { shopDomain: this.shopDomain, id };
    if (!(await this.db.webhookEvent.count({ where }))) return null;
    return (await this.#textsOf([id])).get(id) ?? null;
  }

  /** Puts JSON text in the place of what was there, digit by digit. Returns how many deliveries it found. */
  async updatePayloads(payloads: { id: string; text: string }[]): Promise<number> {
    const ids = payloads.map(({ id }) => id);
    const mine = await this.db.webhookEvent.findMany({
      where: { shopDomain: this.shopDomain, id: { in: ids } },
      select: { id: true },
    });
    const known = new Set(mine.map(({ id }) => id));
    const value = this.db.engine === "postgres" ? "CAST(? AS jsonb)" : "?";
    await atomically(this.db, async (tx) => {
      for (const { id, text } of payloads)
        if (known.has(id))
          await changeRows(tx, `UPDATE "WebhookEvent" SET "payload" = ${value} WHERE "id" = ?`, [text, id]);
    });
    return known.size;
  }

  async #textsOf(ids: string[]): Promise<Map<string, string>> {
    const rows = await queryRows<{ id: string; text: string }>(
      this.db,
      `SELECT "id", CAST("payload" AS text) AS "text" FROM "WebhookEvent" WHERE "id" IN (${ids.map(() => "?").join(", ")})`,
      ids,
    );
    return new Map(rows.map((row) => [row.id, row.text]));
  }
}

function isImpersonal(rule: string): boolean {
  return IMPERSONAL_RULES.includes(rule);
}

function isEmpty(evidence: unknown): boolean {
  return typeof evidence === "object" && evidence !== null && !Object.keys(evidence).length;
}

/** In the transaction that is already open, or in one of its own. */
function atomically<T>(db: Queryable, work: (tx: Queryable) => Promise<T>): Promise<T> {
  return "$transaction" in db ? inTransaction(db as Db, work) : work(db);
}
