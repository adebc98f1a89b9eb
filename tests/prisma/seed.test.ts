import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lastFourOf, readCredential } from "~/features/connections/credential";
import { StoreSecretRepository } from "~/features/connections/store-secret.repository.server";
import { KpiCacheRepository } from "~/features/overview/kpi-cache.repository.server";
import { StoreSettingsRepository } from "~/features/settings/store-settings.repository.server";
import { accessTokenPlace } from "~/features/stores/install.server";
import { open } from "~/platform/crypto/envelope.server";
import type { Db } from "~/platform/db/client.server";
import { connectDatabase } from "~/platform/db/client.server";
import { EncryptedSessionStorage } from "~/platform/shopify/session-storage.server";
import { DEMO_DAYS, demoCatalogue } from "../../prisma/seed/catalogue";
import { seedFingerprint } from "../../prisma/seed/fingerprint";
import { idFor } from "../../prisma/seed/ids";
import { SEED_NOW } from "../../prisma/seed/instant";
import { DEVELOPMENT_ENCRYPTION_KEY, seedKeys } from "../../prisma/seed/keys";
import { TABLES } from "../../prisma/seed/rows";
import { assertSeedable, parseScale, seedDemo } from "../../prisma/seed/run";
import { createTestDatabase, eachDatabase, type TestDatabase } from "../support/databases";
import { readSchema } from "../support/schema";

const { keys } = seedKeys({ ENCRYPTION_KEY: DEVELOPMENT_ENCRYPTION_KEY });
const DOMAIN = "backroom-demo.myshopify.com";
const storeId = idFor("Store", DOMAIN);

/** The enum values that no seeded row may have, and why. */
const NEVER_SEEDED = {
  // The row of a redacted store is deleted in the same breath.
  "Store.status": ["REDACTED"],
  // A run that is still going would make every sweep answer 409.
  "RetentionRun.outcome": ["RUNNING"],
} as Record<string, string[]>;

describe("the seed on two databases", () => {
  const opened: { database: TestDatabase; db: Db }[] = [];
  beforeAll(async () => {
    for (const engine of ["sqlite", "postgres"] as const) {
      const database = await createTestDatabase(engine);
      opened.push({ database, db: await connectDatabase(database.url) });
    }
  });
  afterAll(async () => {
    for (const { database, db } of opened) {
      await db.$disconnect();
      await database.drop();
    }
  });

  it("writes the same rows into both, column by column, whatever key they are sealed with", async () => {
    const prints = [];
    for (const [i, { db }] of opened.entries()) {
      const own = seedKeys({ ENCRYPTION_KEY: `k${i}:${Buffer.alloc(32, i).toString("base64")}` });
      await seedDemo(db, own);
      prints.push(await seedFingerprint(db, own.keys));
    }
    expect(prints[0]).toEqual(prints[1]);
    expect(Object.keys(prints[0]!)).toEqual([...TABLES]);
  });
});

