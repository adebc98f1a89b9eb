/** An event that kills whoever touches it, among others that do no harm. */
import { join } from "node:path";
import { WebhookInboxRepository } from "~/features/webhooks/webhook-inbox.repository.server";
import { MOST_ATTEMPTS } from "~/features/webhooks/webhook-status";
import { connectDatabase } from "~/platform/db/client.server";
import { delivery } from "../support/deliveries";
import type { Cluster } from "./cluster";
import { TOPICS } from "./handlers";
import { Ledger, query, settled } from "./ledger";
import { Supervised } from "./processes";

export type PoisonReport = {
  pills: number;
  /** Those that ended DEAD after as many attempts as there may be */
  deadAtCap: number;
  /** Deliveries that waited beside them, and those of them that did not get their one effect */
  others: number;
  othersHarmed: string[];
  /** The most attempts that one of them needed: each death beside a pill counts as one */
  othersAttempts: number;
};

/** Short, so that eight attempts take seconds. */
const LEASE_MS = 1_000;

export async function swallowPoison(cluster: Cluster, pills: number, others: number): Promise<PoisonReport> {
  const url = await cluster.create("poison");
  const ledger = new Ledger(cluster.folder, "poison");
  const db = await connectDatabase(url, { maxConnections: 2 });
  const poison = Array.from({ length: pills }, () => delivery({ topic: TOPICS.poison }));
  // Slow ones among them: they are still at work when the pill takes effect, each time that they are claimed beside it.
  const good = Array.from({ length: others }, (_, i) =>
    delivery({ topic: i % 2 ? TOPICS.effect : TOPICS.held }),
  );
  // Pills first, so that the others are claimed together with them.
  await new WebhookInboxRepository(db).insert([...poison, ...good]);
  for (const { webhookId } of good) ledger.acknowledge(webhookId);
  await db.$disconnect();

  const environment = {
    ...{ DATABASE_URL: url, ATTEMPTS_FILE: ledger.attemptsFile, LEASE_MS: String(LEASE_MS) },
  };
  const worker = Supervised.worker(environment, join(cluster.folder, "poison.log"));
  await settled(url);
  await worker.close();
  const dead = await query(
    url,
    `SELECT 1 FROM "WebhookEvent" WHERE "topic" = $1 AND "status" = 'DEAD' AND "attempts" = $2`,
    [TOPICS.poison, MOST_ATTEMPTS],
  );
  const [most] = await query<{ attempts: number }>(
    url,
    `SELECT max("attempts") AS attempts FROM "WebhookEvent" WHERE "topic" <> $1`,
    [TOPICS.poison],
  );
  const { lost, duplicates } = await ledger.compare(url);
  return {
    ...{ pills, deadAtCap: dead.length, others },
    ...{ othersHarmed: [...lost, ...duplicates], othersAttempts: most!.attempts },
  };
}
