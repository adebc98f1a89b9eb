/**
 * The retention policies: what goes, when, and what is spared. A sweep walks each pass along its index, from the
 * oldest row to the cutoff.
 */
import { DAY_MS } from "~/platform/clock";
import type { Engine } from "~/platform/db/database-url";
import type { PolicyName } from "./retention";

/** How long a row is kept after the instant that counts. Years are the calendar's. */
export type Lifetime = { days: number } | { years: number };

/** Days by policy, as an operator set them (RETENTION_…_DAYS); 0 or less keeps everything. */
export type RetentionDays = Partial<Record<PolicyName, number>>;

export type Policy = {
  name: PolicyName;
  lifetime: Lifetime;
  table: string;
  /** The instant that counts */
  at: string;
  /** Conditions (SQL) of what goes, walked one after the other: each is what an index begins with, so that it gives the order */
  passes: readonly string[];
  /** A further condition, over "row": what is spared among these */
  unless?: string;
  /** Of what is older than the cutoff and stays, where it is worth telling: its instant, and its condition over "row" */
  spared?: { at: string; where: string };
  /** A row of another table that goes with it: its table, and the columns of ours and of its that are equal, a condition (SQL) over "other" */
  takes?: { table: string; by: readonly (readonly [string, string])[]; where: string };
  /** Most rows of a batch; it takes fewer when they take too long (batch-size.server.ts) */
  batch: Record<Engine, number>;
};

/** SQLite has one connection: while a batch runs, nobody else's statement does. */
const BATCH = { postgres: 20_000, sqlite: 1_000 };

/** A failed attempt with a credential that was never stored: it is neither the latest failure nor newer than one. */
const neverStored = (event: string) =>
  `("${event}"."outcome" = 'FAILURE' AND "${event}"."trigger" = 'CONNECT')`;

/** "row" has one after it of the same store, provider and outcome; of equal instants the id decides. */
const NEWER_OF_ITS_KIND = `EXISTS (
  SELECT 1 FROM "ConnectionEvent" AS "newer"
  WHERE "newer"."storeId" = "row"."storeId" AND "newer"."provider" = "row"."provider" AND "newer"."outcome" = "row"."outcome"
    AND NOT ${neverStored("newer")}
    AND ("newer"."createdAt", "newer"."id") > ("row"."createdAt", "row"."id"))`;
/** Not as NOT EXISTS, which Postgres would make a join of, quadratic in a series: so it looks into the index once per row. */
const LATEST_OF_ITS_KIND = `(NOT ${neverStored("row")} AND (${NEWER_OF_ITS_KIND}) IS FALSE)`;

export const POLICIES: readonly Policy[] = [
  // Drafts without a score are deleted after 90 days, decided or not, and with them the message that shows the text, unless it
  // was sent. Scored ones stay for model feedback.
  {
    name: "ai-drafts",
    ...{ batch: BATCH, lifetime: { days: 90 }, table: "AiDraft", at: "createdAt" },
    passes: [`"row"."rewardScore" IS NULL`],
    spared: { at: "createdAt", where: `"row"."rewardScore" IS NOT NULL` },
    takes: {
      table: "TicketMessage",
      by: [
        ["storeId", "storeId"],
        ["messageId", "id"],
      ],
      where: `"other"."kind" = 'AI_DRAFT' AND "other"."sentAt" IS NULL`,
    },
  },
  // Connection tests are deleted after 30 days; the latest success and the latest failure of each provider stay.
  {
    name: "connection-events",
    ...{ batch: BATCH, lifetime: { days: 30 }, table: "ConnectionEvent", at: "createdAt" },
    passes: ["TRUE"],
    unless: LATEST_OF_ITS_KIND,
    spared: { at: "createdAt", where: LATEST_OF_ITS_KIND },
  },
  // Cached figures are deleted once they have expired.
  {
    name: "kpi-cache",
    ...{ batch: BATCH, lifetime: { days: 0 }, table: "KpiCache", at: "expiresAt" },
    passes: ["TRUE"],
  },
  // Webhooks that were processed or skipped are deleted after 14 days; others stay until someone replays or dismisses them.
  {
    name: "webhook-events",
    ...{ batch: BATCH, lifetime: { days: 14 }, table: "WebhookEvent", at: "processedAt" },
    passes: [`"row"."status" = 'SUCCEEDED'`, `"row"."status" = 'SKIPPED'`],
    spared: {
      at: "receivedAt",
      where: `"row"."status" IN ('RECEIVED', 'PROCESSING', 'FAILED', 'DEAD')`,
    },
  },
  // Sessions are deleted 30 days after neither their access token nor their refresh token works any more.
  {
    name: "sessions",
    ...{ batch: BATCH, lifetime: { days: 30 }, table: "Session", at: "expires" },
    passes: ["TRUE"],
    // A shop that nobody opened for a month still has a refresh token that is good for three.
    unless: `"row"."refreshTokenExpires" >= ?`,
    spared: { at: "expires", where: `"row"."refreshTokenExpires" >= ?` },
  },
  // Records of sweeps are deleted after 90 days.
  {
    name: "retention-runs",
    ...{ batch: BATCH, lifetime: { days: 90 }, table: "RetentionRun", at: "startedAt" },
    passes: [`"row"."outcome" <> 'RUNNING'`],
  },
  // Privacy requests are deleted 3 years after they were closed; open ones stay.
  {
    name: "compliance-requests",
    ...{ batch: BATCH, lifetime: { years: 3 }, table: "ComplianceRequest", at: "closedAt" },
    passes: ["TRUE"],
  },
];

/** Rows from before this instant may go; null when an operator's setting keeps them all. */
export function cutoffOf({ name, lifetime }: Policy, now: Date, set: RetentionDays): Date | null {
  const days = set[name] ?? ("days" in lifetime ? lifetime.days : undefined);
  if (days === undefined) return yearsBefore(now, (lifetime as { years: number }).years);
  if (set[name] !== undefined && days <= 0) return null;
  return new Date(now.getTime() - days * DAY_MS);
}

/** The same day and time of an earlier year; the 28th for a 29th of February that it has not. */
function yearsBefore(now: Date, years: number): Date {
  const then = new Date(now);
  then.setUTCFullYear(now.getUTCFullYear() - years);
  if (then.getUTCMonth() !== now.getUTCMonth()) then.setUTCDate(0);
  return then;
}