eachDatabase("the demo seed", ({ db }) => {
  beforeAll(async () => {
    const first = await seedDemo(db(), { keys });
    expect(first.inserted).toBe(first.rows);
  });

  it("changes nothing when it runs a second time, updatedAt included", async () => {
    const before = await seedFingerprint(db(), keys);
    const envelopes = await db().storeSecret.findMany({ orderBy: { id: "asc" } });
    expect(await seedDemo(db(), { keys })).toMatchObject({ inserted: 0 });
    expect(await seedFingerprint(db(), keys)).toEqual(before);
    expect(await db().storeSecret.findMany({ orderBy: { id: "asc" } })).toEqual(envelopes);
  });

  it("brings back a row that was deleted, and what hung on it", async () => {
    const before = await seedFingerprint(db(), keys);
    const messages = await db().ticketMessage.count({ where: { ticketId: idFor("Ticket", DOMAIN, 1) } });
    await db().ticket.delete({ where: { id: idFor("Ticket", DOMAIN, 1) } });
    const { inserted } = await seedDemo(db(), { keys });
    expect(inserted).toBeGreaterThan(messages);
    expect(await seedFingerprint(db(), keys)).toEqual(before);
  });

  it("leaves a row alone that somebody edited", async () => {
    const where = { id: idFor("StoreSettings", DOMAIN) };
    await db().storeSettings.update({ where, data: { thresholds: { highValueMinor: 1 } } });
    const edited = await db().storeSettings.findUnique({ where });
    expect(await seedDemo(db(), { keys })).toMatchObject({ inserted: 0 });
    expect(await db().storeSettings.findUnique({ where })).toEqual(edited);
    await db().storeSettings.delete({ where });
    await seedDemo(db(), { keys });
  });

  it("shows every value of every enum column, but for the two that would lie", async () => {
    const { enums, models } = readSchema("prisma/schema.prisma");
    const valuesOf = new Map(
      enums.map(({ name, values }) => [name, (values as { name: string }[]).map((v) => v.name)]),
    );
    for (const model of models)
      for (const field of model.fields.filter(({ kind }) => kind === "enum")) {
        const rows = await db().$queryRawUnsafe<{ value: string }[]>(
          `SELECT DISTINCT CAST("${field.name}" AS TEXT) AS "value" FROM "${model.name}" WHERE "${field.name}" IS NOT NULL`,
        );
        const column = `${model.name}.${field.name}`;
        const expected = valuesOf.get(field.type)!.filter((value) => !NEVER_SEEDED[column]?.includes(value));
        expect(rows.map(({ value }) => value).sort(), column).toEqual(expected.sort());
      }
  });

  it("gives every row an id in the shape of a cuid and no birthday after the seed's instant", async () => {
    for (const table of TABLES.filter((name) => name !== "Session")) {
      const rows = await db().$queryRawUnsafe<{ id: string }[]>(`SELECT "id" FROM "${table}"`);
      expect(
        rows.every(({ id }) => /^c[a-z0-9]{24}$/.test(id)),
        table,
      ).toBe(true);
      const model = (table[0]!.toLowerCase() + table.slice(1)) as "ticket";
      const late = await db()[model].count({
        where: { OR: [{ createdAt: { gt: SEED_NOW } }, { updatedAt: { gt: SEED_NOW } }] },
      });
      expect(late, table).toBe(0);
    }
  });

  it("is read by the app's own repositories, secrets and tokens included", async () => {
    const settings = await new StoreSettingsRepository(db(), storeId).find();
    expect(settings).toMatchObject({ version: 4, thresholds: { highValueMinor: 40_000, lowCoverDays: 14 } });
    const kpis = new KpiCacheRepository(db(), storeId);
    for (const kind of ["SALES", "ORDERS", "INVENTORY"] as const)
      expect((await kpis.listDays(kind, DEMO_DAYS[0]!, DEMO_DAYS[89]!)).map(({ day }) => day)).toEqual(
        DEMO_DAYS,
      );
    const secrets = new StoreSecretRepository(db(), storeId, keys);
    for (const { provider, lastFour } of await secrets.list())
      expect(lastFourOf(readCredential(provider, (await secrets.reveal(provider)) ?? ""))).toBe(lastFour);
    const session = await new EncryptedSessionStorage(async () => db(), keys).loadSession(
      `offline_${DOMAIN}`,
    );
    expect(session).toMatchObject({
      shop: DOMAIN,
      isOnline: false,
      expires: new Date("2026-11-16T16:00:00.000Z"),
    });
    const store = await db().store.findUniqueOrThrow({ where: { id: storeId } });
    expect(await open(keys, accessTokenPlace(storeId), store.accessToken!)).toBe(session?.accessToken);
  });

  it("has one secret whose rotation is overdue, and one that is due in nine days", async () => {
    const due = await db().storeSecret.findMany({
      where: { storeId },
      orderBy: { rotationReminderAt: "asc" },
    });
    const days = due.map(
      (secret) => (secret.rotationReminderAt!.getTime() - SEED_NOW.getTime()) / 86_400_000,
    );
    expect(days).toEqual([-12, 9, 46, 70]);
  });

  it("raises every flag rule at least twice and keeps about 34 for attention", async () => {
    const flags = await db().orderFlag.findMany({ where: { storeId } });
    const rules = new Set(flags.map((flag) => flag.rule));
    expect(rules.size).toBe(17);
    for (const rule of rules)
      expect(flags.filter((flag) => flag.rule === rule).length, rule).toBeGreaterThanOrEqual(2);
    expect(flags.filter((flag) => flag.status === "ATTENTION").length).toBe(34);
  });

  it("adds up every purchase order, and agrees with the stock that is on its way", async () => {
    const orders = await db().purchaseOrder.findMany({ where: { storeId }, include: { lines: true } });
    expect(orders.length).toBe(6);
    for (const order of orders)
      expect(order.totalMinor, order.number).toBe(
        order.lines.reduce((sum, line) => sum + BigInt(line.quantity) * line.unitCostMinor, 0n),
      );
    const coming = orders
      .filter((order) => order.status === "ORDERED" || order.status === "PARTIALLY_RECEIVED")
      .flatMap((order) => order.lines)
      .filter((line) => line.quantity > line.receivedQuantity)
      .map((line) => [line.sku, line.quantity - line.receivedQuantity]);
    const variants = demoCatalogue().products.flatMap((product) => product.variants);
    expect(new Map(coming as [string, number][])).toEqual(
      new Map(variants.filter(({ incoming }) => incoming).map(({ sku, incoming }) => [sku, incoming])),
    );
  });

  it("tells a thread in order, with the draft's text and what was sent instead", async () => {
    const tickets = await db().ticket.findMany({
      where: { storeId },
      include: { messages: { include: { draft: true }, orderBy: { writtenAt: "asc" } } },
    });
    expect(tickets.length).toBe(25);
    for (const ticket of tickets) {
      expect(ticket.messages[0]!.kind).toBe("CUSTOMER");
      expect(
        ticket.messages.every(({ body }) => !/[{}]/.test(body)),
        ticket.subject,
      ).toBe(true);
      for (const { kind, draft, body, sentAt } of ticket.messages) {
        expect(draft !== null, ticket.subject).toBe(kind === "AI_DRAFT");
        if (draft)
          expect([body, sentAt !== null]).toEqual([draft.humanEdit ?? draft.text, draft.approved === true]);
      }
    }
  });

  it("refuses a production database that holds a real shop", async () => {
    await expect(assertSeedable(db(), { production: true })).resolves.toBeUndefined();
    await db().store.create({ data: { shopDomain: "real-shop.myshopify.com", onboardingFlags: {} } });
    await expect(assertSeedable(db(), { production: true })).rejects.toThrow(
      /holds 1 real store \(real-shop/,
    );
    await expect(assertSeedable(db(), { production: false })).resolves.toBeUndefined();
    await db().store.delete({ where: { shopDomain: "real-shop.myshopify.com" } });
  });

  it("refuses a database in which the demo shop was installed by somebody else", async () => {
    await db().store.delete({ where: { shopDomain: DOMAIN } });
    await db().store.create({ data: { shopDomain: DOMAIN, onboardingFlags: {} } });
    await expect(assertSeedable(db(), { production: false })).rejects.toThrow(
      /already installed in this database/,
    );
  });
});

describe("SEED_SCALE", () => {
  it.each(["abc", "-1", "0", "1.5", "1e3", " 5", "1000000"])("is refused as %j with a sentence", (value) => {
    expect(() => parseScale(value)).toThrow(/^SEED_SCALE must be a whole number of stores from 1 to 999999/);
  });

  it.each([
    [undefined, undefined],
    ["1", 1],
    ["999999", 999_999],
  ])("reads %j as %j", (value, expected) => {
    expect(parseScale(value)).toBe(expected);
  });
});
