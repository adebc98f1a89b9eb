/**
 * Group commit: deliveries that arrive while others are being written go into the next statement together. One delivery
 * alone is written at once, so nobody waits for company; under load one commit carries many.
 */
import { DatabaseUnavailableError, mayWorkLater } from "~/platform/db/errors.server";
import type { Delivery } from "./webhook-inbox.repository.server";

/** Statements under way at once; SQLite has one writer. */
const LANES = { postgres: 2, sqlite: 1 } as const;
/** Of one statement: it stays a few milliseconds long, and below Postgres' 65,535 parameters. */
const MOST_ROWS = 64;
const MOST_BYTES = 8 * 1024 * 1024;
/** Of all that waits: more than that is answered 503 at once, so that a database that is away does not fill the memory. */
const MOST_WAITING_BYTES = 64 * 1024 * 1024;

type Waiting = {
  delivery: Delivery;
  /** When its sender is told that it was not stored, by performance.now() */
  expiresAt: number;
  resolve: (outcome: "accepted" | "duplicate") => void;
  reject: (error: unknown) => void;
};

/** Writes deliveries and returns the webhook ids that were new. */
type Insert = (deliveries: Delivery[]) => Promise<Set<string>>;

export class GroupedInserts {
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #lanesBusy = 0;
  readonly #lanes: number;

  constructor(
    private readonly insert: Insert,
    engine: keyof typeof LANES,
  ) {
    this.#lanes = LANES[engine];
  }

  /**
   * Resolves once the delivery is committed, by us or by somebody before us; rejects as the insert does. One that is still
   * waiting when its time is over is not written any more: its sender tries again.
   * @throws {DatabaseUnavailableError} when its time is over, or too much waits
   */
  add(delivery: Delivery, withinMs: number): Promise<"accepted" | "duplicate"> {
    if (this.#waitingBytes > MOST_WAITING_BYTES) return Promise.reject(unavailable());
    return new Promise((resolve, reject) => {
      this.#waiting.push({ delivery, expiresAt: performance.now() + withinMs, resolve, reject });
      this.#waitingBytes += delivery.payload.length;
      // After the event loop has read what else has come by now.
      if (this.#waiting.length === 1) setImmediate(() => this.#fillLanes());
    });
  }

  #fillLanes() {
    while (this.#lanesBusy < this.#lanes) {
      const group = this.#takeGroup();
      if (!group.length) return;
      this.#lanesBusy += 1;
      void this.#write(group).finally(() => {
        this.#lanesBusy -= 1;
        this.#fillLanes();
      });
    }
  }

  #takeGroup(): Waiting[] {
    const now = performance.now();
    const group: Waiting[] = [];
    let bytes = 0;
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      const size = next.delivery.payload.length;
      if (group.length && (group.length === MOST_ROWS || bytes + size > MOST_BYTES)) break;
      this.#waiting.shift();
      this.#waitingBytes -= size;
      if (next.expiresAt <= now) next.reject(unavailable());
      else {
        group.push(next);
        bytes += size;
      }
    }
    return group;
  }

  async #write(group: Waiting[]) {
    try {
      const inserted = await this.insert(group.map(({ delivery }) => delivery));
      for (const { delivery, resolve } of group) {
        // The same id twice in one group: one row, and the second of them is the duplicate.
        resolve(inserted.delete(delivery.webhookId) ? "accepted" : "duplicate");
      }
    } catch (error) {
      if (group.length === 1 || mayWorkLater(error)) {
        for (const { reject } of group) reject(error);
        return;
      }
      // One that the database refuses must not take the others with it.
      for (const one of group) await this.#write([one]);
    }
  }
}

function unavailable() {
  return new DatabaseUnavailableError("The database did not take the delivery in time.");
}
