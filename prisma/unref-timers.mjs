// Loaded by prisma.config.ts, and so by every command of the Prisma CLI. Its schema engine (6.19, WebAssembly) never clears
// its own timers: 10 s for the migration lock, and 60 s for `db push` and `migrate dev`. Each command would sit there for that
// long after its work is done. What is still under way is a query, and its socket keeps the process.
const ENGINE_TIMEOUTS_MS = [10_000, 60_000];
const { setTimeout } = globalThis;

globalThis.setTimeout = Object.assign((callback, delay, ...args) => {
  const timer = setTimeout(callback, delay, ...args);
  return ENGINE_TIMEOUTS_MS.includes(delay) ? timer.unref() : timer;
}, setTimeout);
