/** pg_dump and pg_restore, as child processes that learn of us only what they need. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { toolEnvironment, type Source } from "~/platform/env.server";
import { BackupError } from "./backup-error";

type Bytes = AsyncIterable<Uint8Array>;

export type ToolOptions = {
  /** Of the command; what of it the tool gets is for `toolEnvironment` */
  variables: Source;
  /** On top of it. The password of the database goes here: arguments are everybody's to read */
  env?: Source;
  signal: AbortSignal;
  input?: Bytes;
  output?: (bytes: Bytes) => Promise<unknown>;
};

const MAX_ERROR_CHARACTERS = 4_000;

/** @throws {BackupError} TOOL when it is not installed, or ends with an error; what `input` or `output` throw, after it was stopped */
export async function runTool(tool: string, args: string[], options: ToolOptions): Promise<void> {
  const { variables, env = {}, signal, input, output } = options;
  signal.throwIfAborted();
  const child = spawn(tool, args, {
    env: toolEnvironment(variables, env),
    stdio: [input ? "pipe" : "ignore", output ? "pipe" : "ignore", "pipe"],
  });
  const stop = () => child.kill("SIGTERM");
  signal.addEventListener("abort", stop, { once: true });
  let errors = "";
  child.stderr!.on("data", (chunk) => (errors = `${errors}${String(chunk)}`.slice(-MAX_ERROR_CHARACTERS)));
  const stopped = (error: unknown) => {
    stop();
    throw error;
  };
  try {
    const [ended, given, taken] = await Promise.allSettled([
      once(child, "close") as Promise<[number | null]>,
      input &&
        pipeline(Readable.from(input, { objectMode: false }), child.stdin!)
          .catch(unlessItHungUp)
          .catch(stopped),
      output?.(child.stdout!).catch(stopped),
    ]);
    const broken = [given, taken].find((side) => side.status === "rejected");
    const code = ended.status === "fulfilled" ? ended.value[0] : null;
    // What it has done is done, also when a signal came a moment before it told: pg_restore has committed.
    if (code === 0 && !broken) return;
    signal.throwIfAborted();
    if (ended.status === "rejected") throw describe(tool, ended.reason as NodeJS.ErrnoException);
    if (broken) throw broken.reason;
    throw new BackupError("TOOL", `${tool} failed: ${lastWords(errors, tool) || `exit code ${code}`}`);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** "pg_dump (PostgreSQL) 15.18 (Debian …)" */
export async function toolVersion(
  tool: string,
  options: Pick<ToolOptions, "variables" | "signal">,
): Promise<string> {
  let text = "";
  await runTool(tool, ["--version"], {
    ...options,
    output: async (bytes) => {
      for await (const chunk of bytes) text += String(chunk);
    },
  });
  return text.trim();
}

/** A tool that has read enough closes its input; its exit code says what it thinks of it. */
function unlessItHungUp(error: NodeJS.ErrnoException) {
  if (!/^(EPIPE|ECONNRESET|ERR_STREAM_PREMATURE_CLOSE)$/.test(error.code ?? "")) throw error;
}

function describe(tool: string, error: NodeJS.ErrnoException) {
  return error.code === "ENOENT"
    ? new BackupError(
        "TOOL",
        `${tool} is not installed. Install the client programs of Postgres, of the server's version or later (Debian: postgresql-client).`,
        { cause: error },
      )
    : error;
}

function lastWords(errors: string, tool: string): string {
  const lines = errors.split("\n").map((line) => line.replace(`${tool}: `, "").trim());
  return lines.filter(Boolean).slice(-3).join(" ");
}
