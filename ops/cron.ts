/**
 * Calls the /cron endpoints, for platforms whose own scheduler cannot: from the app's image, with CRON_SECRET from the
 * environment. `node --import ./prisma/register-ts-loader.mjs ops/cron.ts` with
 *
 *   refresh                                      once; prints the answer
 *   inbox=15m refresh=15m retention=03:30        by these times (UTC), until SIGTERM
 *   --url http://app.process.backroom.internal:3000    where the app is; SHOPIFY_APP_URL if not given
 *
 * 0  every answer was 200, or 409 because another run is at it; or stopped by a signal
 * 1  another answer, or none
 * 2  it could not begin: no CRON_SECRET, no address, or other arguments
 */
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { ConfigurationError, scriptOption } from "~/platform/env.server";
import { parseSchedule, type Schedule } from "./cron-schedule";

const USAGE = "Usage: ops/cron.ts [--url <origin>] inbox|refresh|retention… or inbox=15m retention=03:30…";
const ENDPOINTS = ["inbox", "refresh", "retention"];
/** The endpoints end by themselves after 50 s. */
const PATIENCE_MS = 120_000;
/** A machine that slept wakes up late: so often is the clock looked at. */
const LOOK_MS = 30_000;

type Job = { endpoint: string; schedule: Schedule | null };
type Target = { url: string; secret: string };

async function main(): Promise<number> {
  const { jobs, target } = readOptions();
  const timed = jobs.flatMap(({ endpoint, schedule }) => (schedule ? [{ endpoint, schedule }] : []));
  if (!timed.length) {
    let failed = false;
    for (const { endpoint } of jobs) failed = !(await call(endpoint, target, { whole: true })) || failed;
    return failed ? 1 : 0;
  }
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  await Promise.all(timed.map(({ endpoint, schedule }) => repeat(endpoint, schedule, target, stop.signal)));
  return 0;
}

function readOptions(): { jobs: Job[]; target: Target } {
  const { values, positionals } = readArguments();
  const jobs = positionals.map(readJob);
  const url = values.url ?? scriptOption("SHOPIFY_APP_URL");
  const secret = scriptOption("CRON_SECRET");
  const problems = [
    ...(jobs.length && new Set(jobs.map(({ schedule }) => schedule === null)).size === 1 ? [] : [USAGE]),
    ...(secret ? [] : ["CRON_SECRET is not set; give it the value that the app has."]),
    ...(url && URL.canParse(url) ? [] : ["There is no address; give --url, or set SHOPIFY_APP_URL."]),
  ];
  if (problems.length) throw new ConfigurationError(problems);
  return { jobs, target: { url: url!, secret: secret! } };
}

function readArguments() {
  try {
    return parseArgs({ options: { url: { type: "string" } }, allowPositionals: true });
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

/** One call at a time; one that takes longer than its period is not followed by those that it missed. */
async function repeat(
  endpoint: string,
  schedule: Schedule,
  target: Target,
  stop: AbortSignal,
): Promise<void> {
  while (!stop.aborted) {
    const at = schedule(Date.now());
    while (Date.now() < at && !stop.aborted)
      await sleep(Math.min(LOOK_MS, at - Date.now()), undefined, { signal: stop }).catch(() => undefined);
    if (!stop.aborted) await call(endpoint, target, { whole: false });
  }
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
    const done = response.status === 200 || response.status === 409;
    // A log is not the place for a report on every shop; what went wrong is.
    console.log(
      `POST ${path} ${response.status} ${whole || !done ? text.slice(0, 20_000) : outcomeIn(text)}`.trim(),
    );
    return done;
  } catch (error) {
    const { message, cause } = error as Error & { cause?: { code?: string; message?: string } };
    console.error(`POST ${path} got no answer: ${cause?.code ?? cause?.message ?? message}`);
    return false;
  }
}

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
