/** Two environments in one database, each in a schema of its own, beside tables of the same names that are neither's. */
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { DueRepository } from "~/features/connections/due.repository.server";
import { loadRetention } from "~/features/retention/retention.server";
import { WebhookInboxRepository } from "~/features/webhooks/webhook-inbox.repository.server";
import { WebhookInboxOfShop } from "~/features/webhooks/webhook-inbox-of-shop.repository.server";
import { connectDatabase, type Db } from "~/platform/db/client.server";
import { migrationState } from "~/platform/db/migration-state.server";
import { withSchema } from "~/platform/db/postgres-address";
import { main as inbox } from "../../ops/inbox";
import { main as retention } from "../../ops/retention";
import { main as rewrap } from "../../ops/rewrap";
import { main as seed } from "../../prisma/seed";
import { DEVELOPMENT_ENCRYPTION_KEY } from "../../prisma/seed/keys";
import { markRolledBack } from "../../prisma/resolve";
import { APP_ENVIRONMENT } from "../support/app-process";
import { runMain } from "../support/commands";
import { customerRedact, shopRedact } from "../support/customer-payloads";
import { createTestDatabase, type TestDatabase } from "../support/databases";
import { delivery } from "../support/deliveries";
import { applyMigrations, migrationNames } from "../support/migrations";
import { administer, databaseUrl } from "../support/postgres";
import { readSchema } from "../support/schema";
import { insertTenant, type Tenant } from "../support/tenant-rows";

const { models, enums } = readSchema("prisma/schema.prisma");

describe("two environments in one database of Postgres", () => {
  let database: TestDatabase;
  let direct = "";
  const urls = { production: "", staging: "", nowhere: "" };
  let production: Db;
  let staging: Db;
  let tenant: Tenant;

  beforeAll(async () => {
    database = await createTestDatabase("postgres");
    direct = databaseUrl(inject("postgresUrl"), new URL(database.url).pathname.slice(1));
    await administer(direct, "ALTER SCHEMA public RENAME TO production", "CREATE SCHEMA public");
    // A statement that names no schema finds these, and fails.
    await administer(
      direct,
      ...[...models.map(({ name }) => name), "_prisma_migrations"].map(
        (name) => `CREATE TABLE public."${name}" (decoy int)`,
      ),
      ...enums.map(({ name }) => `CREATE TYPE public."${name}" AS ENUM ('DECOY')`),
    );
    for (const name of ["production", "staging", "nowhere"] as const)
      urls[name] = withSchema(database.url, name);
    await applyMigrations(withSchema(direct, "staging"));
    production = await connectDatabase(urls.production);
    staging = await connectDatabase(urls.staging);
    tenant = await insertTenant(production, "production");
  });
  afterAll(async () => {
    await Promise.all([production, staging].map((db) => db?.$disconnect()));
    await database?.drop();
  });

  const environment = (changes: Record<string, string> = {}) => ({
    ...APP_ENVIRONMENT,
    ...{ DATABASE_URL: urls.staging, ENCRYPTION_KEY: DEVELOPMENT_ENCRYPTION_KEY, ...changes },
  });

  it("are each told their own state of the migrations", async () => {
    expect(await migrationState(production)).toEqual({ state: "current" });
    expect(await migrationState(staging)).toEqual({ state: "current" });
    const nowhere = await connectDatabase(urls.nowhere);
    expect(await migrationState(nowhere)).toMatchObject({ state: "pending" });
    await nowhere.$disconnect();
  });

  it("are each seeded, swept, sealed again and worked on alone", async () => {
    const before = await counts(production);
    for (const [main, ...args] of [[seed], [retention], [rewrap], [rewrap, "--dry-run"], [inbox]] as const)
      expect(await runMain(main, args, environment())).toMatchObject({ code: 0, error: "" });
    expect(await staging.store.count()).toBeGreaterThan(0);
    expect(await staging.retentionRun.count()).toBeGreaterThan(0);
    expect(await counts(production)).toEqual(before);
  });

  it("erase a customer and a shop in the one, and not in the other", async () => {
    const before = await counts(production);
    await insertTenant(staging, "production");
    const { shopDomain } = tenant;
    await staging.store.updateMany({ where: { shopDomain }, data: { status: "UNINSTALLED" } });
    await new WebhookInboxRepository(staging).insert([
      delivery({
        shopDomain,
        topic: "orders/updated",
        payload: '{"customer":{"email":"ann.lee@example.com"}}',
      }),
      delivery({ shopDomain, topic: "customers/redact", payload: customerRedact(shopDomain) }),
    ]);
    expect(await runMain(inbox, [], environment())).toMatchObject({ code: 0, error: "" });
    await new WebhookInboxRepository(staging).insert([
      delivery({ shopDomain, topic: "shop/redact", payload: shopRedact(shopDomain) }),
    ]);
    expect(await runMain(inbox, [], environment())).toMatchObject({ code: 0, error: "" });
    expect(
      await staging.complianceRequest.findMany({ where: { shopDomain }, select: { status: true } }),
    ).toEqual([{ status: "COMPLETED" }, { status: "COMPLETED" }]);
    expect(await staging.store.count({ where: { shopDomain } })).toBe(0);
    expect(await counts(production)).toEqual(before);
  });

  it("show and replay their own", async () => {
    const { shopDomain } = tenant;
    const inboxes = [production, staging].map((db) => new WebhookInboxOfShop(db, shopDomain));
    const [ours, theirs] = await Promise.all(inboxes.map((one) => one.find(tenant.deadWebhook)));
    expect([ours?.webhookId, theirs]).toEqual([tenant.deadWebhook, null]);
    const now = new Date();
    const replayed = inboxes.map((one) => one.replay({ status: "DEAD" }, "test", now));
    expect(await Promise.all(replayed)).toEqual([1, 0]);
    expect((await new DueRepository(production).countFailing()).size).toBe(0);
    const { due } = await loadRetention(staging, { id: tenant.storeId, shopDomain }, { now, days: {} });
    expect(due.map((line) => line.due?.count)).toEqual(due.map(() => 0));
  });

  it("resolve their own failed migration", async () => {
    const last = migrationNames("postgres").at(-1)!;
    await administer(
      direct,
      `UPDATE staging."_prisma_migrations" SET finished_at = NULL WHERE migration_name = '${last}'`,
    );
    expect(await migrationState(staging)).toMatchObject({ state: "failed", names: [last] });
    expect(await migrationState(production)).toEqual({ state: "current" });
    await markRolledBack(staging, last);
    expect(await migrationState(staging)).toMatchObject({ state: "pending", names: [last] });
  });

  async function counts(db: Db) {
    const { rows } = await db.pool!.query<{ name: string; rows: string }>(
      `SELECT relname AS name, (xpath('/row/c/text()', query_to_xml(format('SELECT count(*) AS c, md5(string_agg(t::text, '''' ORDER BY t::text)) FROM %I.%I t', nspname, relname), false, true, '')))[1]::text AS rows
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE relkind = 'r' AND nspname = $1 ORDER BY 1`,
      [db.schema],
    );
    return rows;
  }
});
