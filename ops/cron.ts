/**
 * Calls the /cron endpoints, for platforms whose own scheduler cannot: from the app's image, with CRON_SECRET from the
 * environment. `node --import ./prisma/register-ts-loader.mjs ops/cron.ts` with
 *
 *   refresh                                      once; prints the answer
 *   inbox=15m refresh=15m retention=03:30        by these times (UTC), until SIGTERM
 *   --url http://app.process.backroom.internal:3000    where the app is; SHOPIFY_APP_URL if not given
 *   --again 5m                                   by times: how long after a call that was not done it is tried again,
 *                                                three times at most, so that a night is made up for; 5m if not given
 *
 * 0  every answer was 200 with the outcome COMPLETE, or 409 because another run is at it; or stopped by a signal
 * 1  something is left (INCOMPLETE) or failed (FAILED), another answer, or none
 * 2  it could not begin: no CRON_SECRET, no address, or other arguments
 */
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { ConfigurationError, scriptOption } from "~/platform/env.server";
import { parsePeriod, parseSchedule, type Schedule } from "./cron-schedule";

const USAGE =
  "Usage: ops/cron.ts [--url <origin>] inbox|refresh|retention… or [--again 5m] inbox=15m retention=03:30…";
const ENDPOINTS = ["inbox", "refresh", "retention"];
/** The endpoints end by themselves after 50 s. */
const PATIENCE_MS = 120_000;
/** A machine that slept wakes up late: so often is the clock looked at. */
const LOOK_MS = 30_000;
/** How often a call that was not done is tried again before its next time. */
const AGAIN_TIMES = 3;
/** Of an answer that goes to the log */
const MOST_CHARACTERS = 20_000;

type Job = { endpoint: string; schedule: Schedule | null };
type Target = { url: string; secret: string };

async function main(): Promise<number> {
  const { jobs, target, againMs } = readOptions();
  const timed = jobs.flatMap(({ endpoint, schedule }) => (schedule ? [{ endpoint, schedule }] : []));
  if (!timed.length) {
    let failed = false;
    for (const { endpoint } of jobs) failed = !(await call(endpoint, target, { whole: true })) || failed;
    return failed ? 1 : 0;
  }
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  await Promise.all(timed.map((job) => repeat(job, target, againMs, stop.signal)));
  return 0;
}

function readOptions(): { jobs: Job[]; target: Target; againMs: number } {
  const { values, positionals } = readArguments();
  const jobs = positionals.map(readJob);
  const url = values.url ?? scriptOption("SHOPIFY_APP_URL");
  const secret = scriptOption("CRON_SECRET");
  const againMs = parsePeriod(values.again);
  const oneKind = new Set(jobs.map(({ schedule }) => schedule === null)).size === 1;
  const problems = [
    ...(oneKind && againMs ? [] : [USAGE]),
    ...(secret ? [] : ["CRON_SECRET is not set; give it the value that the app has."]),
    ...(url && URL.canParse(url) ? [] : ["There is no address; give --url, or set SHOPIFY_APP_URL."]),
  ];
  if (problems.length) throw new ConfigurationError(problems);
  return { jobs, target: { url: url!, secret: secret! }, againMs: againMs! };
}

function readArguments() {
  try {
    return parseArgs({
      options: { url: { type: "string" }, again: { type: "string", default: "5m" } },
      allowPositionals: true,
    });
  } catch {
    throw new ConfigurationError([USAGE]);
  }
}

function readJob(text: string): Job {
  const [endpoint = "", when, ...others] = text.split("=");
  const schedule = when === undefined ? null : parseSchedule(when);
  if (!ENDPOINTS.includes(endpoint) || others.length || (when !== undefined && !schedule))
    throw new ConfigurationError([USAGE]);
  return { endpoint, schedule };
}

/**
 * One call at a time; one that takes longer than its period is not followed by those that it missed. What was not done is
 * tried again before its next time comes.
 */
async function repeat(
  { endpoint, schedule }: { endpoint: string; schedule: Schedule },
  target: Target,
  againMs: number,
  stop: AbortSignal,
): Promise<void> {
  let triesLeft = 0;
  while (!stop.aborted) {
    const next = schedule(Date.now());
    const again = triesLeft ? Date.now() + againMs : Infinity;
    await until(Math.min(next, again), stop);
    if (stop.aborted) return;
    triesLeft = again < next ? triesLeft - 1 : AGAIN_TIMES;
    if (await call(endpoint, target, { whole: false })) triesLeft = 0;
  }
}

async function until(at: number, stop: AbortSignal): Promise<void> {
  while (Date.now() < at && !stop.aborted)
    await sleep(Math.min(LOOK_MS, at - Date.now()), undefined, { signal: stop }).catch(() => undefined);
}

/** Whether the app did it, or is at it already. */
async function call(
  endpoint: string,
  { url, secret }: Target,
  { whole }: { whole: boolean },
): Promise<boolean> {
  const path = `/cron/${endpoint}`;
  try {
    const response = await fetch(new URL(path, url), {
      method: "POST",
      headers: { Authorization: `Bearer ${secret}` },
      redirect: "error",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const text = await response.text();
    const outcome = outcomeIn(text);
    const done = response.status === 409 || (response.status === 200 && outcome === "COMPLETE");
    // A log is not the place for a report on every shop; what went wrong is.
    const told = whole || !done ? text.slice(0, MOST_CHARACTERS) : outcome;
    console.log(`POST ${path} ${response.status} ${told}`.trim());
    return done;
  } catch (error) {
    const { message, cause } = error as Error & { cause?: { code?: string; message?: string } };
    console.error(`POST ${path} got no answer: ${cause?.code ?? cause?.message ?? message}`);
    return false;
  }
}

/** Every report begins with what became of it, before what it says of each part. */
function outcomeIn(text: string): string {
  return /"outcome":\s*"([A-Z]+)"/.exec(text)?.[1] ?? "";
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof ConfigurationError ? error.message : error);
    process.exit(2);
  },
);
