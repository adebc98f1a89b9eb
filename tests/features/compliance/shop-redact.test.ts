/** shop/redact, proven by a look at every column of every table that the database's catalogue knows. */
import { beforeEach, expect, it } from "vitest";
import { listComplianceRequests } from "~/features/compliance/compliance.server";
import { sealSubject } from "~/features/compliance/record-request.server";
import { ShopDataRepository } from "~/features/compliance/shop-data.repository.server";
import { DAY_MS } from "~/platform/clock";
import type { Db } from "~/platform/db/client.server";
import { dump, listColumns, scan } from "../../support/catalogue-scan";
import { shopRedact } from "../../support/customer-payloads";
import { eachDatabase } from "../../support/databases";
import { attempt, cutAt, Killed, storeDelivery } from "../../support/attempts";
import { tenantModels } from "../../support/schema";
import { insertTenant, T0, TEST_KEYS, type Tenant } from "../../support/tenant-rows";

let shops = 0;

/** Names of other rows, and words that the tables' unique keys or their readers need as they are. */
const isFreeText = ({ table, column }: { table: string; column: string }) =>
  !/^(id|storeId|shopDomain|shop|\w+Id)$/.test(column) &&
  !["JobLease", "RetentionRun", "ComplianceRequest"].includes(table);

/** A shop that is gone, with a row in every table. */
async function shopThatLeft(db: Db, status: "UNINSTALLED" | "ACTIVE" | "REDACTED" = "UNINSTALLED") {
  const tenant = await insertTenant(db, `left-${shops++}-${db.engine}`);
  const { marker, shopDomain, storeId } = tenant;
  await db.session.create({
    data: { id: `offline_${shopDomain}`, shop: shopDomain, state: marker, accessToken: marker },
  });
  // Deliveries and registrations of before its store was known.
  await storeDelivery(db, {
    topic: "orders/create",
    shopDomain,
    payload: `{"of":"${marker}"}`,
    status: "DEAD",
  });
  await db.webhookEvent.updateMany({ where: { shopDomain, status: "DEAD" }, data: { storeId: null } });
  const request = await db.complianceRequest.create({
    data: { shopDomain, topic: "CUSTOMERS_DATA_REQUEST", receivedAt: T0, dueAt: T0, result: {} },
  });
  const subject = await sealSubject(TEST_KEYS, request, {
    ...{ customerId: null, email: `${marker}@example.com`, phone: null, orderIds: [] },
  });
  await db.complianceRequest.update({ where: { id: request.id }, data: { subject } });
  await db.store.update({ where: { id: storeId }, data: { status, installedAt: T0 } });
  return tenant;
}

/** Where insertTenant leaves its marker within JSON. */
const JSON_COLUMNS = [
  ...["StoreSettings.lastRotationDates", "OrderFlag.evidence", "Ticket.tags", "Ticket.metadata"],
  ...["TicketMessage.metadata", "SeoInsight.evidence", "WebhookEvent.payload"],
];

/** Postgres has types of its own for these; in SQLite's text columns our code expects their words. */
const ENUMS = new Set(
  tenantModels()
    .flatMap(({ name, fields }) => fields.map((field) => ({ ...field, name: `${name}.${field.name}` })))
    .filter(({ kind }) => kind === "enum")
    .map(({ name }) => name)
    .concat("Store.status", "Store.planLevel"),
);

/** The shop's marker in front of every free text of its rows. Returns where. */
async function plant(
  db: Db,
  { marker, storeId, shopDomain }: { marker: string; storeId: string; shopDomain: string },
): Promise<string[]> {
  const columns = await listColumns(db);
  const owners = { Store: ["id", storeId], Session: ["shop", shopDomain] } as Record<string, string[]>;
  const texts = columns.filter(
    ({ table, column, isText }) =>
      isText && isFreeText({ table, column }) && !ENUMS.has(`${table}.${column}`),
  );
  const [a, b] = db.engine === "postgres" ? ["$1", "$2"] : ["?", "?"];
  for (const { table, column } of texts) {
    const [key, value] = owners[table] ?? ["storeId", storeId];
    await db.$executeRawUnsafe(
      `UPDATE "${table}" SET "${column}" = ${a} || coalesce("${column}", '') WHERE "${key}" = ${b}`,
      marker,
      value,
    );
  }
  return texts.map(({ table, column }) => `${table}.${column}`);
}

