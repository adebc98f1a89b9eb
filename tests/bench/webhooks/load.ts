/** The load generator's process: takes one job, measures, answers, ends. */
import { setPriority } from "node:os";
import { RawConnection } from "../../support/raw-http";
import { webhookRequests } from "../../support/webhook-requests";
import { quantile } from "../measure";
import { flood } from "./load-flood";
import { STARTED, type LoadJob, type LoadResult } from "./load-job";
import { openLoop } from "./load-open";
import { count, type Tally } from "./load-tally";

process.once("message", (job: LoadJob) => {
  void run(job).then((result) => process.send!(result, () => process.exit(0)));
});

async function run(job: LoadJob): Promise<LoadResult> {
  const request = webhookRequests(job);
  let n = job.first ?? 0;
  const next = () => request(job.wrap ? n++ % job.wrap : n++);
  const startAt = performance.now() + 100;
  const from = startAt + (job.warmUpSeconds ?? 0) * 1000;
  const tally: Tally = {
    ...{ from, until: from + job.seconds * 1000, sent: 0, unsent: 0 },
    ...{ latencies: [], lateness: [], statuses: {} },
  };
  process.send!(STARTED);
  let cpuAtStart = process.cpuUsage();
  setTimeout(() => (cpuAtStart = process.cpuUsage()), from - performance.now());

  // The world outside does not wait for this machine's cores; who floods gets no such favour.
  if (job.mode === "open") beFirst();
  if (job.mode === "closed") await closedLoop(job, tally, next);
  else if (job.mode === "open") await openLoop(job, startAt, tally, next);
  else await flood(job, tally, next);

  const { user, system } = process.cpuUsage(cpuAtStart);
  const seconds = (performance.now() - from) / 1000;
  const { latencies, lateness, statuses, sent, unsent } = tally;
  const good = Object.entries(statuses).filter(([status]) => status.startsWith("2"));
  return {
    ...{ sent, unsent, statuses, seconds, next: n },
    answered: Object.values(statuses).reduce((sum, count) => sum + count, 0),
    perSecond: good.reduce((sum, [, count]) => sum + count, 0) / job.seconds,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    max: latencies.reduce((most, latency) => Math.max(most, latency), 0),
    latencies: job.tellLatencies ? latencies : [],
    lateP99: lateness.length ? quantile(lateness, 0.99) : 0,
    cpu: (user + system) / 1e6 / seconds,
  };
}

/** Where we may (root); the generator is late by milliseconds otherwise whenever both cores are busy. */
function beFirst() {
  try {
    setPriority(-10);
  } catch {
    return;
  }
}

async function closedLoop(job: LoadJob & { mode: "closed" }, tally: Tally, next: () => Buffer) {
  await Promise.all(
    Array.from({ length: job.connections }, () => {
      const connection = new RawConnection(job.url);
      return new Promise<void>((done) => {
        const turn = () => {
          const sentAt = performance.now();
          if (sentAt > tally.until) {
            connection.close();
            return done();
          }
          if (sentAt > tally.from) tally.sent += 1;
          connection.send(next(), (status) => {
            count(tally, status, sentAt);
            // A door that is not there is not asked a million times a second.
            if (status) turn();
            else setTimeout(turn, 20);
          });
        };
        turn();
      });
    }),
  );
}
