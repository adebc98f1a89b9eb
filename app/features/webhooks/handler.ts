/** What a topic's handler is given, and what it may say. */
import type { Store } from "~/features/stores/require-store.server";
import type { KeyProvider } from "~/platform/crypto/keyring.server";
import type { Db, Queryable } from "~/platform/db/client.server";

/** A delivery as a handler sees it. */
export type InboxEvent = {
  id: string;
  webhookId: string;
  topic: string;
  shopDomain: string;
  /** When it happened, by Shopify's clock; null where Shopify did not say */
  triggeredAt: Date | null;
  receivedAt: Date;
  /** This attempt included */
  attempts: number;
  /** As Shopify sent it; whole numbers beyond 2^53 as text, so that no id loses its last digits (payload.ts) */
  payload: unknown;
};

type Context<S> = {
  store: S;
  event: InboxEvent;
  keys: KeyProvider;
  /** By the database's clock */
  now: Date;
};

/**
 * Skipped: nothing to do, and why, as a sentence that the merchant reads on the diagnostics page. Erased: done, and the
 * event's own row is to go with everything else, deleted by its lease token in the transaction that would have completed it.
 */
export type HandlerResult = "done" | { skipped: string } | { erased: true };

type Handle<S> = (context: Context<S> & { tx: Queryable }) => Promise<HandlerResult>;

/**
 * `handle`: everything written through `tx` is committed together with the event's completion, or not at all: an effect
 * happens once, whatever is killed. It has five seconds, and asks nobody but the database. What it throws makes the event
 * FAILED, and DEAD at its last attempt.
 */
export type TopicHandler =
  /** Events of stores that are ACTIVE; the others are skipped */
  | { of: "installed"; handle: Handle<Store> }
  /** Events of whichever store, and of none */
  | {
      of: "any";
      /**
       * What is too much for one transaction: in steps, each of which may be repeated. The lease is kept meanwhile; `lost`
       * is aborted when it could not be, or the process is about to stop. `handle` is given the store as it is afterwards.
       */
      prepare?: (context: Context<Store | null> & { db: Db; lost: AbortSignal }) => Promise<void>;
      handle: Handle<Store | null>;
    };

/** A payload that is not what the topic promises; the message names the field, and never its value. */
export class PayloadError extends Error {
  readonly name = "PayloadError";
  readonly code = "PAYLOAD_INVALID";
}
