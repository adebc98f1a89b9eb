import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { PGBOUNCER_FILES } from "./support/pgbouncer-files";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const root = at("..");
const globalSetup = at("./support/global-setup.ts");

/**
 * What may share a process: these files change their own database and nothing of their process, and no module that they import
 * remembers what another one asks for. Importing Prisma, its two query compilers and Shopify's library takes longer than most
 * of their tests do, and is done once per worker instead of once per file: a third less CPU in all.
 * Worker threads would save some more, but better-sqlite3 may abort the process when a thread that used it ends.
 */
const SHARED = ["tests/*.test.ts", "tests/{components,features,platform,tenancy}/**/*.test.{ts,tsx}"];

/**
 * `app` and `app-shared` need only Node (npm test); `browser` needs Chromium and `debian` needs Debian's PgBouncer and pg_dump
 * (npm test -- --all); `pgbouncer` is what can differ behind a pooler once more, on Postgres and through that PgBouncer. Nothing
 * is skipped where it cannot run: it is not in the project. The files that took longest start first, by Vitest's own record.
 */
export default defineConfig({
  root,
  resolve: { alias: { "~": at("../app") } },
  test: {
    environment: "node",
    // Two at least: much of a test's time is spent waiting for a process or a database. Vitest would take one of two cores.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // Only a test that hangs is to be ended by it: on a busy machine some take many times as long as on a quiet one.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        root,
        test: {
          name: "app",
          globalSetup,
          include: ["tests/**/*.test.{ts,tsx}"],
          exclude: ["tests/{e2e,debian,bench}/**", ...SHARED],
        },
      },
      {
        extends: true,
        root,
        test: { name: "app-shared", globalSetup, isolate: false, include: SHARED },
      },
      {
        extends: true,
        root,
        test: {
          name: "browser",
          globalSetup: at("./support/browser-setup.ts"),
          isolate: false,
          include: ["tests/e2e/**/*.test.ts"],
        },
      },
      {
        extends: true,
        root,
        test: {
          name: "debian",
          globalSetup,
          include: ["tests/debian/**/*.test.ts"],
        },
      },
      {
        extends: true,
        root,
        test: {
          name: "pgbouncer",
          globalSetup: at("./support/pgbouncer-setup.ts"),
          include: PGBOUNCER_FILES,
        },
      },
    ],
  },
});
