/** How retention is told to a merchant. */
import { formatSpan } from "~/platform/time-span";
import { DAY_MS } from "~/platform/clock";
import type { Lifetime } from "./policies.server";
import type { PolicyName } from "./retention";

/** The most of a store's rows that are counted: more would tell a merchant nothing more. */
export const MOST_SHOWN = 10_000;

type PolicyText = {
  title: string;
  /** What goes and what stays; `span` is for how long it is kept */
  rule: (span: string) => string;
  /** Why older rows stay, after "3 older ones stay: " */
  spared?: string;
};

export const POLICY_TEXTS: Record<PolicyName, PolicyText> = {
  "ai-drafts": {
    title: "AI drafts",
    rule: (span) =>
      `Drafts without a score are deleted after ${span}, decided or not, and their messages unless they were sent. Scored ones stay: they show what a good answer is.`,
    spared: "scored",
  },
  "connection-events": {
    title: "Connection tests",
    rule: (span) => `Deleted after ${span}. The latest success and the latest failure of each service stay.`,
    spared: "the latest success or failure of a service",
  },
  "kpi-cache": {
    title: "Cached figures",
    rule: () =>
      "Deleted once they have expired, which is hours after they were computed. Until they are computed again the overview shows those days as “Not computed yet”.",
  },
  "webhook-events": {
    title: "Webhooks",
    rule: (span) =>
      `Deleted ${span} after they were processed or skipped. Others stay until somebody replays or dismisses them.`,
    spared: "waiting for a replay or a dismissal",
  },
  sessions: {
    title: "Sign-ins with Shopify",
    rule: (span) => `Deleted ${span} after they stopped working.`,
    spared: "still good for a renewal",
  },
  "retention-runs": {
    title: "Records of sweeps",
    rule: (span) => `Deleted after ${span}.`,
  },
  "compliance-requests": {
    title: "Privacy requests",
    rule: (span) => `Deleted ${span} after they were closed. Open ones stay.`,
  },
};

/** What no sweep deletes. */
export const ARCHIVED = [
  {
    title: "Tickets",
    rule: "Kept with their messages, archived or not: no sweep deletes them. A customer's request for removal makes them anonymous.",
  },
  {
    title: "Order flags",
    rule: "Kept, archived or not: no sweep deletes them. A customer's request for removal makes them anonymous.",
  },
];

/** "90 days", "3 years"; null when it says nothing (what goes at once). */
export function lifetimeText(lifetime: Lifetime): string | null {
  if ("years" in lifetime) return `${lifetime.years} ${lifetime.years === 1 ? "year" : "years"}`;
  return lifetime.days > 0 ? formatSpan(lifetime.days * DAY_MS) : null;
}

/** "128", "10,000 or more" */
export function countText(count: number): string {
  const text = count.toLocaleString("en-US");
  return count === MOST_SHOWN ? `${text} or more` : text;
}

/** "3 older ones stay: scored" */
export function sparedText(name: PolicyName, count: number): string {
  const stay = count === 1 ? "1 older one stays" : `${countText(count)} older ones stay`;
  return `${stay}: ${POLICY_TEXTS[name].spared ?? "its rule says so"}`;
}
