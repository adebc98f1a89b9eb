/** Kills of every kind under load, and the question that matters: was anything lost, or done twice? */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import freePort from "../support/free-port";
import { webhookIdOf, webhookRequests } from "../support/webhook-requests";
import type { Cluster } from "./cluster";
import { TOPICS } from "./handlers";
import { Ledger, settled, type Comparison } from "./ledger";
import { Supervised } from "./processes";
import { sendAll, type SendingReport } from "./senders";

export type KillsReport = Comparison & {
  sending: SendingReport;
  /** By kind, e.g. { "SIGKILL worker": 13 } */
  kills: Record<string, number>;
  /** Milliseconds that Postgres was away, each time */
  outages: number[];
  /** Until the last was acknowledged */
  sendingSeconds: number;
  /** Until the last was done */
  seconds: number;
};

const KINDS = ["SIGKILL app", "SIGKILL worker", "SIGSTOP worker", "SIGKILL postgres"] as const;

/** Two doors (one of them with a worker), and two workers. Kills are spread evenly over the deliveries. */
export async function killUnderLoad(
  cluster: Cluster,
  { kills, ids, leaseMs }: { kills: number; ids: number; leaseMs: number },
): Promise<KillsReport> {
  const startedAt = performance.now();
  const url = await cluster.create("kills");
  const ledger = new Ledger(cluster.folder, "kills");
  const log = join(cluster.folder, "kills.log");
  const environment = {
    ...{ DATABASE_URL: url, ATTEMPTS_FILE: ledger.attemptsFile, LEASE_MS: String(leaseMs) },
  };
  const ports = [String(await freePort()), String(await freePort())] as const;
  const apps = [
    Supervised.app({ ...environment, PORT: ports[0] }, log),
    Supervised.worker({ ...environment, PORT: ports[1] }, log),
  ];
  const workers = [Supervised.worker(environment, log), Supervised.worker(environment, log)];

  const report = { kills: {} as Record<string, number>, outages: [] as number[] };
  let acknowledged = 0;
  let sent = false;
  const sending = send(
    ports.map((port) => `http://127.0.0.1:${port}`),
    ids,
    (webhookId) => {
      ledger.acknowledge(webhookId);
      acknowledged += 1;
    },
  ).finally(() => (sent = true));

  const frozen: Promise<void>[] = [];
  for (let i = 0; i < kills; i++) {
    while (!sent && acknowledged < ((i + 0.5) * ids) / kills) await sleep(20);
    const kind = KINDS[i % KINDS.length]!;
    report.kills[kind] = (report.kills[kind] ?? 0) + 1;
    if (kind === "SIGKILL app") pick(apps).kill();
    else if (kind === "SIGKILL worker") pick(workers).kill();
    else if (kind === "SIGSTOP worker") frozen.push(pick([...workers, apps[1]!]).freeze(leaseMs * 1.3));
    else report.outages.push(await cluster.crash());
  }
  const { failures } = await sending;
  const sendingSeconds = (performance.now() - startedAt) / 1000;
  await Promise.all(frozen);
  await settled(url);
  const seconds = (performance.now() - startedAt) / 1000;
  // Whoever was frozen has had the time to try and write what is not its own any more.
  await sleep(1_000);
  for (const one of [...apps, ...workers]) await one.close();
  const comparison = await ledger.compare(url);
  return { ...comparison, ...report, sending: { acknowledged, failures }, sendingSeconds, seconds };
}

function send(urls: string[], ids: number, acknowledge: (webhookId: string) => void): Promise<SendingReport> {
  const run = randomBytes(4).toString("hex");
  const requests = new Map(urls.map((url) => [url, webhookRequests({ url, run, topic: TOPICS.effect })]));
  return sendAll({
    urls,
    request: (n, url) => requests.get(url)!(n),
    deliveries: withRedeliveries(ids),
    acknowledged: (n) => acknowledge(webhookIdOf(run, n)),
  });
}

/** Each once, and one in twenty a second time although it was acknowledged: Shopify does that. */
function* withRedeliveries(ids: number): Generator<number> {
  for (let n = 0; n < ids; n++) {
    yield n;
    if (n % 20 === 0 && n > 100) yield n - 100;
  }
}

function pick<T>(all: T[]): T {
  return all[Math.floor(Math.random() * all.length)]!;
}
