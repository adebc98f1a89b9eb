/** How many rows the next batch takes: as many as take about as long as a batch may. */
const FEWEST_ROWS = 100;
const FIRST_ROWS = 500;

export class BatchSize {
  rows = FIRST_ROWS;

  constructor(private readonly mostRows: number) {}

  /** After a batch of `rows` that took `tookMs`: towards `targetMs`, at most four times as many at once. */
  follow(rows: number, tookMs: number, targetMs: number) {
    const fitting = Math.floor((rows * targetMs) / Math.max(tookMs, 0.1));
    this.rows = Math.max(FEWEST_ROWS, Math.min(this.mostRows, fitting, 4 * this.rows));
  }

  /** After a batch that was given up; false when it cannot be smaller. */
  shrink(): boolean {
    if (this.rows === FEWEST_ROWS) return false;
    this.rows = Math.max(FEWEST_ROWS, Math.floor(this.rows / 8));
    return true;
  }
}
