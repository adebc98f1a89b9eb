/** What the three compliance topics oblige to, each in two halves: steps that may be repeated, and the end. */
import type { Store } from "~/features/stores/require-store.server";
import type { HandlerResult, InboxEvent } from "~/features/webhooks/handler";
import { parsePayload } from "~/features/webhooks/payload";
import type { KeyProvider } from "~/platform/crypto/keyring.server";
import type { Db, Queryable } from "~/platform/db/client.server";
import { ComplianceRequestRepository, type ComplianceRequest } from "./compliance-request.repository.server";
import { isAnythingLeft } from "./data-report.server";
import { isNobody, personSchema, type Person } from "./person";
import { FOREIGN, isClosed, isForeign, orFail, recordRequest } from "./record-request.server";
import { emptyOwnPayload, redactCustomer } from "./redact-customer.server";
import { CAME_BACK, deleteShopData, finishShopRedaction, hasReturned } from "./redact-shop.server";

type Delivery = { store: Store | null; event: InboxEvent; now: Date };
type Preparing = Delivery & { db: Db; keys: KeyProvider; lost: AbortSignal };
type Ending = Delivery & { tx: Queryable };

/** Recorded, and then the merchant's turn: the report is gathered when it is downloaded (data-report.server.ts). */
export async function recordDataRequest(context: Preparing): Promise<void> {
  const { db, keys, event, lost } = context;
  if (isForeign(event)) return;
  await orFail(db, event, lost, async () => {
    await recordRequest(db, keys, event, "CUSTOMERS_DATA_REQUEST", readPerson(event));
  });
}

/**
 * From here on only the sealed subject says whom it is about. Where no merchant can fetch a report, because the store is
 * gone, and nothing about the customer is here either, there is nothing to wait for.
 */
export async function openDataRequest({ tx, store, event, now }: Ending): Promise<HandlerResult> {
  if (isForeign(event)) return { skipped: FOREIGN };
  const [request, person] = [await recorded(tx, event), readPerson(event)];
  if (!isClosed(request) && !request.subject) return skip(tx, request, NOBODY, now);
  await emptyOwnPayload(tx, shopOf(store, event), event.id, person);
  if (!store && !(await isAnythingLeft(tx, event.shopDomain, person)))
    await new ComplianceRequestRepository(tx).close(request.id, "COMPLETED", { found: {} }, now);
  return "done";
}

export async function eraseCustomer(context: Preparing): Promise<void> {
  const { db, keys, store, event, lost, now } = context;
  if (isForeign(event)) return;
  await orFail(db, event, lost, async () => {
    const person = readPerson(event);
    const request = await recordRequest(db, keys, event, "CUSTOMERS_REDACT", person);
    if (isClosed(request) || isNobody(person)) return;
    const shop = shopOf(store, event);
    await redactCustomer({ db, keys, shop, person, request, lost, now, exceptEventId: event.id });
  });
}

export async function closeCustomerErasure({ tx, store, event, now }: Ending): Promise<HandlerResult> {
  if (isForeign(event)) return { skipped: FOREIGN };
  const [request, person] = [await recorded(tx, event), readPerson(event)];
  if (!isClosed(request) && isNobody(person)) return skip(tx, request, NOBODY, now);
  await emptyOwnPayload(tx, shopOf(store, event), event.id, person);
  await new ComplianceRequestRepository(tx).close(request.id, "COMPLETED", {}, now);
  return "done";
}

export async function eraseShop({ db, keys, store, event, lost }: Preparing): Promise<void> {
  if (isForeign(event)) return;
  await orFail(db, event, lost, async () => {
    const request = await recordRequest(db, keys, event, "SHOP_REDACT", null);
    if (hasReturned(store, event)) return;
    await deleteShopData({ db, shop: shopOf(store, event), request, lost });
  });
}

export async function closeShopErasure({ tx, store, event, now }: Ending): Promise<HandlerResult> {
  if (isForeign(event)) return { skipped: FOREIGN };
  const request = await recorded(tx, event);
  if (hasReturned(store, event)) return skip(tx, request, CAME_BACK, now);
  const shop = shopOf(store, event);
  const outcome = await finishShopRedaction(tx, { shop, request, eventId: event.id, now });
  return outcome === "erased" ? { erased: true } : skip(tx, request, CAME_BACK, now);
}

const NOBODY = "The request names no customer and no order, or what it named has been erased since.";

async function skip(
  tx: Queryable,
  { id }: ComplianceRequest,
  reason: string,
  now: Date,
): Promise<HandlerResult> {
  await new ComplianceRequestRepository(tx).close(id, "SKIPPED", { reason }, now);
  return { skipped: reason };
}

async function recorded(tx: Queryable, { webhookId }: InboxEvent): Promise<ComplianceRequest> {
  const request = await new ComplianceRequestRepository(tx).findByWebhookId(webhookId);
  if (!request) throw new Error("The request was not recorded before it was to be closed.");
  return request;
}

function readPerson({ payload }: InboxEvent): Person {
  return parsePayload(personSchema, payload);
}

function shopOf(store: Store | null, { shopDomain }: InboxEvent) {
  return { shopDomain, storeId: store?.id ?? null };
}
