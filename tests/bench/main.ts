import { cpus, release, totalmem } from "node:os";
import { command, UsageError } from "~/platform/command.server";
import { benchWildDatabases } from "./databases.bench";
import { openDatabases, type BenchDatabases } from "./databases";
import { benchBackup } from "./backup.bench";
import { benchColdStart } from "./cold-start.bench";
import { benchConnections } from "./connections.bench";
import { benchMigrations } from "./migrations.bench";
import { benchOutage } from "./outage.bench";
import { benchPages } from "./pages.bench";
import { benchBeside, BESIDE_LONG, BESIDE_SHORT } from "./retention/beside.bench";
import { benchHistories } from "./retention/histories.bench";
import { benchSweep, SWEEP_LONG, SWEEP_SHORT } from "./retention/sweep.bench";
import { benchRepositories } from "./repository.bench";
import { benchSecrets } from "./secrets.bench";
import { benchDoor, DOOR_LONG, DOOR_SHORT } from "./webhooks/door.bench";
import { benchInbox, INBOX_LONG, INBOX_SHORT } from "./webhooks/inbox.bench";
import { benchReplay } from "./webhooks/replay.bench";

const ONCE = { rounds: 1, perRound: 3 };

export const main = command({
  name: "npm run bench",
  help: `Usage: npm run bench [-- --short] [--only door,inbox]

Every figure of the README in one run, as ratios beside the bare limit. Nothing here passes or fails: a machine is slow or fast, and
the numbers say so.
  --short        the form that CI runs, which only shows that each part runs: its figures mean nothing
  --only A,B     these parts: ${Object.keys(parts(false)).join(", ")}

0    every part ran
2    wrong arguments, or a part could not run`,
  options: { short: "flag", only: "value" },
  run: async ({ values }, _env, io) => {
    const all = Object.entries(parts(values.short ?? false));
    const names = values.only?.split(",") ?? all.map(([name]) => name);
    const unknown = names.find((name) => !all.some(([known]) => known === name));
    if (unknown !== undefined) throw new UsageError(`${unknown} is no part of the benchmark.`);
    io.out(machine());
    const databases = await openDatabases();
    try {
      for (const [name, bench] of all) if (names.includes(name)) await bench(databases);
    } finally {
      await databases.close();
    }
    return 0;
  },
});

function parts(short: boolean): Record<string, (databases: BenchDatabases) => Promise<void>> {
  return {
    door: (databases) => benchDoor(databases, short ? DOOR_SHORT : DOOR_LONG),
    inbox: (databases) => benchInbox(databases, short ? INBOX_SHORT : INBOX_LONG),
    replay: (databases) => benchReplay(databases, short ? 1_000 : 200_000),
    sweep: (databases) => benchSweep(databases, short ? SWEEP_SHORT : SWEEP_LONG),
    beside: (databases) => benchBeside(databases, short ? BESIDE_SHORT : BESIDE_LONG),
    histories: (databases) => benchHistories(databases, short ? 50 : 100_000),
    repositories: (databases) =>
      benchRepositories(
        databases,
        short ? { stores: 2, ...ONCE } : { stores: 20, rounds: 31, perRound: 200 },
      ),
    secrets: (databases) =>
      benchSecrets(
        databases,
        short ? { stores: 10, operations: 100 } : { stores: 8_000, operations: 10_000 },
      ),
    connections: (databases) => benchConnections(databases, short ? ONCE : { rounds: 15, perRound: 20 }),
    backup: (databases) => benchBackup(databases, short ? 500 : 1_000_000),
    pages: (databases) =>
      benchPages(databases, short ? { stores: 2, ...ONCE } : { stores: 1_000, rounds: 21, perRound: 20 }),
    migrations: (databases) =>
      benchMigrations(
        databases,
        short
          ? { rows: 1_000, aloneMs: 100, measured: 1 }
          : { rows: 1_000_000, aloneMs: 3_000, measured: Infinity },
      ),
    // Their short forms are among the tests that need Debian's packages (tests/debian), which judge them.
    ...(!short && { outage: () => benchOutage(30), databases: () => benchWildDatabases() }),
    start: (databases) => benchColdStart(databases, short ? 1 : 7),
  };
}

function machine(): string {
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${new Date().toISOString().slice(0, 10)} · ${cpus().length} × ${cpus()[0]?.model.trim()} · ${memory} GB · Linux ${release()} · Node ${process.version}`;
}
