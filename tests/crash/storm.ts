/** Every event in one to ten copies, all of them shuffled and sent at once through two doors. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import freePort from "../support/free-port";
import { webhookIdOf, webhookRequests } from "../support/webhook-requests";
import type { Cluster } from "./cluster";
import { TOPICS } from "./handlers";
import { Ledger, settled, type Comparison } from "./ledger";
import { Supervised } from "./processes";
import { sendAll } from "./senders";

export type StormReport = Comparison & { copies: number; failures: Record<number, number>; seconds: number };

export async function storm(cluster: Cluster, events: number): Promise<StormReport> {
  const startedAt = performance.now();
  const url = await cluster.create("storm");
  const ledger = new Ledger(cluster.folder, "storm");
  const log = join(cluster.folder, "storm.log");
  const environment = { DATABASE_URL: url, ATTEMPTS_FILE: ledger.attemptsFile };
  const ports = [String(await freePort()), String(await freePort())] as const;
  const processes = [
    Supervised.app({ ...environment, PORT: ports[0] }, log),
    Supervised.worker({ ...environment, PORT: ports[1] }, log),
    Supervised.worker(environment, log),
  ];

  const run = randomBytes(4).toString("hex");
  const copies = shuffledCopies(events);
  const urls = ports.map((port) => `http://127.0.0.1:${port}`);
  const requests = new Map(
    urls.map((door) => [door, webhookRequests({ url: door, run, topic: TOPICS.effect })]),
  );
  const { failures } = await sendAll({
    urls,
    request: (n, door) => requests.get(door)!(n),
    deliveries: copies.values(),
    acknowledged: (n) => ledger.acknowledge(webhookIdOf(run, n)),
  });
  await settled(url);
  for (const one of processes) await one.close();
  const seconds = (performance.now() - startedAt) / 1000;
  return { ...(await ledger.compare(url)), copies: copies.length, failures, seconds };
}

function shuffledCopies(events: number): number[] {
  const all: number[] = [];
  for (let n = 0; n < events; n++) {
    const copies = 1 + Math.floor(Math.random() * 10);
    for (let copy = 0; copy < copies; copy++) all.push(n);
  }
  for (let i = all.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [all[i], all[j]] = [all[j]!, all[i]!];
  }
  return all;
}
