/**
 * A reporter that keeps how long each file took, in .cache/test-timings.json, and prints the slowest of this run. (The slowest
 * start first at the next run: Vitest does that by a record of its own.)
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { Reporter, TestModule } from "vitest/node";

const FILE = ".cache/test-timings.json";
const PRINTED = 20;

/** Milliseconds, by project and file */
type Timings = Record<string, Record<string, number>>;

export default class TimingsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]) {
    const timings: Timings = existsSync(FILE) ? (JSON.parse(readFileSync(FILE, "utf8")) as Timings) : {};
    const run = modules.map((module) => ({
      project: module.project.name,
      file: module.relativeModuleId,
      ms: Math.round(durationOf(module)),
    }));
    for (const { project, file, ms } of run) (timings[project] ??= {})[file] = ms;
    mkdirSync(".cache", { recursive: true });
    writeFileSync(FILE, `${JSON.stringify(timings, null, 2)}\n`);

    const slowest = run.sort((a, b) => b.ms - a.ms).slice(0, PRINTED);
    console.log(`\nThe slowest files, in seconds (all are in ${FILE}):`);
    for (const { file, ms } of slowest) console.log(`${(ms / 1_000).toFixed(1).padStart(7)}  ${file}`);
  }
}

/** From the start of its worker to the end of its last hook. */
function durationOf(module: TestModule): number {
  const { environmentSetupDuration, prepareDuration, collectDuration, setupDuration, duration } =
    module.diagnostic();
  return environmentSetupDuration + prepareDuration + collectDuration + setupDuration + duration;
}
