/**
 * How hard a sweep may work: at full speed while it has the database to itself, in small bites with long rests while others
 * use it. Who else does is read from Postgres' own count of transactions, which sees every process.
 */
import { setTimeout as sleepByTheClock } from "node:timers/promises";
import type { Db } from "~/platform/db/client.server";
import { ActivityRepository } from "./activity.repository.server";

/** Postgres' counters are up to a second old, so a shorter look would see nothing, and then everything. */
const LOOK_MS = 1_200;
/** Before the first batch: nobody who does BUSY_PER_SECOND is silent for so long, or hardly ever. */
const GLANCE_MS = 100;
/** Other people's transactions per second from which on the sweep steps back. */
const BUSY_PER_SECOND = 25;

export class Pace {
  /** On SQLite nobody can tell, and the sweep behaves as if others were there. */
  #besideOthers = true;
  #lookedAt = -Infinity;
  #commits: number | null = null;
  #ours = 0;

  constructor(
    private readonly db: Db,
    private readonly sleep: (ms: number) => Promise<unknown> = sleepByTheClock,
  ) {}

  /** How long a batch should take, in milliseconds: others wait for its CPU and disk, on SQLite for its end. */
  get batchMs(): number {
    return this.#besideOthers ? 4 : 45;
  }

  /** Before the first batch, and for a part of the time until `endsAt`: whoever wrote something while we waited is there. */
  async begin(endsAt: number): Promise<void> {
    const activity = new ActivityRepository(this.db);
    const before = await activity.countWrites();
    if (before === null) return;
    await this.sleep(Math.max(0, Math.min(GLANCE_MS, (endsAt - performance.now()) / 4)));
    this.#besideOthers = (await activity.countWrites()) !== before;
  }

  /** After a batch, and not beyond `endsAt` (performance.now()). */
  async rest(tookMs: number, endsAt: number): Promise<void> {
    this.#ours += 1;
    await this.#look();
    if (!this.#besideOthers) return;
    // At most a second: a batch that was given up after two must not cost the run twenty more.
    const restMs = Math.min(Math.max(40, 10 * tookMs), 1_000);
    await this.sleep(Math.max(0, Math.min(restMs, endsAt - performance.now())));
  }

  async #look() {
    const now = performance.now();
    if (now - this.#lookedAt < LOOK_MS) return;
    const commits = await new ActivityRepository(this.db).countCommits();
    if (commits !== null && this.#commits !== null) {
      const others = commits - this.#commits - this.#ours;
      this.#besideOthers = others / ((now - this.#lookedAt) / 1_000) > BUSY_PER_SECOND;
    }
    this.#commits = commits;
    this.#ours = 0;
    this.#lookedAt = now;
  }
}
