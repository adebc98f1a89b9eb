import { randomUUID } from "node:crypto";
import Database from "better-sqlite3";
import pg from "pg";
import { KpiCacheRepository } from "~/features/overview/kpi-cache.repository.server";
import { OrderFlagRepository } from "~/features/orders/order-flag.repository.server";
import { StoreSecretRepository } from "~/features/connections/store-secret.repository.server";
import { connectDatabase, type Db } from "~/platform/db/client.server";
import { parseDatabaseUrl } from "~/platform/db/database-url";
import { seedLoad } from "../../prisma/seed/load";
import { T0, TEST_KEYS } from "../support/tenant-rows";
import type { BenchDatabases } from "./databases";
import { printRace, race, type Contender, type Lengths } from "./measure";

type Bare = {
  read: (storeId: string) => Promise<unknown>;
  write: (storeId: string, i: number) => Promise<unknown>;
  close: () => Promise<void>;
};

const READ = `SELECT * FROM "OrderFlag" WHERE "storeId" = $1 AND "status" = 'ATTENTION' ORDER BY "createdAt" DESC, "id" DESC LIMIT 26`;
const PAYLOAD = {
  orders: 1,
  units: 2,
  customers: 1,
  returningCustomers: 0,
  firstTimeCustomers: 1,
  cancelled: 0,
};
const dayOf = (i: number) => new Date(Date.UTC(2000, 0, 1 + (i % 20_000))).toISOString().slice(0, 10);

/** @param stores how many there are; the figures are of one of them */
export async function benchRepositories(
  databases: BenchDatabases,
  { stores, ...lengths }: Lengths & { stores: number },
) {
  for (const engine of ["sqlite", "postgres"] as const) {
    const url = await databases.create(engine, `bench_repository_${engine}`);
    const db = await connectDatabase(url);
    await seedLoad(db, TEST_KEYS, stores, { onProgress: () => {}, connections: 3 });
    const { id } = await db.store.findFirstOrThrow({ orderBy: { shopDomain: "asc" } });
    const bare = await bareDriver(url);

    const flags = new OrderFlagRepository(db, id);
    const kpis = new KpiCacheRepository(db, id);
    printRace(
      `Read: one page of a store's flags, ${engine}`,
      await race(
        [
          { name: "bare driver, the same SELECT", run: () => bare.read(id) },
          { name: "OrderFlagRepository.list", run: () => flags.list({ status: "ATTENTION" }) },
        ],
        lengths,
      ),
    );
    printRace(
      `Write: upsert of one day's figures, ${engine}`,
      await race(
        [
          { name: "bare driver, INSERT … ON CONFLICT DO UPDATE", run: (i) => bare.write(id, i) },
          {
            name: "KpiCacheRepository.upsertDay",
            run: (i) =>
              kpis.upsertDay("ORDERS", dayOf(i), { currency: "USD", payload: PAYLOAD, computedAt: T0 }),
          },
        ],
        lengths,
      ),
    );
    await benchEncryption(db, id, engine, lengths);
    await bare.close();
    await db.$disconnect();
  }
}

/** The same queries with and without the cipher between them and the caller. */
async function benchEncryption(db: Db, storeId: string, engine: string, lengths: Lengths) {
  const secret = "x".repeat(255);
  const secrets = new StoreSecretRepository(db, storeId, TEST_KEYS);
  await secrets.upsert(
    "BING",
    { plaintext: secret, setBy: null, rotationReminderAt: null, lastFour: "", nextTestAt: null },
    T0,
  );
  const key = { where: { storeId_provider: { storeId, provider: "MCP" as const } } };
  const plain = {
    cipherText: secret,
    encryptionVersion: 0,
    keyId: "",
    fingerprint: "",
    lastFour: "xxxx",
    setBy: null,
    rotationReminderAt: null,
    lastRotatedAt: T0,
    nextTestAt: null,
  };
  const writePlain = () =>
    db.storeSecret.upsert({ ...key, create: { ...plain, storeId, provider: "MCP" }, update: plain });
  await writePlain();

  const reads: Contender[] = [
    { name: "plain", run: () => db.storeSecret.findUnique({ ...key, select: { cipherText: true } }) },
    { name: "encrypted, StoreSecretRepository.reveal", run: () => secrets.reveal("BING") },
  ];
  const writes: Contender[] = [
    { name: "plain", run: writePlain },
    {
      name: "encrypted, StoreSecretRepository.upsert",
      run: () =>
        secrets.upsert(
          "BING",
          { plaintext: secret, setBy: null, rotationReminderAt: null, lastFour: "", nextTestAt: null },
          T0,
        ),
    },
  ];
  printRace(`Encryption, read of a 255-byte secret, ${engine}`, await race(reads, lengths), {
    of: reads[1]!.name,
    atMost: 1.05,
  });
  printRace(`Encryption, write of a 255-byte secret, ${engine}`, await race(writes, lengths), {
    of: writes[1]!.name,
    atMost: 1.1,
  });
}

/** What the engine's driver does without Prisma and without us: the limit. */
async function bareDriver(url: string): Promise<Bare> {
  const address = parseDatabaseUrl(url);
  if (address.engine === "sqlite") {
    const file = new Database(address.file);
    file.pragma("journal_mode = WAL");
    file.pragma("synchronous = FULL");
    const read = file.prepare(READ.replace("$1", "?1"));
    const write = file.prepare(upsertSql("?", "datetime('now')"));
    return {
      read: async (storeId) => read.all(numbered([storeId])),
      write: async (storeId, i) => write.run(numbered(upsertValues(storeId, i))),
      close: async () => void file.close(),
    };
  }
  const pool = new pg.Pool({ connectionString: address.url });
  return {
    read: (storeId) => pool.query(READ, [storeId]),
    write: (storeId, i) => pool.query(upsertSql("$", "now()"), upsertValues(storeId, i)),
    close: () => pool.end(),
  };
}

/** better-sqlite3 takes numbered parameters by name. */
const numbered = (values: string[]) => Object.fromEntries(values.map((value, i) => [i + 1, value]));

/** `p` is the engine's mark of a numbered parameter. */
function upsertSql(p: "?" | "$", now: string): string {
  return `INSERT INTO "KpiCache" ("id", "storeId", "kind", "fromDay", "toDay", "currency", "payload", "computedAt", "expiresAt", "updatedAt")
    VALUES (${p}1, ${p}2, 'SALES', ${p}3, ${p}3, 'USD', ${p}4, ${p}5, ${p}5, ${now})
    ON CONFLICT ("storeId", "kind", "fromDay", "toDay") DO UPDATE SET "payload" = excluded."payload", "computedAt" = excluded."computedAt", "expiresAt" = excluded."expiresAt", "updatedAt" = excluded."updatedAt"`;
}

function upsertValues(storeId: string, i: number): string[] {
  return [randomUUID(), storeId, dayOf(i), JSON.stringify(PAYLOAD), T0.toISOString()];
}
