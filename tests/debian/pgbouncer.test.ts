import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { OrderFlagRepository } from "~/features/orders/order-flag.repository.server";
import { StoreRepository } from "~/features/stores/store.repository.server";
import { connectDatabase, inTransaction, type Db } from "~/platform/db/client.server";
import { databaseNow } from "~/platform/db/clock.server";
import { migrationState } from "~/platform/db/migration-state.server";
import type { Main } from "~/platform/command.server";
import type { Source } from "~/platform/env.server";
import { main as backup } from "../../ops/backup";
import { main as restore } from "../../ops/restore";
import { main as verify } from "../../ops/verify";
import { postgresMigrateAdapter } from "../../prisma/postgres-migrate-adapter";
import { createFolder, createKeyPair } from "../support/backups";
import { runMain } from "../support/commands";
import { createTestDatabase, type TestDatabase } from "../support/databases";
import { databaseUrl } from "../support/postgres";
import { startPgBouncer, type Pooler } from "../support/pgbouncer";
import { insertTenant, T0 } from "../support/tenant-rows";

describe("through PgBouncer in transaction mode", () => {
  let database: TestDatabase;
  let pooler: Pooler;
  let url: string;
  const clients: Db[] = [];

  beforeAll(async () => {
    database = await createTestDatabase("postgres");
    pooler = await startPgBouncer(inject("postgresUrl"), 5);
    url = databaseUrl(pooler.url, new URL(database.url).pathname.slice(1));
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

  it("migrates only where its connections find the schema by themselves, and sets nothing on them", async () => {
    const adapter = await postgresMigrateAdapter(url).connect();
    await adapter.dispose();
    const error: unknown = await postgresMigrateAdapter(`${url}?schema=staging`)
      .connect()
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "SCHEMA_UNREACHABLE",
      message: expect.stringMatching(/pooler.*"public" and not in "staging".*DIRECT_URL/) as string,
    });
    const paths = await Promise.all(
      Array.from({ length: 20 }, () =>
        clients[0]!.$queryRawUnsafe<[{ search_path: string }]>("SHOW search_path"),
      ),
    );
    expect(new Set(paths.map(([row]) => row.search_path))).toEqual(new Set([`"$user", public`]));
  });

  it("neither dumps nor restores, which would spoil its connections, until DIRECT_URL leads past it", async () => {
    const [keys, folder] = [await createKeyPair(), createFolder()];
    const pooled = {
      ...{ DATABASE_URL: url, BACKUP_ENVIRONMENT: "test", BACKUP_FOLDER: folder.folder },
      ...{ BACKUP_RECIPIENT: keys.recipient, BACKUP_IDENTITY: keys.identity },
    };
    const refused = {
      code: 2,
      error: expect.stringMatching(/^The database "\w+" at \S+ .*DIRECT_URL/) as string,
    };
    const run = (main: Main, environment: Source, ...args: string[]) => runMain(main, args, environment);
    expect(await run(backup, pooled)).toMatchObject(refused);
    expect(await folder.list()).toEqual([]);

    const direct = { ...pooled, DIRECT_URL: database.url };
    expect(await run(backup, direct)).toMatchObject({ code: 0, error: "" });
    const file = folder.path((await folder.list()).find(({ file }) => file.endsWith(".age"))!.file);
    expect(await run(restore, pooled, file, "--yes")).toMatchObject(refused);
    expect(await run(verify, pooled, file)).toMatchObject(refused);
    expect(await run(verify, direct, file)).toMatchObject({ code: 0, error: "" });

    // Every connection of the pooler still finds tables that are not named with their schema.
    const statements = Array.from({ length: 50 }, (_, n) =>
      clients[n % 2]!.$queryRawUnsafe(`SELECT count(*) FROM "JobLease"`),
    );
    expect(await Promise.all(statements)).toHaveLength(50);
  });
});
