/**
 * Webhooks as Shopify delivers them: signed with the app's secret over the raw bytes, five seconds to answer, anything but
 * 2xx is a failure and is tried again with the same id and the same bytes.
 * Source: https://shopify.dev/docs/apps/build/webhooks/subscribe/https
 */
import { createHmac, randomUUID } from "node:crypto";
import { API_VERSION } from "./graphql/admin-schema";

export type WebhookRequest = {
  topic: string;
  payload: unknown;
  /** How many different events: each has its own id, and is triggered a second after the one before; 1 by default */
  events?: number;
  /** How many more times each delivery is made, with the same ids; 0 by default */
  duplicates?: number;
  /** The newest event goes first */
  outOfOrder?: boolean;
  /** Of the first event; now by default */
  triggeredAt?: Date;
  /** With `events`, of the first one */
  webhookId?: string;
  eventId?: string;
  /** The name of the subscription, where it has one */
  name?: string | null;
  /** Further attempts after a failure; Shopify makes 8 over 4 hours, and 0 is the default here */
  retries?: number;
  retryDelayMs?: number;
  /** Signs with another secret, e.g. the previous one while it is being rotated */
  secret?: string;
};

export type WebhookOutcome = {
  webhookId: string;
  eventId: string;
  triggeredAt: string;
  /** 0: no answer */
  status: number;
  attempts: number;
  durationMs: number;
  error?: string;
};

export type WebhookTarget = { url: string; shop: string; secret: string };

const TIMEOUT_MS = 5_000;

/** Delivers one after the other, and tells how each of them ended. Never throws for a delivery that failed. */
export async function sendWebhooks(
  target: WebhookTarget,
  request: WebhookRequest,
): Promise<WebhookOutcome[]> {
  const outcomes: WebhookOutcome[] = [];
  for (const delivery of deliveriesOf(target, request))
    outcomes.push(await deliver(target.url, delivery, request));
  return outcomes;
}

type Delivery = { headers: Record<string, string>; body: string };

function deliveriesOf({ shop, secret }: WebhookTarget, request: WebhookRequest): Delivery[] {
  const first = request.triggeredAt ?? new Date();
  const events = Array.from({ length: request.events ?? 1 }, (_, i) => {
    const triggeredAt = new Date(first.getTime() + i * 1000).toISOString();
    const body = JSON.stringify(i === 0 ? request.payload : withUpdatedAt(request.payload, triggeredAt));
    const headers = {
      "Content-Type": "application/json",
      "User-Agent": "Shopify-Captain-Hook",
      "X-Shopify-Topic": request.topic,
      "X-Shopify-Hmac-Sha256": signWebhook(body, request.secret ?? secret),
      "X-Shopify-Shop-Domain": shop,
      "X-Shopify-API-Version": API_VERSION,
      "X-Shopify-Webhook-Id": (i === 0 && request.webhookId) || randomUUID(),
      "X-Shopify-Event-Id": (i === 0 && request.eventId) || randomUUID(),
      "X-Shopify-Triggered-At": triggeredAt,
      ...(request.name && { "X-Shopify-Name": request.name }),
    };
    return Array.from({ length: 1 + (request.duplicates ?? 0) }, () => ({ headers, body }));
  });
  return (request.outOfOrder ? events.reverse() : events).flat();
}

/** base64(HMAC-SHA256(raw body, client secret)), Shopify's X-Shopify-Hmac-Sha256. */
export function signWebhook(body: string, secret: string): string {
  return createHmac("sha256", secret).update(body, "utf8").digest("base64");
}

async function deliver(
  url: string,
  { headers, body }: Delivery,
  request: WebhookRequest,
): Promise<WebhookOutcome> {
  const started = performance.now();
  let attempt = { status: 0, error: undefined as string | undefined };
  let attempts = 0;
  do {
    if (attempts > 0) await new Promise((resolve) => setTimeout(resolve, request.retryDelayMs ?? 1000));
    attempt = await attemptOnce(url, headers, body);
    attempts += 1;
  } while (attempt.error && attempts <= (request.retries ?? 0));
  return {
    webhookId: headers["X-Shopify-Webhook-Id"]!,
    eventId: headers["X-Shopify-Event-Id"]!,
    triggeredAt: headers["X-Shopify-Triggered-At"]!,
    status: attempt.status,
    attempts,
    durationMs: Math.round(performance.now() - started),
    ...(attempt.error && { error: attempt.error }),
  };
}

/** A redirect counts as a failure, as it does for Shopify. */
async function attemptOnce(url: string, headers: Record<string, string>, body: string) {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(url, { method: "POST", headers, body, redirect: "manual", signal });
    await response.arrayBuffer();
    return {
      status: response.status,
      error: response.ok ? undefined : `The app answered ${response.status}.`,
    };
  } catch (error) {
    const cause =
      error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : "";
    return { status: 0, error: `No answer: ${cause}` };
  }
}

function withUpdatedAt(payload: unknown, updatedAt: string): unknown {
  return payload && typeof payload === "object" && "updated_at" in payload
    ? { ...payload, updated_at: updatedAt }
    : payload;
}
