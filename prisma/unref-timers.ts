/** Milliseconds: for the migration lock; for `db push` and `migrate dev` */
const ENGINE_TIMEOUTS_MS: unknown[] = [10_000, 60_000];

/**
 * For the process of the Prisma CLI. Its schema engine (6.19, WebAssembly) never clears its own timers, and each command would
 * wait for them after its work is done. What is still under way is a query, and its socket keeps the process.
 */
export function unrefEngineTimers() {
  const { setTimeout } = globalThis;
  const unreferenced = (...given: Parameters<typeof setTimeout>) => {
    const timer = setTimeout(...given);
    return ENGINE_TIMEOUTS_MS.includes(given[1]) ? timer.unref() : timer;
  };
  globalThis.setTimeout = Object.assign(unreferenced, setTimeout);
}
