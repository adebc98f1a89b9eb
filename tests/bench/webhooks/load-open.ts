import { Worker } from "node:worker_threads";
import { RawConnection } from "../../support/raw-http";
import type { LoadJob } from "./load-job";
import { count, type Tally } from "./load-tally";

const MOST_CONNECTIONS = 500;

/**
 * A request is due every 1/rate s, by a clock that does not wait for the app; its latency counts from then, so that a
 * stall is felt by everything that was due during it. What cannot be sent for want of a connection waits its turn.
 */
export async function openLoop(
  job: LoadJob & { mode: "open" },
  startAt: number,
  tally: Tally,
  next: () => Buffer,
) {
  const { rate } = job;
  const total = Math.round(((tally.until - startAt) / 1000) * rate);
  const idle: RawConnection[] = Array.from({ length: 16 }, () => new RawConnection(job.url));
  const queue: number[] = [];
  let connections = idle.length;
  let open = total;

  await new Promise<void>((done) => {
    const send = (connection: RawConnection, dueAt: number) => {
      const sentAt = performance.now();
      if (dueAt > tally.from) {
        tally.sent += 1;
        tally.lateness.push(sentAt - dueAt);
      }
      connection.send(next(), (status) => {
        count(tally, status, dueAt);
        const waiting = queue.shift();
        if (waiting === undefined) idle.push(connection);
        else send(connection, waiting);
        if (--open === 0) done();
      });
    };
    const pacer = startPacer(startAt, 1000 / rate, total);
    pacer.on("message", (i: number) => {
      const dueAt = startAt + (i * 1000) / rate;
      const connection =
        idle.pop() ?? (connections++ < MOST_CONNECTIONS ? new RawConnection(job.url) : undefined);
      if (connection) send(connection, dueAt);
      else queue.push(dueAt);
    });
  });
}

/** Node's timers come a millisecond late; a thread that sleeps on a futex does not, and costs nothing while it sleeps. */
function startPacer(startAt: number, intervalMs: number, total: number): Worker {
  const startNs = Number(process.hrtime.bigint()) + (startAt - performance.now()) * 1e6;
  return new Worker(
    `const { parentPort, workerData } = require("node:worker_threads");
     const { startNs, intervalMs, total } = workerData;
     const cell = new Int32Array(new SharedArrayBuffer(4));
     for (let i = 0; i < total; i++) {
       const wait = (startNs - Number(process.hrtime.bigint())) / 1e6 + i * intervalMs;
       if (wait > 0) Atomics.wait(cell, 0, 0, wait);
       parentPort.postMessage(i);
     }`,
    { eval: true, execArgv: [], workerData: { startNs, intervalMs, total } },
  );
}
