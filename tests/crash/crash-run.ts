/** Everything that may happen to the inbox's processes, one after the other, and what must never come of it. */
import { LEASE_MS } from "~/features/webhooks/worker.server";
import { quantile } from "../bench/measure";
import { startCluster, type Cluster } from "./cluster";
import { killUnderLoad } from "./kills";
import type { Comparison } from "./ledger";
import { outage, violationsOf, type OutageReport } from "./outage";
import { swallowPoison } from "./poison";
import { measureReclaim, writeTooLate } from "./reclaim";
import { storm } from "./storm";
import { killSweeps } from "./sweeps";

export type CrashOptions = {
  kills: number;
  ids: number;
  storm: number;
  reclaimKills: number;
  staleWriters: number;
  pills: number;
  sweepKills: number;
  /** Of each outage, in seconds */
  outage: number;
  /** How long the load goes on after it, in seconds: what is not as usual by then never will be */
  afterOutage: number;
  /** Of a worker's claims, in milliseconds */
  leaseMs: number;
  /** What every time limit is multiplied by: the figures are a quiet machine's, and a busy one must only not hang */
  patience: number;
  say?: (line: string) => void;
  /** Only those; all by default */
  only?: PartName[];
};

export const CRASH_SHORT = {
  // Each kind once
  kills: 4,
  ids: 2_000,
  storm: 1_000,
  reclaimKills: 3,
  staleWriters: 100,
  pills: 1,
  sweepKills: 2,
  outage: 3,
  afterOutage: 4,
  leaseMs: 3_000,
  patience: 4,
};
export const CRASH_LONG = {
  ...{ kills: 52, ids: 200_000, storm: 100_000 },
  ...{ reclaimKills: 36, staleWriters: 1_000, pills: 3, sweepKills: 100, patience: 1 },
  ...{ outage: 30, afterOutage: 8, leaseMs: LEASE_MS },
};

const RECLAIM_MS = 15_000;
const FREED_MS = 1_000;

