/** How soon somebody else takes up what a killed worker held, and that a worker which is too late writes nothing. */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  WebhookInboxRepository,
  type ClaimedEvent,
} from "~/features/webhooks/webhook-inbox.repository.server";
import { databaseNow } from "~/platform/db/clock.server";
import { connectDatabase } from "~/platform/db/client.server";
import { delivery } from "../support/deliveries";
import type { Cluster } from "./cluster";
import { TOPICS } from "./handlers";
import { Ledger, settled, type Attempt, type Comparison } from "./ledger";
import { Supervised } from "./processes";

export type ReclaimReport = Comparison & {
  /** Milliseconds from the kill to the next attempt, of each event that was being worked on */
  times: number[];
};

const WORKERS = 3;

/** Workers that are killed in the middle of handlers that take a second. */
export async function measureReclaim(
  cluster: Cluster,
  kills: number,
  leaseMs: number,
): Promise<ReclaimReport> {
  const url = await cluster.create("reclaim");
  const ledger = new Ledger(cluster.folder, "reclaim");
  const db = await connectDatabase(url, { maxConnections: 2 });
  // Enough that nobody is idle until the last kill: four slots each, a second per event.
  const deliveries = Array.from({ length: WORKERS * 4 * (kills * 2 + 2) }, () =>
    delivery({ topic: TOPICS.held }),
  );
  for (let i = 0; i < deliveries.length; i += 50)
    await new WebhookInboxRepository(db).insert(deliveries.slice(i, i + 50));
  for (const { webhookId } of deliveries) ledger.acknowledge(webhookId);
  await db.$disconnect();

  const environment = {
    ...{ DATABASE_URL: url, ATTEMPTS_FILE: ledger.attemptsFile, LEASE_MS: String(leaseMs) },
  };
  const log = join(cluster.folder, "reclaim.log");
  const workers = Array.from({ length: WORKERS }, () => Supervised.worker(environment, log));
  await sleep(3_000);
  for (let i = 0; i < kills; i++) {
    workers[i % WORKERS]!.kill();
    await sleep(1_500 + Math.random() * 1_000);
  }
  await settled(url);
  for (const worker of workers) await worker.close();
  const killed = new Map(workers.flatMap((worker) => [...worker.killed]));
  return { ...(await ledger.compare(url)), times: timesToNext(ledger.attempts(), killed) };
}

function timesToNext(attempts: Attempt[], killed: Map<number, number>): number[] {
  const ofEvent = new Map<string, Attempt[]>();
  for (const attempt of attempts)
    ofEvent.set(attempt.webhookId, [...(ofEvent.get(attempt.webhookId) ?? []), attempt]);
  return [...ofEvent.values()].flatMap((all) =>
    all.slice(1).flatMap((next, i) => {
      const killedAt = killed.get(all[i]!.pid);
      return killedAt ? [next.at - killedAt] : [];
    }),
  );
}

export type StaleReport = { writers: number; accepted: number; currentRefused: number };

/** Each event is claimed, its lease runs out, another claims it; then the first one comes with its result after all. */
export async function writeTooLate(cluster: Cluster, writers: number): Promise<StaleReport> {
  const db = await connectDatabase(await cluster.create("stale"));
  const inbox = new WebhookInboxRepository(db);
  const leaseMs = 10_000;
  const claimAll = async (now: Date) => {
    const all: ClaimedEvent[] = [];
    for (;;) {
      const some = await inbox.claim(20, { leaseToken: randomUUID(), leaseMs, now });
      if (!some.length) return new Map(all.map((event) => [event.id, event]));
      all.push(...some);
    }
  };
  for (let i = 0; i < writers; i += 50)
    await inbox.insert(Array.from({ length: Math.min(50, writers - i) }, () => delivery()));
  const now = await databaseNow(db);
  const first = await claimAll(now);
  const second = await claimAll(new Date(now.getTime() + leaseMs));
  const outcome = { status: "SUCCEEDED" as const, lastError: null, storeId: null, now };
  const report: StaleReport = { writers: 0, accepted: 0, currentRefused: 0 };
  for (const [id, late] of first) {
    const current = second.get(id);
    if (!current) throw new Error("An event whose lease had run out was not claimed again.");
    report.writers += 1;
    if (await inbox.complete(late, outcome)) report.accepted += 1;
    if (await inbox.fail(late, { lastError: "late", nextAttemptAt: null, now })) report.accepted += 1;
    if (!(await inbox.complete(current, outcome))) report.currentRefused += 1;
    if (await inbox.complete(late, outcome)) report.accepted += 1;
  }
  await db.$disconnect();
  return report;
}
