/**
 * Group commit: deliveries that arrive while others are being written go into the next statement together. One delivery
 * alone is written at once, so nobody waits for company; under load one commit carries many.
 */
import type { Delivery } from "./webhook-inbox.repository.server";

/** Statements under way at once; SQLite has one writer. */
const LANES = { postgres: 2, sqlite: 1 } as const;
/** Of one statement: it stays a few milliseconds long, and below Postgres' 65,535 parameters. */
const MOST_ROWS = 64;
const MOST_BYTES = 8 * 1024 * 1024;

type Waiting = {
  delivery: Delivery;
  resolve: (outcome: "accepted" | "duplicate") => void;
  reject: (error: unknown) => void;
};

/** Writes deliveries and returns the webhook ids that were new. */
type Insert = (deliveries: Delivery[]) => Promise<Set<string>>;

export class GroupedInserts {
  #waiting: Waiting[] = [];
  #lanesBusy = 0;
  readonly #lanes: number;

  constructor(
    private readonly insert: Insert,
    engine: keyof typeof LANES,
  ) {
    this.#lanes = LANES[engine];
  }

  /** Resolves once the delivery is committed, by us or by somebody before us; rejects as the insert does. */
  add(delivery: Delivery): Promise<"accepted" | "duplicate"> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ delivery, resolve, reject });
      // After the event loop has read what else has come by now.
      if (this.#waiting.length === 1) setImmediate(() => this.#fillLanes());
    });
  }

  #fillLanes() {
    while (this.#waiting.length && this.#lanesBusy < this.#lanes) {
      this.#lanesBusy += 1;
      void this.#write(this.#takeGroup()).finally(() => {
        this.#lanesBusy -= 1;
        this.#fillLanes();
      });
    }
  }

  #takeGroup(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const { delivery } of this.#waiting) {
      bytes += delivery.payload.length;
      if (count && (count === MOST_ROWS || bytes > MOST_BYTES)) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  async #write(group: Waiting[]) {
    try {
      const inserted = await this.insert(group.map(({ delivery }) => delivery));
      for (const { delivery, resolve } of group) {
        // The same id twice in one group: one row, and the second of them is the duplicate.
        resolve(inserted.delete(delivery.webhookId) ? "accepted" : "duplicate");
      }
    } catch (error) {
      if (group.length === 1) return group[0]!.reject(error);
      // One that the database refuses must not take the others with it.
      for (const one of group) await this.#write([one]);
    }
  }
}
