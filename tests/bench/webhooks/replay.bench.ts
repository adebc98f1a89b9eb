import { WebhookInboxOfShop } from "~/features/webhooks/webhook-inbox-of-shop.repository.server";
import { databaseNow } from "~/platform/db/clock.server";
import { connectDatabase } from "~/platform/db/client.server";
import { shopDomain } from "../../support/webhook-requests";
import type { BenchDatabases } from "../databases";
import { goal } from "./goal";
import { fillInbox } from "./inbox-rows";

/** Fourteen days of one shop made to run again by a filter, and once more while they wait. */
export async function benchReplay(databases: BenchDatabases, count: number) {
  const db = await connectDatabase(await databases.create("postgres", "bench_replay"), { maxConnections: 2 });
  const run = (text: string, values: unknown[]) => db.$executeRawUnsafe(text, ...values);
  await fillInbox(run, { count, status: "SUCCEEDED", orders: true, shops: 1 });
  await db.$executeRawUnsafe(`VACUUM (ANALYZE) "WebhookEvent"`);
  const inbox = new WebhookInboxOfShop(db, shopDomain(0));
  const replay = async () => inbox.replay({ topic: "orders/create" }, "bench", await databaseNow(db));
  const startedAt = performance.now();
  const replayed = await replay();
  const perSecond = (replayed * 1000) / (performance.now() - startedAt);
  const again = await replay();
  console.log(
    `\nReplay by topic, postgres: ${replayed} of ${count} events, ${Math.round(perSecond)}/s; the same replay again: ${again}`,
  );
  goal("events/s", perSecond, "≥", 10_000, "/s");
  await db.$disconnect();
}
