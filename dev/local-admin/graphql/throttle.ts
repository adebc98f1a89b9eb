/** Shopify's leaky bucket: a query takes its cost out, and time fills it again. Points, and points per second. */
export class Throttle {
  #available: number;
  #at: number;

  constructor(
    readonly maximumAvailable = 2000,
    readonly restoreRate = 100,
    private readonly now: () => number = Date.now,
  ) {
    this.#available = maximumAvailable;
    this.#at = now();
  }

  admits(cost: number): boolean {
    return cost <= this.#refill();
  }

  take(cost: number) {
    this.#available = Math.max(0, this.#refill() - cost);
  }

  status() {
    const { maximumAvailable, restoreRate } = this;
    return { maximumAvailable, currentlyAvailable: Math.floor(this.#refill()), restoreRate };
  }

  #refill(): number {
    const now = this.now();
    this.#available = Math.min(
      this.maximumAvailable,
      this.#available + ((now - this.#at) / 1000) * this.restoreRate,
    );
    this.#at = now;
    return this.#available;
  }
}
