/**
 * How hard a sweep may work: at full speed while it has the database to itself, in small bites with long rests while others
 * use it. Who else does is read from Postgres' own count of transactions, which sees every process.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Db } from "~/platform/db/client.server";
import { ActivityRepository } from "./activity.repository.server";

/** Postgres' counters are up to a second old, so a shorter look would see nothing, and then everything. */
const LOOK_MS = 1_200;
/** Other people's transactions per second from which on the sweep steps back. */
const BUSY_PER_SECOND = 25;

export class Pace {
  /** Until the first look is over, the sweep behaves as if others were there. */
  #besideOthers = true;
  #lookedAt = -Infinity;
  #commits: number | null = null;
  #ours = 0;

  constructor(private readonly db: Db) {}

  /** How long a batch should take, in milliseconds: others wait for its CPU and disk, on SQLite for its end. */
  get batchMs(): number {
    return this.#besideOthers ? 8 : 60;
  }

  /** After a batch, and not beyond `endsAt` (performance.now()). */
  async rest(tookMs: number, endsAt: number): Promise<void> {
    this.#ours += 1;
    await this.#look();
    const restMs = this.#besideOthers ? Math.max(20, 5 * tookMs) : 0;
    await sleep(Math.max(0, Math.min(restMs, endsAt - performance.now())));
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
