/** What is kept for how long, in words that pages and reports share. What a policy does in SQL: policies.server.ts */

/** The lease that sweeps hold, and backups: a dump's snapshot keeps what a sweep deletes alive. */
export const SWEEP_JOB = "retention";

export const POLICY_NAMES = [
  "ai-drafts",
  "connection-events",
  "kpi-cache",
  "webhook-events",
  "sessions",
  "retention-runs",
  "compliance-requests",
] as const;
export type PolicyName = (typeof POLICY_NAMES)[number];

export type SweepOutcome = "COMPLETE" | "INCOMPLETE" | "FAILED";

export type PolicyReport = {
  name: PolicyName;
  /** Rows from before this instant may go; null when the policy is set to keep everything */
  cutoff: string | null;
  /** Rows; in a dry run those that a sweep would delete now, all of them counted unless `note` says otherwise */
  deleted: number;
  /** Rows from before the cutoff that the rule spares */
  kept: number;
  batches: number;
  /** Rows that should be gone and are not; `note` says when they were not all counted */
  backlog: number;
  durationMs: number;
  /** The longest that one batch took, in milliseconds */
  worstBatchMs: number;
  /** Of the backlog, and of what the rule spares */
  oldestAt?: string;
  keptOldestAt?: string;
  /** What an operator should know that is no error */
  note?: string;
  /** Why this policy stopped; the others went on */
  error?: string;
};

/** Most rows that are counted: a count is to stay quick, whatever piled up. */
export const MOST_COUNTED = 1_000_000;

/** The variable by which an operator sets how many days a policy keeps. */
export const SETTINGS: Partial<Record<PolicyName, string>> = {
  "ai-drafts": "RETENTION_AI_DRAFTS_DAYS",
  "connection-events": "RETENTION_CONNECTION_EVENTS_DAYS",
  "webhook-events": "RETENTION_WEBHOOK_EVENTS_DAYS",
  sessions: "RETENTION_SESSIONS_DAYS",
  "retention-runs": "RETENTION_RUNS_DAYS",
  "compliance-requests": "RETENTION_COMPLIANCE_REQUESTS_DAYS",
};
