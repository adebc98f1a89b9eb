/** What the load generator is asked for, and what it tells. It is a process of its own (load.ts). */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { RequestPlan } from "../../support/webhook-requests";

export type LoadJob = RequestPlan & {
  /** Number of the first delivery; each of a run is sent once, unless `wrap` says otherwise */
  first?: number;
  /** Only so many different deliveries, over and over: redeliveries */
  wrap?: number;
  seconds: number;
  /** Before the measurement, under the same load */
  warmUpSeconds?: number;
  /** For a quantile over several loads */
  tellLatencies?: boolean;
} & (
    | {
        /** Each connection sends its next request when it has the answer to the last: the highest rate. */
        mode: "closed";
        connections: number;
      }
    | {
        /** A request is due every 1/rate s whatever became of those before; latency counts from when it was due. */
        mode: "open";
        rate: number;
      }
    | {
        /** As open, but never waits for an answer: who floods does not. No latencies. */
        mode: "flood";
        rate: number;
        connections: number;
      }
  );

export type LoadResult = {
  /** Requests written in the measured time */
  sent: number;
  /** Of a flood: those that no connection would take any more */
  unsent: number;
  answered: number;
  /** Answers by status; 0 is no answer */
  statuses: Record<number, number>;
  seconds: number;
  /** Of answers with 2xx */
  perSecond: number;
  /** Milliseconds */
  p50: number;
  p99: number;
  max: number;
  /** Milliseconds, of each answer; empty unless the job asks for them */
  latencies: number[];
  /** Of the open loop: how late the generator itself was, p99 in milliseconds; included in the latencies */
  lateP99: number;
  /** Of one core, in the measured time; near 1 the generator is what is measured */
  cpu: number;
  /** The number after the last delivery */
  next: number;
};

export const STARTED = "started";

/** `onStart` is told when the first request is on its way, a second or so after the process was begun. */
export function generate(job: LoadJob, onStart?: () => void): Promise<LoadResult> {
  const child = fork(fileURLToPath(new URL("./load.ts", import.meta.url)), {
    execArgv: ["--import", "./prisma/register-ts-loader.mjs"],
    // Keeps a NaN: the quantiles of a load without an answer in time
    serialization: "advanced",
  });
  return new Promise((resolve, reject) => {
    child.on("message", (message) => {
      if (message === STARTED) onStart?.();
      else resolve(message as LoadResult);
    });
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`The load generator ended with ${code}.`)));
    child.send(job);
  });
}

export function describeLoad({ perSecond, p50, p99, max, statuses, cpu, lateP99 }: LoadResult): string {
  const others = Object.entries(statuses).filter(([status]) => !status.startsWith("2"));
  return [
    `${String(Math.round(perSecond)).padStart(6)}/s`,
    `p50 ${p50.toFixed(2)} ms   p99 ${p99.toFixed(2)} ms   max ${max.toFixed(1)} ms`,
    `generator ${Math.round(cpu * 100)} % CPU${lateP99 ? `, late p99 ${lateP99.toFixed(2)} ms` : ""}`,
    ...(others.length ? [`OTHER ANSWERS ${others.map(([s, n]) => `${s}: ${n}`).join(", ")}`] : []),
  ].join("   ");
}
