/** Every area in its order, each within its time; what breaks or hangs is a finding, and the next one runs. */
import { codesOf } from "~/platform/db/error-codes.server";
import { isDatabaseUnavailable, isMissingTable } from "~/platform/db/errors.server";
import type { Source } from "~/platform/env.server";
import { backups } from "./backups";
import { clockOfDatabase, zonesOfNode } from "./clock";
import { configuration } from "./configuration";
import { openContext, type Check, type Context, type DatabaseCheck } from "./context";
import { database } from "./database";
import { CODES, found, type Area, type Finding, type Found } from "./finding";
import type { Host } from "./host";
import { keys } from "./keys";
import { pool } from "./pool";
import { hideSecrets } from "./hide-secrets";
import { schedules } from "./schedules";
import { schema } from "./schema";
import { grantedScopes, scopesOfFile } from "./scopes";
import { sessions } from "./sessions";
import { declaredWebhooks, inboxAndRegistry } from "./webhooks";

const CHECKS: Record<Area, Check[]> = {
  configuration: [configuration],
  database: [database],
  schema: [withRows(schema)],
  pool: [withRows(pool)],
  keys: [withRows(keys)],
  sessions: [withRows(sessions)],
  scopes: [scopesOfFile, withRows(grantedScopes)],
  webhooks: [declaredWebhooks, withRows(inboxAndRegistry)],
  clock: [zonesOfNode, withRows(clockOfDatabase)],
  backups: [backups],
  schedules: [withRows(schedules)],
};

const AREAS = Object.keys(CODES) as Area[];
/** To say goodbye to a database that hangs */
const CLOSE_MS = 2_000;

export async function runChecks(
  variables: Source,
  host: Host,
  stop: AbortSignal,
  onArea: (area: Area, findings: Finding[]) => void = () => {},
): Promise<Finding[]> {
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), host.limits.all);
  const signal = AbortSignal.any([stop, over.signal]);
  const endsAt = performance.now() + host.limits.all;
  const hide = hideSecrets(variables);
  const findings: Finding[] = [];
  const context = await openContext(variables, host, signal);
  try {
    for (const area of AREAS) {
      const ms = Math.min(host.limits.area, Math.max(1, endsAt - performance.now()));
      const ofArea: Finding[] = [];
      for (const check of CHECKS[area])
        for (const { sentence, do: todo, ...rest } of await withinTime(check, context, ms))
          ofArea.push({ area, ...rest, sentence: hide(sentence), ...(todo && { do: hide(todo) }) });
      if (!ofArea.length) ofArea.push({ area, ...found("ok", "OK", "Nothing to mend.") });
      findings.push(...ofArea);
      onArea(area, ofArea);
    }
  } finally {
    clearTimeout(timer);
    await Promise.race([context.db?.$disconnect(), after(CLOSE_MS)]);
  }
  return findings;
}

/** A check that needs rows says so where there is no database to ask, or not the tables yet. */
function withRows(check: DatabaseCheck): Check {
  return async (context) => {
    if (!context.db)
      return [found("note", "NOT_CHECKED", "Not checked: there is no database that can be asked.")];
    try {
      return await check(context.db, context);
    } catch (error) {
      if (!isMissingTable(error) && !isMissingColumn(error)) throw error;
      return [found("note", "NOT_CHECKED", "Not checked: the database has not the schema of this build.")];
    }
  };
}

async function withinTime(check: Check, context: Context, ms: number): Promise<Found[]> {
  const late = after(ms).then((): Found[] => [
    found(
      "mend",
      "CHECK_TIMED_OUT",
      `This was not answered within ${Math.ceil(ms / 1000)} s.`,
      "See whether the database, the key service or the bucket hangs; a lock may be held (pg_stat_activity).",
    ),
  ]);
  const work = check(context).catch((error: unknown): Found[] => [broken(error)]);
  return Promise.race([work, late]);
}

function broken(error: unknown): Found {
  const { name, message, code } = error as Error & { code?: string };
  const sentence = `This check broke off: ${code ?? name}, ${String(message).trim().split("\n").at(-1)}`;
  return isDatabaseUnavailable(error)
    ? found("mend", "CHECK_FAILED", sentence, "The database went away meanwhile; run this again.")
    : found(
        "mend",
        "CHECK_FAILED",
        sentence,
        "The other checks went on. If it stays, report it with this sentence.",
      );
}

function isMissingColumn(error: unknown): boolean {
  return [...codesOf(error)].some((code) => /^(P2022|42703|ColumnNotFound)$/.test(code));
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