const PARTS = {
  kills: async (cluster: Cluster, { kills, ids, leaseMs }: CrashOptions, say: Say) => {
    const report = await killUnderLoad(cluster, { kills, ids, leaseMs });
    say(
      `${kills} kills under load: ${JSON.stringify(report.kills)}, sent in ${Math.round(report.sendingSeconds)} s, done after ${Math.round(report.seconds)} s`,
    );
    say(
      `  Postgres was away for ${report.outages.map((ms) => `${(ms / 1000).toFixed(1)} s`).join(", ") || "no time"}; tries without a 200: ${JSON.stringify(report.sending.failures)}`,
    );
    // Not there (0), or there and honest about the database (503): a door has nothing else to say in all this.
    const others = Object.keys(report.sending.failures).filter((status) => !["0", "503"].includes(status));
    return [
      ...told(report, say),
      ...(report.acknowledged < ids ? [`Only ${report.acknowledged} were sent.`] : []),
      ...others.map((status) => `The door answered ${status}, where 503 was due.`),
    ];
  },
  storm: async (cluster: Cluster, options: CrashOptions, say: Say) => {
    const report = await storm(cluster, options.storm);
    say(
      `Storm: ${options.storm} events in ${report.copies} copies, in ${Math.round(report.seconds)} s; tries without a 200: ${JSON.stringify(report.failures)}`,
    );
    const wrong =
      report.effects === options.storm ? [] : [`${report.effects} effects of ${options.storm} events.`];
    return [...told(report, say), ...wrong];
  },
  reclaim: async (cluster: Cluster, { reclaimKills, leaseMs, patience }: CrashOptions, say: Say) => {
    const report = await measureReclaim(cluster, reclaimKills, leaseMs);
    const [p50, p99] = [quantile(report.times, 0.5), quantile(report.times, 0.99)];
    say(
      `Reclaim after ${reclaimKills} kills, ${report.times.length} events: p50 ${(p50 / 1000).toFixed(1)} s, p99 ${(p99 / 1000).toFixed(1)} s, longest ${(Math.max(...report.times) / 1000).toFixed(1)} s`,
    );
    const limit = RECLAIM_MS * patience;
    const late = p99 <= limit ? [] : [`Reclaim took ${Math.round(p99)} ms at p99; ${limit} is the limit.`];
    return [...told(report, say), ...late];
  },
  stale: async (cluster: Cluster, { staleWriters }: CrashOptions, say: Say) => {
    const { writers, accepted, currentRefused } = await writeTooLate(cluster, staleWriters);
    say(`Stale writers: ${writers}, accepted ${accepted}; current ones refused ${currentRefused}`);
    return accepted || currentRefused || writers < staleWriters ? ["A claim was not what decided."] : [];
  },
  poison: async (cluster: Cluster, { pills }: CrashOptions, say: Say) => {
    const report = await swallowPoison(cluster, pills, 40);
    say(
      `Poison: ${report.deadAtCap} of ${report.pills} DEAD at the cap; of ${report.others} deliveries beside, ${report.othersHarmed.length} came to harm (${report.othersAttempts} attempts at most)`,
    );
    return [
      ...(report.deadAtCap < report.pills ? ["A poison pill did not end DEAD at its cap."] : []),
      ...report.othersHarmed.map((id) => `${id} came to harm beside a poison pill.`),
    ];
  },
  outage: async (cluster: Cluster, options: CrashOptions, say: Say) => {
    const { outage: seconds, afterOutage, patience } = options;
    const violations: string[] = [];
    for (const how of ["stopped", "frozen"] as const) {
      const report = await outage(cluster, how, { seconds, afterOutage });
      describeOutage(`Postgres ${how} for ${seconds} s under 200 deliveries/s`, report, say);
      violations.push(...violationsOf(report, patience).map((violation) => `${how}: ${violation}`));
    }
    return violations;
  },
  sweeps: async (cluster: Cluster, { sweepKills, patience }: CrashOptions, say: Say) => {
    const { freedAfter, deleted, violations } = await killSweeps(cluster, sweepKills);
    const longest = Math.max(...freedAfter);
    say(
      `Sweeps: ${sweepKills} killed, free again after ${Math.round(quantile(freedAfter, 0.5))} ms (p50), ${Math.round(longest)} ms (longest); ${deleted} rows deleted, each recorded once`,
    );
    return [
      ...violations,
      ...(longest > FREED_MS * patience
        ? [`A dead sweep kept others out for ${Math.round(longest)} ms.`]
        : []),
    ];
  },
};

export function describeOutage(title: string, report: OutageReport, say: (line: string) => void) {
  const { asked, acknowledged, falselyAcknowledged, connections } = report;
  say(`\n${title}`);
  for (const [name, { whileAway, slowest, normalAfter }] of Object.entries(asked))
    say(
      `  ${name.padEnd(8)} while away ${JSON.stringify(whileAway)}, slowest ${Math.round(slowest)} ms; as usual ${Math.round(normalAfter)} ms after the return`,
    );
  say(
    `  ${acknowledged} acknowledged, ${falselyAcknowledged.length} of them not stored; connections ${connections.before} before, ${connections.after} after (pool of ${connections.most})`,
  );
}

type Say = (line: string) => void;
export type PartName = keyof typeof PARTS;
export const PART_NAMES = Object.keys(PARTS) as PartName[];

/** Returns the violations; none is what must come out. On a Postgres of its own, unless it is given one. */
export async function runCrashes(options: CrashOptions, given?: Cluster): Promise<string[]> {
  const { say = () => undefined, only = PART_NAMES } = options;
  const cluster = given ?? (await startCluster());
  try {
    const violations: string[] = [];
    for (const part of only) violations.push(...(await PARTS[part](cluster, options, say)));
    return violations;
  } finally {
    if (!given) await cluster.close();
  }
}

function told(comparison: Comparison, say: Say): string[] {
  const { acknowledged, effects, lost, duplicates, strangers, attempts, dead } = comparison;
  say(
    `  acknowledged ${acknowledged}, effects ${effects}, lost ${lost.length}, duplicates ${duplicates.length}, strangers ${strangers.length}, dead ${dead}; attempts rolled back ${attempts - effects}`,
  );
  return [
    ...lost.map((id) => `${id} was acknowledged and is lost.`),
    ...duplicates.map((id) => `${id} had more than one effect.`),
    ...strangers.map((id) => `${id} had an effect and was never acknowledged.`),
  ];
}
