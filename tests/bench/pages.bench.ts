import { loadOverview } from "~/features/overview/overview.server";
import { listFlags } from "~/features/orders/orders.server";
import { StoreRepository } from "~/features/stores/store.repository.server";
import { connectDatabase, type Db } from "~/platform/db/client.server";
import { seedLoad } from "../../prisma/seed/load";
import { TEST_KEYS, T0 } from "../support/tenant-rows";
import type { BenchDatabases } from "./databases";
import { printRace, race } from "./measure";

/** What a page's loader costs in a database of one store, and in one of a thousand; and how fast those are seeded. */
export async function benchPages(
  databases: BenchDatabases,
  { stores, ...lengths }: { stores: number; rounds: number; perRound: number },
) {
  for (const engine of ["sqlite", "postgres"] as const) {
    const alone = await seeded(databases, engine, 1);
    const crowded = await seeded(databases, engine, stores);
    const overview = (db: Db) => async () =>
      loadOverview(db, await storeOf(db), { now: T0, range: "last-30-days" });
    const orders = (db: Db) => async () => listFlags(db, (await storeOf(db)).id, { status: "ATTENTION" }, T0);
    const many = `in a database of ${stores.toLocaleString("en-US")} stores`;
    const goal = { of: many, atMost: 1.2 };
    for (const [page, loader] of [
      ["Overview", overview],
      ["Orders", orders],
    ] as const)
      printRace(
        `${page} loader, ${engine}`,
        await race(
          [
            { name: "in a database of 1 store", run: loader(alone) },
            { name: many, run: loader(crowded) },
          ],
          lengths,
        ),
        goal,
      );
    await alone.$disconnect();
    await crowded.$disconnect();
  }
}

async function seeded(databases: BenchDatabases, engine: "sqlite" | "postgres", stores: number): Promise<Db> {
  const db = await connectDatabase(await databases.create(engine, `bench_pages_${engine}_${stores}`));
  const { rows, seconds } = await seedLoad(db, TEST_KEYS, stores, { onProgress: () => {}, connections: 10 });
  if (stores > 1)
    console.log(
      `\nSeed of ${stores.toLocaleString("en-US")} stores, ${engine}: ${rows.toLocaleString("en-US")} rows, ${Math.round(rows / seconds).toLocaleString("en-US")} rows/s`,
    );
  await db.$executeRawUnsafe("ANALYZE");
  return db;
}

async function storeOf(db: Db) {
  const store = await new StoreRepository(db).findByShopDomain("load-0001.myshopify.com");
  if (!store) throw new Error("The load seed has no load-0001.");
  return store;
}
