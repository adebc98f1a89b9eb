/**
 * Random histories of a shop and of the installation, full of the instants that go wrong: exactly on a cutoff, a
 * millisecond beside it, equal ones, the future. Loaded many at once, swept together, and each judged by the oracle.
 */
import { setImmediate as withoutRest } from "node:timers/promises";
import fc from "fast-check";
import { sweep } from "~/features/retention/sweep.server";
import type { Db } from "~/platform/db/client.server";
import { faults, judge, type History } from "./oracle";

const DAY = 86_400_000;
const STATUSES = ["RECEIVED", "PROCESSING", "SUCCEEDED", "SKIPPED", "FAILED", "DEAD"] as const;

/** Ages in milliseconds around `days` ago, which the instants of a policy are picked from. */
function ages(days: number): fc.Arbitrary<number> {
  const limit = days * DAY;
  return fc.oneof(
    fc.constantFrom(limit, limit - 1, limit + 1, limit - 1_000, limit + 1_000, 0, -1, 1),
    // Around a change of clocks, in both directions
    fc.constantFrom(limit - 3_600_000, limit + 3_600_000),
    fc.integer({ min: -3 * DAY, max: 2 * limit + DAY }),
    // Few different ones, so that ties come up
    fc.integer({ min: 0, max: 3 }).map((n) => limit + (n - 1) * 60_000),
  );
}

const nothing = fc.constant(null);
const some = <T>(one: fc.Arbitrary<T>, most: number) => fc.array(one, { maxLength: most });

type Ages = {
  drafts: { age: number; rewardScore: number | null; kind: "AI_DRAFT" | "HUMAN"; sent: boolean }[];
  events: { age: number; provider: string; outcome: string }[];
  figures: { age: number }[];
  webhooks: { age: number | null; status: string }[];
  sessions: { age: number | null; refreshAge: number | null }[];
  runs: { age: number }[];
  requests: { age: number | null }[];
};

export const someHistory: fc.Arbitrary<Ages> = fc.record({
  drafts: some(
    fc.record({
      ...{ age: ages(90), rewardScore: fc.oneof(nothing, nothing, fc.constantFrom(0, 0.5)) },
      ...{ kind: fc.constantFrom("AI_DRAFT", "AI_DRAFT", "HUMAN"), sent: fc.boolean() },
    }),
    3,
  ),
  events: some(
    fc.record({
      age: ages(30),
      provider: fc.constantFrom("GA4", "MCP"),
      // Shops that only ever failed are as common as others.
      outcome: fc.constantFrom("FAILURE", "FAILURE", "SUCCESS"),
    }),
    6,
  ),
  figures: some(fc.record({ age: ages(0) }), 2),
  webhooks: some(
    fc.record({
      age: fc.oneof({ weight: 5, arbitrary: ages(14) }, { weight: 1, arbitrary: nothing }),
      status: fc.constantFrom(...STATUSES),
    }),
    5,
  ),
  sessions: some(fc.record({ age: fc.oneof(ages(30), nothing), refreshAge: fc.oneof(ages(30), nothing) }), 2),
  runs: some(fc.record({ age: ages(90) }), 1),
  requests: some(fc.record({ age: fc.oneof(ages(1095), ages(1096), nothing) }), 1),
});

/** `all` as of `now`, with ids that say whose they are. */
export function historiesOf(all: Ages[], now: Date): History[] {
  const at = (age: number | null) => (age === null ? null : new Date(now.getTime() - age));
  return all.map((ages, shop) => {
    const id = (kind: string, i: number) => `${kind}-${String(shop).padStart(6, "0")}-${i}`;
    return {
      drafts: ages.drafts.map(({ age, rewardScore }, i) => ({
        id: id("draft", i),
        createdAt: at(age)!,
        rewardScore,
      })),
      texts: ages.drafts.map(({ kind, sent }, i) => ({
        ...{ id: `message-${id("draft", i)}`, draft: id("draft", i), kind, sentAt: sent ? now : null },
      })),
      events: ages.events.map(({ age, ...rest }, i) => ({
        id: id("event", i),
        createdAt: at(age)!,
        ...rest,
      })),
      figures: ages.figures.map(({ age }, i) => ({ id: id("kpi", i), expiresAt: at(age)! })),
      webhooks: ages.webhooks.map(({ age, status }, i) => ({
        id: id("webhook", i),
        status,
        processedAt: at(age),
      })),
      sessions: ages.sessions.map(({ age, refreshAge }, i) => ({
        ...{ id: id("session", i), expires: at(age), refreshTokenExpires: at(refreshAge) },
      })),
      runs: ages.runs.map(({ age }, i) => ({ id: id("run", i), startedAt: at(age)! })),
      requests: ages.requests.map(({ age }, i) => ({ id: id("request", i), closedAt: at(age) })),
    };
  });
}

