import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { OrderFlagRepository } from "~/features/orders/order-flag.repository.server";
import { StoreRepository } from "~/features/stores/store.repository.server";
import { connectDatabase, inTransaction, type Db } from "~/platform/db/client.server";
import { databaseNow } from "~/platform/db/clock.server";
import { migrationState } from "~/platform/db/migration-state.server";
import { createTestDatabase, type TestDatabase } from "../support/databases";
import { databaseUrl } from "../support/global-setup";
import { startPgBouncer, type Pooler } from "../support/pgbouncer";
import { insertTenant, T0 } from "../support/tenant-rows";

describe("through PgBouncer in transaction mode", () => {
  let database: TestDatabase;
  let pooler: Pooler;
  const clients: Db[] = [];

  beforeAll(async () => {
    database = await createTestDatabase("postgres");
    pooler = await startPgBouncer(inject("postgresUrl"), 5);
    const url = databaseUrl(pooler.url, new URL(database.url).pathname.slice(1));
    for (let i = 0; i < 2; i++) clients.push(await connectDatabase(url, { maxConnections: 25 }));
  });

  afterAll(async () => {
    await Promise.all(clients.map((client) => client.$disconnect()));
    await pooler?.stop();
    await database?.drop();
  });

  it("serves ten thousand queries of fifty connections over five servers without an error", async () => {
    const tenant = await insertTenant(clients[0]!, "pooled");
    const errors: unknown[] = [];
    let answered = 0;
    const worker = async (db: Db) => {
      for (let i = 0; i < 200; i++) {
        const { items } = await new OrderFlagRepository(db, tenant.storeId).list({ rule: "HIGH_VALUE" });
        answered += items.length;
      }
    };
    const workers = Array.from({ length: 50 }, (_, i) =>
      worker(clients[i % 2]!).catch((error: unknown) => errors.push(error)),
    );
    await Promise.all(workers);
    expect({ errors, answered }).toEqual({ errors: [], answered: 10_000 });
  });

  it("keeps transactions whole", async () => {
    const work = (n: number) =>
      inTransaction(clients[n % 2]!, async (tx) => {
        await new StoreRepository(tx).upsertInstalled(`tx-${n}.myshopify.com`, "", T0);
        if (n % 3 === 0) throw new Error("no");
      }).catch(() => undefined);
    await Promise.all(Array.from({ length: 30 }, (_, n) => work(n)));
    expect(await clients[0]!.store.count({ where: { shopDomain: { startsWith: "tx-" } } })).toBe(20);
  });

  it("tells the time and the state of the migrations", async () => {
    expect(Math.abs((await databaseNow(clients[0]!)).getTime() - Date.now())).toBeLessThan(2_000);
    expect(await migrationState(clients[0]!)).toEqual({ state: "current" });
  });
});
