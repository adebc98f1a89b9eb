/** What happens behind the door: how fast workers empty the inbox, and whether taking from it stays cheap when it is full. */
import { randomUUID } from "node:crypto";
import pg from "pg";
import { WebhookInboxRepository } from "~/features/webhooks/webhook-inbox.repository.server";
import { databaseNow } from "~/platform/db/clock.server";
import { connectDatabase, type Db } from "~/platform/db/client.server";
import { SHOPS } from "../../support/webhook-requests";
import type { BenchDatabases } from "../databases";
import { printRace, race, type Contender } from "../measure";
import { installShops, startDoor, type Door } from "./doors";
import { fillInbox } from "./inbox-rows";

export type InboxSizes = {
  /** Events that the workers work through, and how many workers do */
  work: number;
  workers: number[];
  /** Rows of the small inbox and of the large one */
  few: number;
  many: number;
  /** Claims of each of them: rounds, and claims in a round */
  rounds: number;
  perRound: number;
};

export const INBOX_SHORT: InboxSizes = {
  ...{ work: 100, workers: [1], few: 500, many: 1_000 },
  ...{ rounds: 1, perRound: 5 },
};
export const INBOX_LONG: InboxSizes = {
  ...{ work: 20_000, workers: [1, 2, 4], few: 10_000, many: 1_000_000 },
  ...{ rounds: 21, perRound: 50 },
};

export async function benchInbox(databases: BenchDatabases, sizes: InboxSizes) {
  const url = await databases.create("postgres", "bench_inbox");
  await installShops(url);
  console.log(`\nInbox of ${SHOPS} shops, ${sizes.work} × orders/create with the real handler, postgres`);
  for (const workers of sizes.workers)
    console.log(
      `  ${workers} worker process${workers === 1 ? "  " : "es"} ${Math.round(await throughput(url, workers, sizes.work))} events/s`,
    );
  await benchClaim(databases, sizes);
}

/**
 * The builds begin at the same instant: while they start, the table is held by the very transaction that fills it. Events per
 * second from its commit to the last event's end, by the database's clock.
 */
async function throughput(url: string, workers: number, count: number): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`TRUNCATE "WebhookEvent"`);
  await client.query("BEGIN");
  await client.query(`LOCK TABLE "WebhookEvent" IN EXCLUSIVE MODE`);
  await fillInbox((text, values) => client.query(text, values), { count, status: "RECEIVED", orders: true });
  const processes: Door[] = [];
  for (let i = 0; i < workers; i++) processes.push(await startDoor("ours", url, { INBOX_WORKER: "on" }));
  // Whoever polls once a second has now asked, and waits for the lock.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const { rows } = await client.query<{ now: Date }>("SELECT clock_timestamp() AS now");
  await client.query("COMMIT");
  const seconds = await untilDone(client, rows[0]!.now);
  for (const one of processes) await one.stop();
  await client.end();
  return count / seconds;
}

async function untilDone(client: pg.Client, since: Date): Promise<number> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    const { rows } = await client.query<{ open: string; failed: string; seconds: number }>(
      `SELECT count(*) FILTER (WHERE "processedAt" IS NULL) AS open,
              count(*) FILTER (WHERE "status" IN ('FAILED', 'DEAD')) AS failed,
              extract(epoch FROM max("processedAt" AT TIME ZONE 'UTC') - $1::timestamptz)::float8 AS seconds
       FROM "WebhookEvent"`,
      [since],
    );
    if (rows[0]!.failed !== "0")
      throw new Error(`${rows[0]!.failed} events failed; the handlers do not work here.`);
    if (rows[0]!.open === "0") return rows[0]!.seconds;
  }
}

/** The same claim on a small inbox, on a large one where everything waits, and on one where nearly everything is done. */
async function benchClaim(databases: BenchDatabases, { few, many, ...lengths }: InboxSizes) {
  const small = await filled(databases, "bench_claim_small", few, 0);
  const waiting = await filled(databases, "bench_claim_waiting", many, 0);
  const done = await filled(databases, "bench_claim_done", few, many - few);
  const rows = (n: number) => n.toLocaleString("en-US");
  const claiming = (name: string, db: Db): Contender => ({
    name,
    run: async () =>
      new WebhookInboxRepository(db).claim(4, {
        ...{ leaseToken: randomUUID(), leaseMs: 600_000, now: await databaseNow(db) },
      }),
  });
  const results = await race(
    [
      claiming(`${rows(few)} rows`, small),
      claiming(`${rows(many)} rows, all waiting`, waiting),
      claiming(`${rows(many)} rows, ${rows(few)} waiting`, done),
    ],
    lengths,
  );
  printRace("Claim of 4 events, postgres", results, { of: results[1]!.name, atMost: 1.3 });
  for (const db of [small, waiting, done]) await db.$disconnect();
}

async function filled(databases: BenchDatabases, name: string, waiting: number, done: number): Promise<Db> {
  const db = await connectDatabase(await databases.create("postgres", name), { maxConnections: 2 });
  const run = (text: string, values: unknown[]) => db.$executeRawUnsafe(text, ...values);
  await fillInbox(run, { count: done, status: "SUCCEEDED" });
  await fillInbox(run, { count: waiting, status: "RECEIVED" });
  await db.$executeRawUnsafe(`VACUUM (ANALYZE) "WebhookEvent"`);
  return db;
}
