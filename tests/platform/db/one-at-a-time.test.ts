import { expect, it } from "vitest";
import { WebhookInboxRepository } from "~/features/webhooks/webhook-inbox.repository.server";
import { inTransaction, type Queryable } from "~/platform/db/client.server";
import { eachDatabase } from "../../support/databases";
import { delivery } from "../../support/deliveries";

eachDatabase("a transaction that is rolled back", ({ db, engine }) => {
  const lease = (tx: Queryable, name: string) =>
    tx.jobLease.create({ data: { name, runId: name, expiresAt: new Date() } });
  const exists = async (name: string) => (await db().jobLease.count({ where: { name } })) === 1;

  it("does not undo what is written outside it meanwhile", async () => {
    let outside: Promise<unknown> | undefined;
    const undo = new Error("undo");
    const undone = inTransaction(db(), async (tx) => {
      await lease(tx, "inside");
      // Begun while it is open, and not waited for in it.
      outside = lease(db(), "outside");
      void outside.catch(() => undefined);
      // On Postgres it ends within the transaction; SQLite, with one connection, runs it after the transaction.
      if (engine === "postgres") await outside;
      else await new Promise((resolve) => setImmediate(resolve));
      await lease(tx, "inside too");
      throw undo;
    });
    await expect(undone).rejects.toBe(undo);
    await outside;
    expect([await exists("inside"), await exists("inside too"), await exists("outside")]).toEqual([
      false,
      false,
      true,
    ]);
  });

  it("does not undo a delivery that was reported as stored", async () => {
    const inbox = new WebhookInboxRepository(db());
    const stored: string[] = [];
    const storing = (async () => {
      for (let i = 0; i < 60; i++)
        for (const id of await inbox.insert([delivery(), delivery()])) stored.push(id);
    })();
    for (let i = 0; i < 30; i++)
      await inTransaction(db(), async (tx) => {
        await lease(tx, `undone ${i}`);
        await tx.jobLease.count();
        throw new Error("undo");
      }).catch(() => undefined);
    await storing;
    expect(await db().webhookEvent.count({ where: { webhookId: { in: stored } } })).toBe(120);
    expect(await db().jobLease.count({ where: { name: { startsWith: "undone" } } })).toBe(0);
  });

  it("undoes a raw statement that was executed in it", async () => {
    const one = delivery();
    await inTransaction(db(), async (tx) => {
      expect(await new WebhookInboxRepository(tx).insert([one])).toEqual(new Set([one.webhookId]));
      throw new Error("undo");
    }).catch(() => undefined);
    expect(await db().webhookEvent.count({ where: { webhookId: one.webhookId } })).toBe(0);
  });
});
