/** `npm run -s libpq -- <program> …` (ops/RUNBOOK.md): psql, pg_dump and their kin, on the database of the app. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { command, STOPPED, UsageError, type Io, type Main } from "~/platform/command.server";
import { databaseEnvironment, toolEnvironment, type Source } from "~/platform/env.server";
import { BackupError } from "./backup/backup-error";
import { libpqEnvironment } from "./backup/postgres-address";

const HELP = `Usage: npm run -s libpq -- <program> [arguments of the program]

Runs a program of libpq (psql, pg_dump, pg_restore, …) on the database of DIRECT_URL, or of DATABASE_URL. The address is in its
environment, where other users of the host do not see the password, and without the parameters of Prisma (?schema=public),
which libpq refuses.
  npm run -s libpq -- psql -c "SELECT version()"

The exit code is the program's, and beside that
0    the program did what it was told
1    the program failed, and says why
2    it could not be started: arguments, configuration, or it is not installed
130  stopped by SIGINT or SIGTERM`;

/** What a person's terminal is, and how it spells characters */
const TERMINAL = /^(TERM|LANG|LC_\w+|PAGER|EDITOR|PSQL_\w+)$/;

export const main: Main = (argv, env, io) => {
  // All but the first argument is the program's own, --help too.
  const [program, ...args] = argv;
  return command({
    ...{ name: "npm run libpq", help: HELP, expected: [BackupError] },
    run: () => {
      if (!program) throw new UsageError("Name a program: psql, pg_dump, pg_restore, ….");
      if (program.startsWith("-")) throw new UsageError(`${program} stands before the name of the program.`);
      return run(program, args, env, io);
    },
  })(program === "--help" ? ["--help"] : [], env, io);
};

async function run(program: string, args: string[], env: Source, io: Io): Promise<number> {
  const { databaseUrl, directUrl } = databaseEnvironment(env);
  if (!/^postgres/.test(databaseUrl))
    throw new UsageError("DATABASE_URL names SQLite, which programs of libpq do not open.");
  const terminal = Object.fromEntries(Object.entries(env).filter(([name]) => TERMINAL.test(name)));
  const child = spawn(program, args, {
    stdio: "inherit",
    env: toolEnvironment(env, {
      ...{ ...libpqEnvironment(directUrl ?? databaseUrl), LC_ALL: undefined },
      ...{ ...terminal, PGAPPNAME: program },
    }),
  });
  const stop = () => void child.kill("SIGTERM");
  // In a terminal the program gets Ctrl-C by itself: psql cancels a statement and goes on.
  const ignore = () => undefined;
  if (io.terminal) process.on("SIGINT", ignore).on("SIGTERM", stop);
  else io.signal.addEventListener("abort", stop, { once: true });
  if (io.signal.aborted) stop();
  try {
    const [code] = (await once(child, "close")) as [number | null];
    return code ?? STOPPED;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new BackupError(
      "TOOL",
      `${program} is not installed. Install the client programs of Postgres (Debian: postgresql-client).`,
    );
  } finally {
    process.off("SIGINT", ignore).off("SIGTERM", stop);
    io.signal.removeEventListener("abort", stop);
  }
}
