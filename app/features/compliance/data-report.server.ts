/**
 * What Backroom holds about one customer, for the merchant to hand over. Gathered from the live rows at every download, so
 * that no second copy of it is kept anywhere.
 */
import { parse, stringify } from "lossless-json";
import type { KeyProvider } from "~/platform/crypto/keyring.server";
import type { Db, Queryable } from "~/platform/db/client.server";
import {
  ComplianceRequestRepository,
  type ComplianceRequest,
  type Counts,
} from "./compliance-request.repository.server";
import { CustomerDataRepository } from "./customer-data.repository.server";
import { isAbout, payloadBatches } from "./customer-payloads.server";
import { isCustomer, orderGids, type Person } from "./person";
import { openSubject } from "./record-request.server";
import { isWaiting } from "./waiting";

type Shop = { shopDomain: string; id: string };
export type DataReport =
  | { outcome: "report"; text: string; fileName: string }
  /** No such request of this shop */
  | { outcome: "unknown" }
  /** Nothing says any more whom it is about */
  | { outcome: "erased" };

/**
 * The report as JSON text; handing it out closes the request, and it may be downloaded again until the customer's data is
 * erased.
 */
export async function downloadReport(
  db: Db,
  keys: KeyProvider,
  shop: Shop,
  requestId: string,
  now: Date,
): Promise<DataReport> {
  const requests = new ComplianceRequestRepository(db);
  const request = await requests.find(shop.shopDomain, requestId);
  if (request?.topic !== "CUSTOMERS_DATA_REQUEST") return { outcome: "unknown" };
  const person = await openSubject(keys, request);
  if (!person) return { outcome: "erased" };
  const { found, ...content } = await gather(db, shop, person);
  const head = { shop: shop.shopDomain, customer: person, requestedAt: request.receivedAt, gatheredAt: now };
  await requests.close(requestId, "COMPLETED", { found, handedOver: "downloaded" }, now, {
    keepSubject: true,
  });
  return {
    outcome: "report",
    text: `${stringify({ ...head, found, ...content }, undefined, 2)}\n`,
    fileName: reportName(request),
  };
}

/** Whether a shop that has no store here left anything about the customer behind. */
export async function isAnythingLeft(db: Queryable, shopDomain: string, person: Person): Promise<boolean> {
  const named = isAbout(person);
  for await (const batch of payloadBatches(new CustomerDataRepository(db, shopDomain, null)))
    if (batch.some((stored) => !isWaiting(stored) && named(stored))) return true;
  return false;
}

function reportName({ receivedAt }: Pick<ComplianceRequest, "receivedAt">): string {
  return `customer-data-${receivedAt.toISOString().slice(0, 10)}.json`;
}

async function gather(db: Db, { id, shopDomain }: Shop, person: Person) {
  const customers = new CustomerDataRepository(db, shopDomain, id);
  const [tickets, orderFlags, webhookEvents] = [
    await listTickets(customers, person),
    await listFlags(customers, person),
    await listDeliveries(customers, person),
  ];
  const messages = tickets.flatMap((ticket) => ticket.messages);
  const found: Counts = {
    Ticket: tickets.length,
    TicketMessage: messages.length,
    AiDraft: messages.filter(({ draft }) => draft).length,
    OrderFlag: orderFlags.length,
    WebhookEvent: webhookEvents.length,
  };
  return { found, tickets, orderFlags, webhookEvents };
}

const CUSTOMERS = 1000;
const CHUNK = 100;

async function listTickets(customers: CustomerDataRepository, person: Person) {
  const tickets: Awaited<ReturnType<CustomerDataRepository["listTickets"]>> = [];
  for (let after = ""; ;) {
    const batch = await customers.listCustomers(after, CUSTOMERS);
    const ids = batch.filter((row) => isCustomer(person, row)).map((row) => row.id);
    for (let i = 0; i < ids.length; i += CHUNK)
      tickets.push(...(await customers.listTickets(ids.slice(i, i + CHUNK))));
    if (batch.length < CUSTOMERS) return tickets;
    after = batch.at(-1)!.id;
  }
}

async function listFlags(customers: CustomerDataRepository, person: Person) {
  const gids = orderGids(person);
  const flags: Awaited<ReturnType<CustomerDataRepository["listFlags"]>> = [];
  for (let i = 0; i < gids.length; i += CHUNK)
    flags.push(...(await customers.listFlags(gids.slice(i, i + CHUNK))));
  return flags;
}

async function listDeliveries(customers: CustomerDataRepository, person: Person) {
  const named = isAbout(person);
  const deliveries: { topic: string; receivedAt: Date; payload: unknown }[] = [];
  for await (const batch of payloadBatches(customers))
    for (const stored of batch.filter(named))
      deliveries.push({
        topic: stored.topic,
        receivedAt: stored.receivedAt,
        payload: legible(stored.text),
      });
  return deliveries;
}

/** What cannot be read as JSON may be theirs all the same, and is handed over as it is. */
function legible(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return text;
  }
}