/** Sweeps all of them at once, first dry and then for real, and again a while later. Returns what was wrong. */
export async function sweepHistories(db: Db, histories: History[], now: Date): Promise<string[]> {
  await load(db, histories, now);
  const wrong: string[] = [];
  // Later, then earlier: a clock that was set back must bring nothing more to its end.
  for (const instant of [now, new Date(now.getTime() + 36 * 3_600_000), new Date(now.getTime() - DAY)]) {
    const dry = await swept(db, instant, true);
    const real = await swept(db, instant, false);
    if (real.outcome !== "COMPLETE") wrong.push(`the sweep ended ${real.outcome}`);
    for (const [i, policy] of real.policies.entries())
      if (policy.deleted !== dry.policies[i]!.deleted)
        wrong.push(`${policy.name}: ${dry.policies[i]!.deleted} would go, ${policy.deleted} went`);
  }
  const present = await idsPresent(db);
  const last = new Date(now.getTime() + 36 * 3_600_000);
  for (const history of histories) wrong.push(...faults(judge(history, last), history, present));
  await empty(db);
  return wrong;
}

async function swept(db: Db, now: Date, dryRun: boolean) {
  const leased = await sweep({ db, days: {}, now, sleep: () => withoutRest() }, { dryRun, budgetMs: 60_000 });
  if (leased.outcome === "running") throw new Error("Another sweep is running.");
  return leased.result;
}

async function load(db: Db, histories: History[], now: Date) {
  const dated = { createdAt: now, updatedAt: now };
  const storeId = (i: number) => `store-${i}`;
  const shopDomain = (i: number) => `history-${i}.myshopify.com`;
  await db.store.createMany({
    data: histories.map((_, i) => ({
      id: storeId(i),
      shopDomain: shopDomain(i),
      onboardingFlags: {},
      installedAt: now,
      ...dated,
    })),
  });
  await db.ticket.createMany({
    data: histories.map((_, i) => ({
      id: `ticket-${i}`,
      storeId: storeId(i),
      ...TICKET,
      lastMessageAt: now,
      ...dated,
    })),
  });
  const each = <T extends object>(rows: (history: History, i: number) => T[]) => histories.flatMap(rows);
  await db.ticketMessage.createMany({
    data: each(({ texts }, i) =>
      texts.map(({ draft: _, ...text }) => ({
        ...text,
        storeId: storeId(i),
        ticketId: `ticket-${i}`,
        ...MESSAGE,
        writtenAt: now,
        ...dated,
      })),
    ),
  });
  await db.aiDraft.createMany({
    data: each(({ drafts }, i) =>
      drafts.map((draft) => ({
        ...draft,
        storeId: storeId(i),
        messageId: `message-${draft.id}`,
        ...DRAFT,
        updatedAt: now,
      })),
    ),
  });
  await db.connectionEvent.createMany({
    data: each(({ events }, i) =>
      events.map((event) => ({ ...event, storeId: storeId(i), latencyMs: 1, updatedAt: now })),
    ) as never,
  });
  await db.kpiCache.createMany({
    data: each(({ figures }, i) =>
      figures.map((figure, n) => ({
        ...figure,
        storeId: storeId(i),
        ...figuresOf(n),
        computedAt: now,
        ...dated,
      })),
    ),
  });
  await db.webhookEvent.createMany({
    data: each(({ webhooks }, i) =>
      webhooks.map((webhook) => ({
        ...{
          ...webhook,
          webhookId: webhook.id,
          topic: "test/effect",
          shopDomain: shopDomain(i),
          payload: {},
        },
        ...{ receivedAt: now, ...dated },
      })),
    ) as never,
  });
  await db.session.createMany({
    data: each(({ sessions }, i) =>
      sessions.map((session) => ({ ...session, shop: shopDomain(i), state: "", accessToken: "", ...dated })),
    ),
  });
  await db.retentionRun.createMany({
    data: each(({ runs }) =>
      runs.map((run) => ({ ...run, outcome: "COMPLETE" as const, policies: [], ...dated })),
    ),
  });
  await db.complianceRequest.createMany({
    data: each(({ requests }, i) =>
      requests.map((request) => ({
        ...{ ...request, shopDomain: shopDomain(i), topic: "SHOP_REDACT" as const, result: {} },
        ...{ receivedAt: now, dueAt: now, ...dated },
      })),
    ),
  });
}

const TICKET = { channel: "EMAIL" as const, subject: "", tags: [], metadata: {} };
const MESSAGE = { body: "", metadata: {} };
const DRAFT = { model: "", version: "", text: "" };
const figuresOf = (n: number) => ({
  kind: "SALES" as const,
  fromDay: `day ${n}`,
  toDay: `day ${n}`,
  currency: "EUR",
  payload: {},
});

async function idsPresent(db: Db): Promise<Set<string>> {
  const select = { id: true } as const;
  const rows = [
    await db.aiDraft.findMany({ select }),
    await db.ticketMessage.findMany({ select }),
    await db.connectionEvent.findMany({ select }),
    await db.kpiCache.findMany({ select }),
    await db.webhookEvent.findMany({ select }),
    await db.session.findMany({ select }),
    await db.retentionRun.findMany({ select }),
    await db.complianceRequest.findMany({ select }),
  ].flat();
  return new Set(rows.map(({ id }) => id));
}

async function empty(db: Db) {
  await db.store.deleteMany();
  await db.webhookEvent.deleteMany();
  await db.session.deleteMany();
  await db.retentionRun.deleteMany();
  await db.complianceRequest.deleteMany();
}
