/**
 * Fair queueing: which event's turn it is. Each shop's events stand a millisecond apart on a scale that moves with the queue,
 * so a shop that sends ten thousand at once is served in turns with the others, and alone when nobody else waits
 * (start-time fair queueing, Goyal, Vin and Cheng 1996). Kept in memory: after a restart a busy shop begins anew at the front.
 */
const SLOT_MS = 1;
/** Shops remembered; one that is forgotten begins anew at the front. */
const MOST_SHOPS = 10_000;

export class Turns {
  readonly #lastTurn = new Map<string, number>();
  #front: Date | null = null;

  /** The turn of an event that arrives now. */
  next(shopDomain: string, now: Date): Date {
    const front = this.#front?.getTime() ?? Infinity;
    const turn = Math.max(Math.min(front, now.getTime()), (this.#lastTurn.get(shopDomain) ?? 0) + SLOT_MS);
    // Set anew, so that the map stays in the order of last use.
    this.#lastTurn.delete(shopDomain);
    this.#lastTurn.set(shopDomain, turn);
    if (this.#lastTurn.size > MOST_SHOPS) this.#lastTurn.delete(this.#lastTurn.keys().next().value!);
    return new Date(turn);
  }

  /** Says where the queue is: the turn of the event that is next, null when none waits. */
  moveTo(front: Date | null) {
    this.#front = front;
    // Nobody waits, so nobody is ahead of anybody.
    if (!front) this.#lastTurn.clear();
  }
}
