/** What the installation owes: nightly sweeps, and three obligations under Shopify's compliance topics. */
import type { Prisma } from "#prisma/postgres";
import type { Person } from "~/features/compliance/person";
import { subjectPlace } from "~/features/compliance/subject-place";
import type { KeyProvider } from "~/platform/crypto/keyring.server";
import { idFor, uuidFor } from "./ids";
import { after, before, DAY, HOUR, MINUTE, SEED_NOW } from "./instant";
import { random } from "./random";
import { sealed } from "./keys";
import { stamp, type Rows } from "./rows";

const LIFETIMES: Record<string, number> = {
  "ai-drafts": 90 * DAY,
  "connection-events": 30 * DAY,
  "kpi-cache": 0,
  "webhook-events": 14 * DAY,
  sessions: 30 * DAY,
  "retention-runs": 90 * DAY,
  "compliance-requests": 3 * 365 * DAY,
};

/** One sweep a night at 03:30 UTC for thirty days: one ran out of its budget, one met a database that went away. */
export function retentionRunRows(): Rows["RetentionRun"][] {
  return Array.from({ length: 30 }, (_, i): Rows["RetentionRun"] => {
    const startedAt = before(SEED_NOW, (29 - i) * DAY + 11 * HOUR + 30 * MINUTE);
    const rng = random(`retention/${i}`);
    const backlog = i === 6 ? 1240 : 0;
    const failed = i === 19;
    const policies = Object.entries(LIFETIMES).map(([name, lifetime]): Prisma.JsonObject => {
      if (failed)
        return {
          name,
          cutoff: before(startedAt, lifetime).toISOString(),
          deleted: 0,
          kept: 0,
          batches: 0,
          backlog: 0,
          durationMs: 5000,
          error: "Postgres gave no connection in time.",
        };
      const deleted =
        backlog && name === "webhook-events"
          ? 5000
          : name === "kpi-cache"
            ? 270
            : name === "webhook-events"
              ? rng.int(40, 130)
              : name === "connection-events"
                ? rng.int(8, 11)
                : rng.int(0, 1);
      return {
        name,
        cutoff: before(startedAt, lifetime).toISOString(),
        deleted,
        kept: name === "connection-events" ? 8 : 0,
        batches: Math.max(1, Math.ceil(deleted / 1000)),
        backlog: name === "webhook-events" ? backlog : 0,
        durationMs: 4 + Math.ceil(deleted / 9),
      };
    });
    const finishedAt = after(
      startedAt,
      policies.reduce((sum, policy) => sum + Number(policy.durationMs), 20),
    );
    return {
      id: idFor("RetentionRun", i),
      ...stamp(startedAt, finishedAt),
      startedAt,
      finishedAt,
      outcome: failed ? "FAILED" : backlog ? "INCOMPLETE" : "COMPLETE",
      dryRun: i === 12,
      policies,
      backlog,
    };
  });
}

const FORMER_SHOP = "backroom-former.myshopify.com";

/** The open request is about `asking`, and its report can be downloaded. */
export async function complianceRows(
  shop: string,
  otherShop: string,
  asking: Person,
  keys: KeyProvider,
): Promise<Rows["ComplianceRequest"][]> {
  const redacted = { redacted: { Ticket: 1, TicketMessage: 2, WebhookEvent: 4 } };
  const open = request(shop, "CUSTOMERS_DATA_REQUEST", "RECEIVED", 3 * DAY, {});
  return [
    { ...open, subject: await sealed(keys, subjectPlace(open), JSON.stringify(asking)) },
    request(shop, "CUSTOMERS_REDACT", "COMPLETED", 26 * DAY, redacted),
    request(otherShop, "CUSTOMERS_REDACT", "FAILED", 2 * HOUR, {
      error: "Postgres gave no connection in time.",
    }),
    request(otherShop, "SHOP_REDACT", "SKIPPED", 75 * DAY, {
      reason: "The shop installed Backroom again before the 48 hours were over.",
    }),
    // The shop is gone and so is its store row; this is the proof.
    request(FORMER_SHOP, "SHOP_REDACT", "COMPLETED", 40 * DAY, {
      deleted: { Store: 1, KpiCache: 270, OrderFlag: 14, Ticket: 6 },
      remaining: 0,
    }),
  ];
}

function request(
  shopDomain: string,
  topic: Rows["ComplianceRequest"]["topic"],
  status: Rows["ComplianceRequest"]["status"],
  age: number,
  result: Prisma.JsonObject,
): Rows["ComplianceRequest"] {
  const receivedAt = before(SEED_NOW, age);
  const closedAt = status === "COMPLETED" || status === "SKIPPED" ? after(receivedAt, 2 * MINUTE) : null;
  return {
    id: idFor("ComplianceRequest", shopDomain, topic),
    ...stamp(receivedAt, closedAt ?? receivedAt),
    webhookId: uuidFor("compliance", shopDomain, topic),
    shopDomain,
    topic,
    status,
    subject: null,
    receivedAt,
    dueAt: after(receivedAt, 30 * DAY),
    closedAt,
    ...{ downloadedAt: null, downloadedBy: null, sentAt: null, sentBy: null },
    result,
  };
}
