// Loaded before the Prisma CLI (cli.ts). Its schema engine (6.19, WebAssembly) starts a 60 s timer that it never clears,
// and `db push` and `migrate dev` would sit there for that minute after their work is done.
const ENGINE_TIMEOUT_MS = 60_000;
const { setTimeout } = globalThis;

globalThis.setTimeout = Object.assign((callback, delay, ...args) => {
  const timer = setTimeout(callback, delay, ...args);
  return delay === ENGINE_TIMEOUT_MS ? timer.unref() : timer;
}, setTimeout);
