/**
 * Whether the database answers at all. A server that refuses says so at once; one that is gone without a word (a frozen
 * host, a cut cable) would keep everybody waiting for as long as they can. It is asked only while somebody waits.
 */
import type { Db } from "./client.server";
import { DatabaseUnavailableError } from "./errors.server";
import { queryRows } from "./raw.server";

/** How often it is looked whether somebody waits, and how long for it to be a reason to ask. */
const LOOK_MS = 200;
const PATIENCE_MS = 100;
/** How long the database has for its answer. All of them together stay below a second. */
const ANSWER_MS = 500;

/**
 * The cheapest question that only a working database answers. A connection on which no answer comes in time is given up, so
 * that it does not stay in the pool. A file of this machine is not asked.
 */
export async function askDatabase(db: Db, withinMs: number = ANSWER_MS): Promise<void> {
  if (db.engine === "postgres") await queryRows(db, "SELECT 1", [], { timeoutMs: withinMs });
}

type Waiting = { since: number; reject: (error: Error) => void };

export class Pulse {
  #away = false;
  readonly #waiting = new Set<Waiting>();
  #timer: NodeJS.Timeout | undefined;

  /** @param ask the cheapest question that only a working database answers */
  constructor(private readonly ask: () => Promise<unknown>) {}

  /**
   * As `work`, for as long as it takes while the database answers others. While the database is known to be away `work` is
   * not begun, until an answer says that it is back.
   * @throws {DatabaseUnavailableError} within a second when the database does not answer; what `work` does then is not known
   */
  guard<T>(work: () => Promise<T>): Promise<T> {
    if (this.#away) return Promise.reject(silent());
    return new Promise((resolve, reject) => {
      const one = { since: performance.now(), reject };
      this.#waiting.add(one);
      this.#lookAgain();
      void work()
        .then(resolve, reject)
        .finally(() => this.#waiting.delete(one));
    });
  }

  #lookAgain() {
    this.#timer ??= setTimeout(() => void this.#look(), LOOK_MS).unref();
  }

  async #look() {
    // In the order of their arrival
    const [longest] = this.#waiting;
    const inDoubt = this.#away || (longest && performance.now() - longest.since >= PATIENCE_MS);
    if (inDoubt) this.#away = !(await this.#answers());
    if (this.#away) {
      for (const { reject } of this.#waiting) reject(silent());
      this.#waiting.clear();
    }
    this.#timer = undefined;
    if (this.#away || this.#waiting.size) this.#lookAgain();
  }

  #answers(): Promise<boolean> {
    return new Promise((resolve) => {
      // Once more around the event loop: where it stood still itself, the answer lies there, still to be read.
      const timer = setTimeout(() => setImmediate(resolve, false), ANSWER_MS);
      this.ask()
        .then(
          () => resolve(true),
          () => resolve(false),
        )
        .finally(() => clearTimeout(timer));
    });
  }
}

function silent() {
  return new DatabaseUnavailableError("The database does not answer.");
}
