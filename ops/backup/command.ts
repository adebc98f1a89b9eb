/** What the three commands have in common: a signal to stop by, and an end. */
import { LeaseLostError } from "~/platform/db/lease.server";
import { DatabaseUnavailableError } from "~/platform/db/errors.server";
import { ConfigurationError } from "~/platform/env.server";
import { BackupError } from "./backup-error";

/** Runs `main` to its exit code; what is expected is a sentence, and everything else the whole error. */
export function runCommand(
  main: (stop: AbortSignal) => Promise<number>,
  exitCodeOf: (error: BackupError) => number = () => 2,
): void {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  main(stop.signal).then(
    (code) => process.exit(code),
    (error: unknown) => {
      // What has a sentence of its own is not the stop: it may tell that a database was replaced.
      if (stop.signal.aborted && !(error instanceof BackupError)) {
        console.error("Stopped. Nothing was left half done.");
        process.exit(130);
      }
      console.error(isExpected(error) ? error.message : error);
      process.exit(error instanceof BackupError ? exitCodeOf(error) : 2);
    },
  );
}

function isExpected(error: unknown): error is Error {
  return [BackupError, ConfigurationError, DatabaseUnavailableError, LeaseLostError].some(
    (expected) => error instanceof expected,
  );
}