eachDatabase("shop/redact", ({ db }) => {
  beforeEach(async () => {
    await db().complianceRequest.deleteMany();
    await db().webhookEvent.deleteMany();
    await db().session.deleteMany();
    await db().store.deleteMany();
  });
  const send = (shopDomain: string, more: object = {}) =>
    storeDelivery(db(), {
      ...{ topic: "shop/redact", shopDomain, payload: shopRedact(shopDomain) },
      ...{ triggeredAt: new Date(T0.getTime() + 2 * DAY_MS), ...more },
    });
  const requestOf = (shopDomain: string) =>
    db().complianceRequest.findFirstOrThrow({ where: { shopDomain, topic: "SHOP_REDACT" } });
  const traces = (...shops: { marker: string; storeId: string; shopDomain: string }[]) =>
    scan(
      db(),
      shops.flatMap(({ marker, storeId, shopDomain }) => [
        marker,
        storeId,
        shopDomain,
        shopDomain.split(".")[0]!,
      ]),
    );

  it("leaves nothing in any column of any table but the proof's own domain, and another shop as it was", async () => {
    const other = await shopThatLeft(db());
    const before = await dump(db(), () => false);
    const left = await shopThatLeft(db());
    const texts = await plant(db(), left);
    const planted = await traces(left);
    for (const model of tenantModels()) expect(planted.join(), model.name).toContain(`${model.name}.`);
    expect(texts.length).toBeGreaterThan(60);
    expect(planted).toEqual(expect.arrayContaining([...texts, ...JSON_COLUMNS]));

    const event = await send(left.shopDomain);
    expect(await attempt(db(), event)).toEqual({ erased: true });
    expect(await traces(left)).toEqual(["ComplianceRequest.shopDomain"]);
    expect(await db().webhookEvent.findUnique({ where: { id: event } })).toBeNull();
    const after = await dump(
      db(),
      (table, row) => table === "ComplianceRequest" && row.shopDomain === left.shopDomain,
    );
    expect(after).toEqual(before);
    expect(before.Ticket!.join()).toContain(other.marker);
  });

  it("is proven by a request that says how much there was, and nothing of whom", async () => {
    const left = await shopThatLeft(db());
    await attempt(db(), await send(left.shopDomain));
    const request = await requestOf(left.shopDomain);
    expect(request).toMatchObject({ status: "COMPLETED", closedAt: T0, subject: null });
    const { deleted, remaining } = request.result as { deleted: Record<string, number>; remaining: number };
    expect(remaining).toBe(0);
    expect(deleted).toEqual({
      ...{ Store: 1, Session: 1, StoreSettings: 1, StoreSecret: 1, KpiCache: 1, OrderFlag: 3, Ticket: 1 },
      ...{ TicketMessage: 1, AiDraft: 1, SeoInsight: 1, ProductVelocity: 1, PurchaseOrder: 1 },
      ...{ PurchaseOrderLine: 1, ConnectionEvent: 1, WebhookRegistry: 1, WebhookEvent: 3 },
    });
    expect(
      await listComplianceRequests(db(), TEST_KEYS, left.shopDomain, "gid://shopify/StaffMember/1"),
    ).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ topic: "SHOP_REDACT", rows: 20 }),
        expect.objectContaining({ topic: "CUSTOMERS_DATA_REQUEST", status: "SKIPPED", hasReport: false }),
      ]),
    );
  });

  it.each([
    ["a text", `UPDATE "JobLease" SET "runId" = '$'`],
    ["a JSON value", `UPDATE "RetentionRun" SET "policies" = '[{"name":"$"}]'`],
  ])("would be found out by %s that stayed behind", async (_, statement) => {
    const left = await shopThatLeft(db());
    await db().jobLease.upsert({
      where: { name: "refresh" },
      create: { name: "refresh", runId: "r", expiresAt: T0 },
      update: { runId: "r" },
    });
    await db().retentionRun.deleteMany();
    await db().retentionRun.create({ data: { startedAt: T0, policies: [] } });
    await attempt(db(), await send(left.shopDomain));
    expect(await traces(left)).toEqual(["ComplianceRequest.shopDomain"]);
    await db().$executeRawUnsafe(statement.replace("$", left.marker));
    expect(await traces(left)).toHaveLength(2);
    await db().jobLease.deleteMany();
    await db().retentionRun.deleteMany();
  });

  it("finds a table that was added after it was written", async () => {
    await db().$executeRawUnsafe(
      `CREATE TABLE "Tomorrow" ("id" TEXT PRIMARY KEY, "storeId" TEXT, "words" TEXT, "ticketId" TEXT)`,
    );
    try {
      const left = await shopThatLeft(db());
      const insert = (id: string, storeId: string) =>
        db().$executeRawUnsafe(
          `INSERT INTO "Tomorrow" VALUES ('${id}', '${storeId}', '${left.marker}', 't')`,
        );
      await insert("1", left.storeId);
      await attempt(db(), await send(left.shopDomain));
      expect(await traces(left)).toEqual(["ComplianceRequest.shopDomain"]);
      expect((await requestOf(left.shopDomain)).result).toMatchObject({ deleted: { Tomorrow: 1 } });
    } finally {
      await db().$executeRawUnsafe(`DROP TABLE "Tomorrow"`);
    }
  });

  it("takes children before their parents, and knows every table that has an owner", async () => {
    const tables = (await new ShopDataRepository(db(), { shopDomain: "x", storeId: "x" }).listTables()).map(
      ({ table }) => table,
    );
    expect([...tables].sort()).toEqual([...tenantModels().map(({ name }) => name), "Session"].sort());
    const at = (name: string) => tables.indexOf(name);
    expect(at("AiDraft")).toBeLessThan(at("TicketMessage"));
    expect(at("TicketMessage")).toBeLessThan(at("Ticket"));
    expect(at("PurchaseOrderLine")).toBeLessThan(at("PurchaseOrder"));
  });

  it("spares a shop that has installed again since it uninstalled, and says so", async () => {
    const here = await shopThatLeft(db(), "ACTIVE");
    await db().store.updateMany({ data: { installedAt: new Date(T0.getTime() + 1) } });
    const own = (table: string) => table === "WebhookEvent" || table === "ComplianceRequest";
    const before = await dump(db(), own);
    const triggeredAt = new Date(T0.getTime() + 2 * DAY_MS);
    expect(await attempt(db(), await send(here.shopDomain, { triggeredAt }))).toEqual({
      skipped: "The shop has installed Backroom again, so its data stays.",
    });
    expect(await dump(db(), own)).toEqual(before);
    expect(await requestOf(here.shopDomain)).toMatchObject({
      ...{ status: "SKIPPED", result: { reason: expect.stringContaining("installed Backroom again") } },
    });
  });

  it("neither erases nor closes when the shop counts as installed since before it uninstalled", async () => {
    const here = await shopThatLeft(db(), "ACTIVE");
    const own = (table: string) => table === "WebhookEvent" || table === "ComplianceRequest";
    const before = await dump(db(), own);
    const event = await send(here.shopDomain, { triggeredAt: new Date(T0.getTime() + 2 * DAY_MS) });
    await expect(attempt(db(), event)).rejects.toThrow("counts as installed");
    expect(await dump(db(), own)).toEqual(before);
    expect(await requestOf(here.shopDomain)).toMatchObject({ status: "FAILED", closedAt: null });
    // As the runbook says
    await db().$executeRawUnsafe(
      `UPDATE "Store" SET "status" = 'UNINSTALLED', "accessToken" = NULL WHERE "shopDomain" = '${here.shopDomain}'`,
    );
    expect(await attempt(db(), event)).toEqual({ erased: true });
  });

  it("spares a shop that came and left again since Shopify sent it, and no other", async () => {
    const left = await shopThatLeft(db());
    const triggeredAt = new Date(T0.getTime() - 1);
    expect(await attempt(db(), await send(left.shopDomain, { triggeredAt }))).toMatchObject({
      skipped: expect.any(String),
    });
    expect(await attempt(db(), await send(left.shopDomain, { triggeredAt: T0 }))).toEqual({ erased: true });
  });

  it("stops where it is when the shop comes back while its rows go", async () => {
    const left = await shopThatLeft(db());
    const event = await send(left.shopDomain);
    let transactions = 0;
    const returning = new Proxy(db(), {
      get: (target, name) => {
        if (name !== "$transaction") return Reflect.get(target, name, target) as unknown;
        return async (work: never) => {
          if (transactions++ === 4)
            await target.store.update({
              where: { id: left.storeId },
              data: { status: "ACTIVE", installedAt: new Date(T0.getTime() + 365 * DAY_MS) },
            });
          return target.$transaction(work);
        };
      },
    });
    expect(await attempt(returning, event)).toMatchObject({ skipped: expect.stringContaining("installed") });
    expect(await db().store.count({ where: { id: left.storeId, status: "ACTIVE" } })).toBe(1);
    expect(await db().storeSettings.count({ where: { storeId: left.storeId } })).toBe(1);
    const { deleted } = (await requestOf(left.shopDomain)).result as { deleted: Record<string, number> };
    expect(Object.keys(deleted)).toHaveLength(4);
  });

  it("deletes what lies here of a shop that has no store", async () => {
    const left = await shopThatLeft(db());
    await db().webhookEvent.updateMany({ data: { storeId: null } });
    await db().webhookRegistry.updateMany({ data: { storeId: null } });
    await db().store.deleteMany();
    expect(await traces(left)).toEqual(
      expect.arrayContaining(["Session.shop", "WebhookEvent.payload", "WebhookRegistry.callbackUrl"]),
    );
    expect(await attempt(db(), await send(left.shopDomain))).toEqual({ erased: true });
    expect(await traces(left)).toEqual(["ComplianceRequest.shopDomain"]);
    expect((await requestOf(left.shopDomain)).result).toEqual({
      ...{ deleted: { Session: 1, WebhookEvent: 3, WebhookRegistry: 1 }, remaining: 0 },
    });
  });

  it("leaves a shop alone that only the unsigned header names", async () => {
    const left = await shopThatLeft(db());
    const event = await storeDelivery(db(), {
      ...{ topic: "shop/redact", shopDomain: left.shopDomain, payload: shopRedact("other.myshopify.com") },
    });
    const before = await dump(db(), (table) => table === "WebhookEvent");
    expect(await attempt(db(), event)).toMatchObject({ skipped: expect.stringContaining("another shop") });
    expect(await dump(db(), (table) => table === "WebhookEvent")).toEqual(before);
  });

  it("delivered once more after its end it erases the nothing that is there, under the same request", async () => {
    const left = await shopThatLeft(db());
    await attempt(db(), await send(left.shopDomain, { webhookId: "once-more" }));
    const before = await requestOf(left.shopDomain);
    expect(await attempt(db(), await send(left.shopDomain, { webhookId: "once-more" }))).toEqual({
      erased: true,
    });
    expect(await traces(left)).toEqual(["ComplianceRequest.shopDomain"]);
    expect(await requestOf(left.shopDomain)).toMatchObject({ id: before.id, result: before.result });
  });

  it("ends the same when it is cut at any step and tried again", async () => {
    let cuts = 0;
    const erased: Tenant[] = [];
    for (let n = 0, survived = false; !survived; n++)
      for (const where of ["inside", "after"] as const) {
        const left = await shopThatLeft(db());
        erased.push(left);
        const event = await send(left.shopDomain);
        try {
          await attempt(cutAt(db(), n, where), event);
          survived = true;
        } catch (error) {
          if (!(error instanceof Killed)) throw error;
          cuts += 1;
          // Cut after its last commit there is nothing left to try again.
          if (await db().webhookEvent.count({ where: { id: event } })) await attempt(db(), event);
        }
        const { result } = await requestOf(left.shopDomain);
        const { deleted } = result as { deleted: Record<string, number> };
        expect(Object.values(deleted).reduce((sum, count) => sum + count, 0)).toBe(20);
      }
    expect(await traces(...erased)).toEqual(["ComplianceRequest.shopDomain"]);
    expect(cuts).toBeGreaterThanOrEqual(2 * tenantModels().length);
  });

  it("takes more rows than a batch holds", async () => {
    const left = await shopThatLeft(db());
    await db().kpiCache.createMany({
      data: Array.from({ length: 1200 }, (_, i) => ({
        ...{
          storeId: left.storeId,
          kind: "SALES" as const,
          fromDay: `d${i}`,
          toDay: `d${i}`,
          currency: "USD",
        },
        ...{ payload: {}, computedAt: T0, expiresAt: T0 },
      })),
    });
    await attempt(db(), await send(left.shopDomain));
    expect(await traces(left)).toEqual(["ComplianceRequest.shopDomain"]);
    expect((await requestOf(left.shopDomain)).result).toMatchObject({ deleted: { KpiCache: 1201 } });
  });
});
