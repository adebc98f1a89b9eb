/** Databases for benchmarks: the test suite's Postgres and SQLite, outside of Vitest. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { postgresServer } from "../support/global-setup";
import { applyMigrations } from "../support/migrations";
import { administer, databaseUrl } from "../support/postgres";

export type BenchDatabases = {
  /** A fresh migrated database of its own */
  create: (engine: "sqlite" | "postgres", name: string) => Promise<string>;
  /** The Postgres server, and a folder that goes with it */
  server: string;
  folder: string;
  close: () => Promise<void>;
};

export async function openDatabases(): Promise<BenchDatabases> {
  const folder = mkdtempSync(join(tmpdir(), "backroom-bench-"));
  const server = await postgresServer(folder);
  return {
    ...{ server: server.url, folder },
    create: async (engine, name) => {
      const url =
        engine === "sqlite" ? `file:${join(folder, `${name}.sqlite`)}` : databaseUrl(server.url, name);
      if (engine === "postgres")
        await administer(server.url, `DROP DATABASE IF EXISTS ${name}`, `CREATE DATABASE ${name}`);
      await applyMigrations(url);
      return url;
    },
    close: async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
