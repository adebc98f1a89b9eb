import { beforeAll, describe, expect, it } from "vitest";
import { TicketRepository, type NewTicketMessage } from "~/features/inbox/ticket.repository.server";
import { inTransaction } from "~/platform/db/client.server";
import { eachDatabase } from "../../support/databases";

const NOW = new Date("2026-11-16T15:00:00.000Z");
const LATER = new Date(NOW.getTime() + 60_000);
const TICKET = {
  channel: "EMAIL",
  subject: "Where is it?",
  customerName: null,
  customerEmail: null,
} as const;

/** How Prisma refuses a value of the wrong type. */
const INVALID = { name: "PrismaClientValidationError" };

const message = (writtenAt: Date, body = "Hello"): NewTicketMessage => ({
  kind: "CUSTOMER",
  author: null,
  body,
  writtenAt,
});

eachDatabase("a ticket", ({ db }) => {
  let tickets: TicketRepository;
  let elsewhere: TicketRepository;
  beforeAll(async () => {
    const open = (shopDomain: string) => db().store.create({ data: { shopDomain, onboardingFlags: {} } });
    tickets = new TicketRepository(db(), (await open("inbox.myshopify.com")).id);
    elsewhere = new TicketRepository(db(), (await open("elsewhere.myshopify.com")).id);
  });

  describe("that is new", () => {
    it("has its first message", async () => {
      const { id } = await tickets.insert(TICKET, message(NOW));
      const thread = await tickets.findThread(id);
      expect(thread?.messages.map(({ body }) => body)).toEqual(["Hello"]);
      expect(thread?.lastMessageAt).toEqual(NOW);
    });

    it("is not stored when its first message cannot be stored", async () => {
      const before = await db().ticket.count();
      const refused = { ...message(NOW), kind: "SHOUT" as never };
      await expect(tickets.insert(TICKET, refused)).rejects.toMatchObject(INVALID);
      expect(await db().ticket.count()).toBe(before);
    });
  });

  describe("that gets another message", () => {
    it("takes the instant of a newer message", async () => {
      const { id } = await tickets.insert(TICKET, message(NOW));
      expect(await tickets.insertMessage(id, message(LATER, "Still waiting"))).toMatchObject({
        body: "Still waiting",
      });
      expect((await tickets.findThread(id))?.lastMessageAt).toEqual(LATER);
    });

    it("keeps its instant for an older message, which is sorted by its own", async () => {
      const { id } = await tickets.insert(TICKET, message(LATER, "second"));
      await tickets.insertMessage(id, message(NOW, "first"));
      const thread = await tickets.findThread(id);
      expect(thread?.lastMessageAt).toEqual(LATER);
      expect(thread?.messages.map(({ body }) => body)).toEqual(["first", "second"]);
    });

    it("keeps its instant when the message cannot be stored", async () => {
      const { id } = await tickets.insert(TICKET, message(NOW));
      const author = { reason: "not a text" } as never;
      await expect(tickets.insertMessage(id, { ...message(LATER), author })).rejects.toMatchObject(INVALID);
      expect((await tickets.findThread(id))?.lastMessageAt).toEqual(NOW);
    });

    it("is written in the caller's transaction and rolled back with it", async () => {
      const { id } = await tickets.insert(TICKET, message(NOW));
      const { storeId } = await db().ticket.findUniqueOrThrow({ where: { id } });
      const undo = new Error("undo");
      const undone = inTransaction(db(), async (tx) => {
        expect(await new TicketRepository(tx, storeId).insertMessage(id, message(LATER))).not.toBeNull();
        throw undo;
      });
      await expect(undone).rejects.toBe(undo);
      const thread = await tickets.findThread(id);
      expect([thread?.messages.length, thread?.lastMessageAt]).toEqual([1, NOW]);
    });

    it("accepts no message from another store", async () => {
      const { id } = await tickets.insert(TICKET, message(NOW));
      expect(await elsewhere.insertMessage(id, message(LATER))).toBeNull();
      expect((await tickets.findThread(id))?.messages).toHaveLength(1);
    });
  });

  describe("that changes its status", () => {
    const solvedAt = async (id: string) => (await tickets.findThread(id))?.solvedAt;

    it("records when it was solved, and keeps that when it is archived", async () => {
      const { id } = await tickets.insert(TICKET, message(NOW));
      await tickets.updateStatus(id, "SOLVED", NOW);
      expect(await solvedAt(id)).toEqual(NOW);
      await tickets.updateStatus(id, "ARCHIVED", LATER);
      expect(await solvedAt(id)).toEqual(NOW);
    });

    it("has no solving instant when it is archived unsolved", async () => {
      const { id } = await tickets.insert(TICKET, message(NOW));
      await tickets.updateStatus(id, "ARCHIVED", LATER);
      expect(await solvedAt(id)).toBeNull();
    });

    it.each(["OPEN", "PENDING"] as const)("loses its solving instant when it becomes %s", async (status) => {
      const { id } = await tickets.insert(TICKET, message(NOW));
      await tickets.updateStatus(id, "SOLVED", NOW);
      await tickets.updateStatus(id, status, LATER);
      expect(await solvedAt(id)).toBeNull();
    });
  });
});
