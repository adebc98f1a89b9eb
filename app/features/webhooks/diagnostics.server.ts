/** What the webhooks pages show: the registry beside the configuration, the inbox, and one event of it. */
import { parse, stringify } from "lossless-json";
import type { Db } from "~/platform/db/client.server";
import { declaredTopics, type DeclaredTopic } from "./declared-topics.server";
import { maskPersonal } from "./personal-data";
import { compareTopics, type TopicComparison } from "./registry-comparison";
import { doorAddress, expectedTopics } from "./registry.server";
import {
  WebhookInboxOfShop,
  type InboxFilter,
  type WebhookEventLine,
} from "./webhook-inbox-of-shop.repository.server";
import { WebhookRegistryRepository, type RegistryEntry } from "./webhook-registry.repository.server";
import type { WebhookEventStatus } from "./webhook-status";
import { topicKeyOf } from "./webhook-topics";
import type { WebhookListQuery } from "./webhooks.schema";

const PAGE_SIZE = 25;
/** Of a payload on a page; a delivery may have 5 MB. */
const SHOWN_CHARACTERS = 100_000;

/** What was last done about a topic at Shopify; instants are ISO. */
export type Handshake = Pick<RegistryEntry, "operation" | "handshakeResult" | "handshakeDetail"> & {
  lastHandshakeAt: string | null;
  recordedAt: string;
};

export type TopicLine = TopicComparison & { handshake: Handshake | null; lastDeliveryAt: string | null };

export type DeliveryLine = Pick<
  WebhookEventLine,
  "webhookId" | "topic" | "status" | "attempts" | "lastError" | "replayedBy"
> & {
  receivedAt: string;
  triggeredAt: string | null;
  processedAt: string | null;
  nextAttemptAt: string | null;
  replayedAt: string | null;
};

export type WebhookDiagnostics = {
  /** As far as we know without asking Shopify */
  topics: TopicLine[];
  counts: Record<WebhookEventStatus, number>;
  oldest: { webhookId: string; topic: string; receivedAt: string } | null;
  deliveries: DeliveryLine[];
  newer: string | null;
  older: string | null;
  /** Of every delivery so far, for the filter */
  seenTopics: string[];
  /** Each with how many deliveries it was of, as far as they have not been replayed again since */
  replays: { replayedAt: string; replayedBy: string | null; count: number }[];
};

type Shop = { id: string; shopDomain: string };
type Code = { appUrl: string; declared?: readonly DeclaredTopic[]; expected?: readonly string[] };

export async function loadDiagnostics(
  db: Db,
  { id, shopDomain }: Shop,
  query: WebhookListQuery,
  { appUrl, declared = declaredTopics(), expected = expectedTopics() }: Code,
): Promise<WebhookDiagnostics> {
  const inbox = new WebhookInboxOfShop(db, shopDomain);
  const filter = { status: query.status, topic: query.topic, webhookId: query.q, limit: PAGE_SIZE };
  const [asked, counts, oldest, seen, replays, recorded] = await Promise.all([
    inbox.list({ ...filter, cursor: query.after, before: query.before }),
    inbox.countByStatus(),
    inbox.findOldestUnprocessed(),
    inbox.listTopics(),
    inbox.listReplays(),
    new WebhookRegistryRepository(db, shopDomain, id).list(),
  ]);
  // Turning back ends at the first page, which is full even when fewer rows than that lay before the cursor.
  const page = query.before && !asked.previousCursor ? await inbox.list(filter) : asked;
  const topics = compareTopics({ expected, declared, actual: null, address: doorAddress(appUrl) });
  return {
    topics: topics.map((topic) => ({
      ...topic,
      handshake: handshakeOf(recorded.find(({ topicKey }) => topicKey === topic.topicKey)),
      lastDeliveryAt:
        seen.find((one) => topicKeyOf(one.topic) === topic.topicKey)?.latestReceivedAt.toISOString() ?? null,
    })),
    counts,
    oldest: oldest && { ...oldest, receivedAt: oldest.receivedAt.toISOString() },
    deliveries: page.items.map(toLine),
    newer: page.previousCursor,
    older: page.nextCursor,
    seenTopics: seen.map(({ topic }) => topic),
    replays: replays.map((one) => ({ ...one, replayedAt: one.replayedAt.toISOString() })),
  };
}

/** The newest that match. */
export async function listDeliveries(
  db: Db,
  shopDomain: string,
  filter: InboxFilter,
  limit: number,
): Promise<DeliveryLine[]> {
  const { items } = await new WebhookInboxOfShop(db, shopDomain).list({ ...filter, limit });
  return items.map(toLine);
}

export type DeliveryDetail = DeliveryLine & {
  eventId: string | null;
  apiVersion: string | null;
  shopDomain: string;
  /** JSON, with whatever tells of a person masked */
  payload: string;
  /** Characters that were left out at its end */
  payloadCut: number;
};

/** Null when this shop has no such delivery. */
export async function findDelivery(
  db: Db,
  shopDomain: string,
  webhookId: string,
): Promise<DeliveryDetail | null> {
  const event = await new WebhookInboxOfShop(db, shopDomain).find(webhookId);
  if (!event) return null;
  const payload = stringify(maskPersonal(everyDigitOf(event.payload)), null, 2) ?? "";
  return {
    ...toLine(event),
    ...{ eventId: event.eventId, apiVersion: event.apiVersion, shopDomain },
    payload: payload.slice(0, SHOWN_CHARACTERS),
    payloadCut: Math.max(0, payload.length - SHOWN_CHARACTERS),
  };
}

/** Of a name that stands twice the later counts, as everywhere in JavaScript. */
function everyDigitOf(json: string): unknown {
  return parse(json, undefined, { onDuplicateKey: ({ newValue }) => newValue });
}

export type DeliveryProgress = Pick<
  DeliveryLine,
  "status" | "attempts" | "receivedAt" | "processedAt" | "lastError"
>;

/** How far one delivery has come; null while it is not in this shop's inbox. */
export async function findProgress(
  db: Db,
  shopDomain: string,
  webhookId: string,
): Promise<DeliveryProgress | null> {
  const [line] = await listDeliveries(db, shopDomain, { webhookId }, 1);
  if (!line) return null;
  const { status, attempts, receivedAt, processedAt, lastError } = line;
  return { status, attempts, receivedAt, processedAt, lastError };
}

function handshakeOf(entry: RegistryEntry | undefined): Handshake | null {
  if (!entry) return null;
  const { operation, handshakeResult, handshakeDetail, lastHandshakeAt, recordedAt } = entry;
  return {
    ...{ operation, handshakeResult, handshakeDetail },
    lastHandshakeAt: lastHandshakeAt?.toISOString() ?? null,
    recordedAt: recordedAt.toISOString(),
  };
}

export function toLine(event: WebhookEventLine): DeliveryLine {
  const { webhookId, topic, status, attempts, lastError, replayedBy } = event;
  return {
    ...{ webhookId, topic, status, attempts, lastError, replayedBy },
    receivedAt: event.receivedAt.toISOString(),
    triggeredAt: event.triggeredAt?.toISOString() ?? null,
    processedAt: event.processedAt?.toISOString() ?? null,
    nextAttemptAt: event.nextAttemptAt?.toISOString() ?? null,
    replayedAt: event.replayedAt?.toISOString() ?? null,
  };
}
