/**
 * The door: what Shopify sends becomes a row of the inbox before it is told so. It asks for no session, so it works for a
 * shop that is uninstalled, unknown, or whose token expired (shopify-app-js#3360), and it does nothing else: what a
 * delivery means is found out later (process.server.ts).
 */
import { isUtf8 } from "node:buffer";
import { mayWorkLater } from "~/platform/db/errors.server";
import { WebhookSignature } from "~/platform/shopify/webhook-signature.server";
import { PayloadRefusedError, storableJson } from "./storable-json";
import type { Delivery } from "./webhook-inbox.repository.server";

/** A request, whichever server it came through. */
export type WebhookRequest = {
  method: string;
  /** By lower-case name; undefined when it is absent */
  header: (name: string) => string | undefined;
  /** The raw bytes, each part of them shown to `onChunk` as it comes; rejects when the body is cut off */
  body: (mostBytes: number, onChunk: (chunk: Buffer) => void) => Promise<Buffer | "too large" | "no room">;
};

export type Door = {
  /** Client secrets, the current and the previous one */
  secrets: readonly (string | undefined)[];
  /** Resolves once the delivery is durable; rejects with PayloadRefusedError where its payload is not JSON */
  store: (delivery: Omit<Delivery, "turnAt">) => Promise<"accepted" | "duplicate">;
  now: () => Date;
};

type Refusal = 400 | 401 | 405 | 413 | 503;
export type Received =
  | { outcome: "accepted" | "duplicate"; webhookId: string; topic: string; shopDomain: string }
  | { outcome: "refused"; status: Refusal; sentence: string }
  | { outcome: "unavailable"; webhookId: string; error: unknown };

/** Shopify's own payloads stay far below it; 5 MB is what it documents for large ones. */
const MOST_BYTES = 5 * 1024 * 1024;
/** Shopify waits five seconds and then tries again; our answer comes before. */
export const STORE_MS = 3_000;

/**
 * Never throws. A delivery that is "accepted" is committed; one that is "duplicate" was so before.
 * 405 not POST · 400 a header is missing or malformed, or the body is no JSON object · 413 over 5 MB · 401 wrong signature ·
 * 503 the database is away, or others' bodies fill the memory that there is for them
 */
export async function receive(request: WebhookRequest, door: Door): Promise<Received> {
  if (request.method !== "POST") return refused(405, "Send a POST request.");
  const missing = Object.values(REQUIRED).find((name) => !request.header(name));
  if (missing) return refused(400, `The header ${missing} is missing.`);
  const signature = new WebhookSignature(request.header(REQUIRED.signature)!, door.secrets);
  if (!signature.isWellFormed) return refused(401, NOT_SIGNED);
  const body = await request.body(MOST_BYTES, (chunk) => signature.update(chunk)).catch(() => undefined);
  if (body === undefined) return refused(400, "The body was cut off.");
  if (body === "too large") return refused(413, "The body is larger than 5 MB.");
  if (body === "no room") return refused(503, "Too much is being received at once; send it again.");
  // Before anything else is looked at, so that what Shopify did not sign costs least.
  if (!signature.isGood()) return refused(401, NOT_SIGNED);
  const headers = readHeaders(request.header);
  if (typeof headers === "string") return refused(400, headers);
  const payload = isUtf8(body) ? storableJson(body.toString("utf8")) : null;
  if (payload === null) return refused(400, NOT_JSON);

  const { webhookId, topic, shopDomain, eventId, apiVersion, triggeredAt } = headers;
  try {
    const outcome = await inTime(
      door.store({
        webhookId,
        topic,
        shopDomain,
        eventId,
        apiVersion,
        triggeredAt,
        payload,
        receivedAt: door.now(),
      }),
    );
    return { outcome, webhookId, topic, shopDomain };
  } catch (error) {
    if (error instanceof PayloadRefusedError) return refused(400, NOT_JSON);
    return { outcome: "unavailable", webhookId, error };
  }
}

const NOT_JSON = "The body is not a JSON object.";
const NOT_SIGNED = "The signature does not match the body.";

function refused(status: Refusal, sentence: string): Received {
  return { outcome: "refused", status, sentence };
}

const REQUIRED = {
  signature: "x-shopify-hmac-sha256",
  topic: "x-shopify-topic",
  shopDomain: "x-shopify-shop-domain",
  webhookId: "x-shopify-webhook-id",
} as const;

/** The headers that a delivery cannot do without and those that it can, or a sentence about the first that is wrong. */
function readHeaders(header: WebhookRequest["header"]) {
  const topic = header(REQUIRED.topic)!;
  const shopDomain = header(REQUIRED.shopDomain)!.toLowerCase();
  const webhookId = header(REQUIRED.webhookId)!;
  if (!/^[a-z][a-z0-9_]{0,63}([/.][a-z][a-z0-9_]{0,63}){1,2}$/.test(topic))
    return `The header ${REQUIRED.topic} names no topic.`;
  if (!/^[a-z0-9][a-z0-9-]{0,99}\.myshopify\.com$/.test(shopDomain))
    return `The header ${REQUIRED.shopDomain} is no shop's domain.`;
  if (!/^[\w.:-]{1,128}$/.test(webhookId)) return `The header ${REQUIRED.webhookId} is no id.`;
  return {
    ...{ topic, shopDomain, webhookId },
    eventId: optional(header("x-shopify-event-id"), /^[\w.:-]{1,128}$/),
    apiVersion: optional(header("x-shopify-api-version"), /^[\w-]{1,20}$/),
    triggeredAt: instant(header("x-shopify-triggered-at")),
  };
}

/** What is only nice to know is dropped when it is malformed: the delivery itself must not be lost over it. */
function optional(value: string | undefined, form: RegExp): string | null {
  return value && form.test(value) ? value : null;
}

function instant(value: string | undefined): Date | null {
  const at = /^\d{4}-\d\d-\d\dT/.test(value ?? "") ? new Date(value!) : null;
  // What both databases take for a date, time zones of either end included.
  return at && at.getUTCFullYear() >= 1970 && at.getUTCFullYear() <= 9999 ? at : null;
}

/** A database that neither answers nor fails is one that is away. What it commits after all is a duplicate at the next try. */
function inTime<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("timeout exceeded when trying to connect")), STORE_MS);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

const REFUSAL_HEADERS: Partial<Record<Refusal, Record<string, string>>> = {
  405: { Allow: "POST" },
  503: { "Retry-After": "10" },
};

/** What the sender is told, as plain text: Shopify looks at the status only, a person at the sentence. */
export function answerTo(received: Received): {
  status: number;
  headers: Record<string, string>;
  text: string;
} {
  switch (received.outcome) {
    case "accepted":
      return { status: 200, headers: {}, text: "Received.\n" };
    case "duplicate":
      return { status: 200, headers: {}, text: "Received before.\n" };
    case "refused": {
      const { status, sentence } = received;
      return { status, headers: REFUSAL_HEADERS[status] ?? {}, text: `${sentence}\n` };
    }
    case "unavailable":
      return mayWorkLater(received.error)
        ? {
            status: 503,
            headers: { "Retry-After": "60" },
            text: "The database does not answer; send it again.\n",
          }
        : { status: 500, headers: {}, text: "It could not be stored; send it again.\n" };
  }
}
