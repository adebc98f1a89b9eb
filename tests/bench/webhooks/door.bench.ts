/**
 * The door beside the usual way and beside the bare limit, in turns, on one Postgres with fsync on. Every number is from
 * outside, over HTTP, by a generator in a process of its own that tells how busy it was.
 */
import { randomBytes } from "node:crypto";
import { administer } from "../../support/postgres";
import type { BenchDatabases } from "../databases";
import { quantile } from "../measure";
import { installShops, startDoor, type Door, type DoorName } from "./doors";
import { goal } from "./goal";
import { describeLoad, generate, type LoadResult } from "./load-job";

export type DoorLengths = {
  /** Rounds of the race, in each of which every door has its turn */
  rounds: number;
  /** Of a turn in the race, in seconds */
  turn: number;
  /** Of an open loop, in seconds */
  open: number;
  /** Of the forged flood, in seconds */
  flood: number;
  /** Before each of them at most, in seconds */
  warmUp: number;
  /** The acknowledgement also with a worker in the same process, and on SQLite */
  everywhere: boolean;
};

export const DOOR_SHORT: DoorLengths = {
  ...{ rounds: 1, turn: 0.5, open: 0.5, flood: 0.5, warmUp: 0.3 },
  everywhere: false,
};
export const DOOR_LONG: DoorLengths = {
  ...{ rounds: 5, turn: 6, open: 60, flood: 60, warmUp: 5 },
  everywhere: true,
};

const CONTENDERS: DoorName[] = ["peer", "bare, single", "bare, grouped", "ours"];
const CONNECTIONS = 64;
const newRun = () => randomBytes(4).toString("hex");

export async function benchDoor(databases: BenchDatabases, lengths: DoorLengths) {
  const url = await databases.create("postgres", "bench_door");
  await installShops(url);
  const emptied = () => administer(url, `TRUNCATE "WebhookEvent"`, "CHECKPOINT");
  await race(url, emptied, lengths);
  for (const worker of lengths.everywhere ? ["off", "on"] : ["off"]) {
    await emptied();
    const door = await startDoor("ours", url, { INBOX_WORKER: worker });
    await steady(door, `postgres, INBOX_WORKER=${worker}`, lengths);
    if (worker === "off") await redelivered(door, lengths);
    if (worker === "off") await besideForgers(door, lengths);
    await door.stop();
  }

  const file = await databases.create("sqlite", "bench_door");
  await installShops(file);
  const door = await startDoor("ours", file, { INBOX_WORKER: "off" });
  const rate = await full(door, lengths);
  console.log(`\nDoor, sqlite, ${CONNECTIONS} connections\n  ${"ours".padEnd(14)} ${describeLoad(rate)}`);
  if (lengths.everywhere) await steady(door, "sqlite, INBOX_WORKER=off", lengths);
  await door.stop();
}

/** As much as each of them takes. */
async function race(url: string, emptied: () => Promise<void>, lengths: DoorLengths) {
  const doors: Door[] = [];
  for (const name of CONTENDERS) doors.push(await startDoor(name, url, { INBOX_WORKER: "off" }));
  const results = new Map<DoorName, LoadResult[]>(CONTENDERS.map((name) => [name, []]));
  for (let round = 0; round < lengths.rounds; round++)
    for (let i = 0; i < doors.length; i++) {
      // Each round starts with another one.
      const door = doors[(i + round) % doors.length]!;
      await emptied();
      results.get(door.name as DoorName)!.push(await full(door, lengths));
    }
  for (const door of doors) await door.stop();

  console.log(
    `\nDoor, postgres, ${CONNECTIONS} connections, 2 KB orders/create, ${lengths.rounds} × ${lengths.turn} s each`,
  );
  for (const name of CONTENDERS)
    console.log(`  ${name.padEnd(14)} ${describeLoad(median(results.get(name)!))}`);
  const ratio = (than: DoorName) =>
    quantile(
      results.get("ours")!.map(({ perSecond }, i) => perSecond / results.get(than)![i]!.perSecond),
      0.5,
    );
  goal("of the peer", ratio("peer"), "≥", 10, "×");
  goal("of the grouped ceiling", ratio("bare, grouped"), "≥", 0.5, "×");
}

function full(door: Door, { turn, warmUp }: DoorLengths): Promise<LoadResult> {
  return generate({
    ...{ mode: "closed", url: door.url, run: newRun(), connections: CONNECTIONS },
    ...{ warmUpSeconds: Math.min(2, warmUp), seconds: turn },
  });
}

/** The load of a good day, which is where acknowledgement time matters. */
async function steady(door: Door, where: string, { open, warmUp }: DoorLengths) {
  const rate = 300;
  const result = await generate({
    ...{ mode: "open", url: door.url, run: newRun(), rate },
    ...{ warmUpSeconds: warmUp, seconds: open },
  });
  console.log(`\nAcknowledgement, open loop of ${rate}/s for ${open} s, ${where}\n  ${describeLoad(result)}`);
  goal("p50", result.p50, "≤", 2.5, " ms");
  goal("p99", result.p99, "≤", 10, " ms");
}

/** Deliveries whose row is there already. */
async function redelivered(door: Door, { open, warmUp }: DoorLengths) {
  const run = newRun();
  const wrap = open < 1 ? 100 : 1_000;
  await generate({ mode: "open", url: door.url, run, rate: 1_000, seconds: wrap / 1_000 });
  const result = await generate({
    ...{ mode: "open", url: door.url, run, wrap, rate: 300 },
    ...{ warmUpSeconds: Math.min(1, warmUp), seconds: Math.min(open, 20) },
  });
  console.log(`\nAcknowledgement of duplicates, open loop of 300/s, postgres\n  ${describeLoad(result)}`);
  goal("p99", result.p99, "≤", 5, " ms");
}

/** Ten thousand deliveries a second that nobody at Shopify signed, beside the real ones. */
async function besideForgers(door: Door, { flood, warmUp }: DoorLengths) {
  const warmUpSeconds = Math.min(2, warmUp);
  const real = { mode: "open", url: door.url, rate: 100, warmUpSeconds, seconds: flood } as const;
  const alone = await generate({ ...real, run: newRun() });
  const [beside, forged] = await Promise.all([
    generate({ ...real, run: newRun() }),
    generate({
      ...{ mode: "flood", url: door.url, run: newRun(), forged: true, rate: 10_000, connections: 100 },
      ...{ warmUpSeconds: Math.min(1, warmUp), seconds: flood + Math.min(1, warmUp) },
    }),
  ]);
  console.log(`\nReal deliveries (100/s) beside a forged flood, ${flood} s, postgres`);
  console.log(`  alone          ${describeLoad(alone)}`);
  console.log(`  beside forgers ${describeLoad(beside)}`);
  const per = (n: number) => `${Math.round(n / forged.seconds)}/s`;
  console.log(
    `  the flood: sent ${per(forged.sent)}, not taken ${per(forged.unsent)}, answered ${per(forged.answered)} ${JSON.stringify(forged.statuses)}, generator ${Math.round(forged.cpu * 100)} % CPU`,
  );
  goal("p99 of the real ones", beside.p99 / alone.p99, "≤", 2, "×");
}

function median(results: LoadResult[]): LoadResult {
  const sorted = [...results].sort((a, b) => a.perSecond - b.perSecond);
  return sorted[Math.floor(sorted.length / 2)]!;
}
