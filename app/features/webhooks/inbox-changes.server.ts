/** Replay and dismissal, each with what it would do told first. */
import { databaseNow } from "~/platform/db/clock.server";
import type { Db } from "~/platform/db/client.server";
import {
  WebhookInboxOfShop,
  type InboxFilter,
  type InboxSummary,
} from "./webhook-inbox-of-shop.repository.server";
import { DISMISSABLE, REPLAYABLE, type WebhookEventStatus } from "./webhook-status";

export type ChangeKind = "replay" | "dismiss";

export type ChangePreview = {
  kind: ChangeKind;
  filter: InboxFilter;
  /** How many it would change */
  count: number;
  topics: { topic: string; count: number }[];
  statuses: { status: WebhookEventStatus; count: number }[];
  /** ISO instant */
  oldestReceivedAt: string | null;
  /** Matched, and left alone: waiting already, held by a worker, or nothing to dismiss */
  leftAlone: number;
};

/** What `changeInbox` would do now. */
export async function previewChange(
  db: Db,
  shopDomain: string,
  kind: ChangeKind,
  filter: InboxFilter,
): Promise<ChangePreview> {
  const summary = await new WebhookInboxOfShop(db, shopDomain).summarise(filter, await databaseNow(db));
  return { kind, filter, ...tally(kind, summary) };
}

/** Does it, by the database's clock, which the workers' leases go by; returns how many events it changed. */
export async function changeInbox(
  db: Db,
  shopDomain: string,
  kind: ChangeKind,
  filter: InboxFilter,
  by: string,
): Promise<number> {
  const inbox = new WebhookInboxOfShop(db, shopDomain);
  const now = await databaseNow(db);
  return kind === "replay" ? inbox.replay(filter, by, now) : inbox.dismiss(filter, by, now);
}

function tally(kind: ChangeKind, { groups, live }: InboxSummary) {
  const changed: readonly WebhookEventStatus[] = kind === "replay" ? REPLAYABLE : DISMISSABLE;
  const chosen = groups.filter(({ status }) => changed.includes(status));
  const count = sum(chosen);
  const oldest = chosen.map(({ oldestReceivedAt }) => oldestReceivedAt.getTime());
  return {
    count,
    leftAlone: sum(groups) - count + live,
    topics: grouped(chosen, ({ topic }) => topic).map(([topic, of]) => ({ topic, count: sum(of) })),
    statuses: grouped(chosen, ({ status }) => status).map(([status, of]) => ({ status, count: sum(of) })),
    oldestReceivedAt: oldest.length ? new Date(Math.min(...oldest)).toISOString() : null,
  };
}

function sum(groups: { count: number }[]): number {
  return groups.reduce((total, { count }) => total + count, 0);
}

function grouped<T extends { count: number }, K>(items: T[], keyOf: (item: T) => K): [K, T[]][] {
  const groups = new Map<K, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return [...groups].sort(([, a], [, b]) => sum(b) - sum(a));
}
