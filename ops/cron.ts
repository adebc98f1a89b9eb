/** Calls the /cron endpoints, for platforms whose own scheduler cannot (ops/fly.toml, ops/render.yaml). */
import { command, STOPPED, UsageError, type Io } from "~/platform/command.server";
import { ConfigurationError, type Source } from "~/platform/env.server";
import { parsePeriod, parseSchedule, repeat, systemTimer, type Schedule } from "./cron-schedule";
import { parseUrl } from "~/platform/http/parse-url";

const ENDPOINTS = ["inbox", "refresh", "retention"];
/** The endpoints end by themselves after 50 s. */
const PATIENCE_MS = 120_000;
/** Of an answer that goes to the log */
const MOST_CHARACTERS = 20_000;

type Job = { endpoint: string; schedule: Schedule | null };
type Target = { url: string; secret: string };

export const main = command({
  name: "node ops/run.mjs ops/cron",
  help: `Usage: node ops/run.mjs ops/cron [--url <origin>] <job>… [--again 5m]

Calls the app's /cron endpoints (inbox, refresh, retention), from the app's image, with CRON_SECRET from the environment.
  refresh                                      once; prints the answer
  inbox=15m refresh=15m retention=03:30        by these times (UTC), until SIGTERM
  --url http://app.process.backroom.internal:3000    where the app is; SHOPIFY_APP_URL if not given
  --again 5m                                   by times: how long after a call that was not done it is tried again,
                                               three times at most, so that a night is made up for; 5m if not given

0    every answer was 200 with the outcome COMPLETE, or 409 because another run is at it; or by times, and stopped by a signal
1    something is left (INCOMPLETE) or failed (FAILED), another answer, or none
2    it could not begin: no CRON_SECRET, no address, or other arguments
130  a single call was stopped by SIGINT or SIGTERM`,
  options: { url: "value", again: "value" },
  positionals: Infinity,
  run: async ({ values, positionals }, env, io) => {
    const jobs = readJobs(positionals);
    const againMs = parsePeriod(values.again ?? "5m");
    if (!againMs) throw new UsageError("--again is a time such as 30s, 5m or 1h.");
    const target = readTarget(values.url, env);
    const timed = jobs.flatMap(({ endpoint, schedule }) => (schedule ? [{ endpoint, schedule }] : []));
    if (!timed.length) return callOnce(jobs, target, io);
    const options = { againMs, stop: io.signal, timer: systemTimer };
    await Promise.all(
      timed.map(({ endpoint, schedule }) => repeat(schedule, () => call(endpoint, target, io), options)),
    );
    return 0;
  },
});

/** @throws {UsageError} */
function readJobs(texts: string[]): Job[] {
  const jobs = texts.map((text): Job => {
    const [endpoint = "", when, ...others] = text.split("=");
    const schedule = when === undefined ? null : parseSchedule(when);
    if (!ENDPOINTS.includes(endpoint))
      throw new UsageError(`"${endpoint}" is none of ${ENDPOINTS.join(", ")}.`);
    if (others.length || (when !== undefined && !schedule))
      throw new UsageError(`"${text}" names no time such as ${endpoint}=15m or ${endpoint}=03:30.`);
    return { endpoint, schedule };
  });
  if (!jobs.length) throw new UsageError("Name at least one job.");
  if (new Set(jobs.map(({ schedule }) => schedule === null)).size > 1)
    throw new UsageError("Give a time to every job or to none.");
  return jobs;
}

/** @throws {ConfigurationError} */
function readTarget(given: string | undefined, env: Source): Target {
  const url = given ?? env.SHOPIFY_APP_URL;
  const secret = env.CRON_SECRET;
  const problems = [
    ...(secret ? [] : ["CRON_SECRET is not set; give it the value that the app has."]),
    ...(url && parseUrl(url)
      ? []
      : ["SHOPIFY_APP_URL is no address; set it, or give --url, to the origin of the app."]),
  ];
  if (!url || !secret || problems.length) throw new ConfigurationError(problems);
  return { url, secret };
}

async function callOnce(jobs: Job[], target: Target, io: Io): Promise<number> {
  let failed = false;
  for (const { endpoint } of jobs) {
    failed = !(await call(endpoint, target, io, { whole: true, stop: io.signal })) || failed;
    if (io.signal.aborted) return STOPPED;
  }
  return failed ? 1 : 0;
}

/** Whether the app did it, or is at it already. A log is not the place for a report on every shop; what went wrong is. */
async function call(
  endpoint: string,
  { url, secret }: Target,
  { out, err }: Io,
  { whole = false, stop }: { whole?: boolean; stop?: AbortSignal } = {},
): Promise<boolean> {
  const path = `/cron/${endpoint}`;
  try {
    const patience = AbortSignal.timeout(PATIENCE_MS);
    const response = await fetch(new URL(path, url), {
      method: "POST",
      headers: { Authorization: `Bearer ${secret}` },
      redirect: "error",
      signal: stop ? AbortSignal.any([stop, patience]) : patience,
    });
    const text = await response.text();
    const outcome = outcomeIn(text);
    const done = response.status === 409 || (response.status === 200 && outcome === "COMPLETE");
    const answer = whole || !done ? text.slice(0, MOST_CHARACTERS) : outcome;
    out(`POST ${path} ${response.status} ${answer}`.trim());
    return done;
  } catch (error) {
    const { message, cause } = error as Error & { cause?: { code?: string; message?: string } };
    err(`POST ${path} got no answer: ${cause?.code ?? cause?.message ?? message}`);
    return false;
  }
}

/** Every report begins with what became of it, before what it says of each part. */
function outcomeIn(text: string): string {
  return /"outcome":\s*"([A-Z]+)"/.exec(text)?.[1] ?? "";
}
