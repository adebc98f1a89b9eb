/** customers/redact: what Backroom holds of one customer is removed or made anonymous, in steps that may be repeated. */
import type { KeyProvider } from "~/platform/crypto/keyring.server";
import { EnvelopeError } from "~/platform/crypto/envelope.server";
import { inTransaction, type Db, type Queryable } from "~/platform/db/client.server";
import {
  ComplianceRequestRepository,
  type ComplianceRequest,
  type Counts,
} from "./compliance-request.repository.server";
import { CustomerDataRepository, type StoredPayload } from "./customer-data.repository.server";
import { EMPTY, isAbout, payloadBatches, withoutPerson } from "./customer-payloads.server";
import { isCustomer, isSamePerson, orderGids, type Person } from "./person";
import { isClosed, openSubject } from "./record-request.server";

/** Tickets per transaction; each brings its messages and drafts. */
const TICKETS = 50;
const CUSTOMERS = 1000;
const ORDERS = 100;

type Shop = { shopDomain: string; storeId: string | null };
type Run = { db: Db; shop: Shop; person: Person; request: ComplianceRequest; lost: AbortSignal; now: Date };

/** Each batch is committed with what it counted, so that a run which was cut and run again tells the same sums. */
export async function redactCustomer(run: Run & { keys: KeyProvider; exceptEventId: string }): Promise<void> {
  await redactTickets(run);
  await redactFlags(run);
  await redactPayloads(run, run.exceptEventId);
  await forgetEarlierRequests(run, run.keys);
}

async function redactTickets(run: Run) {
  const { db, shop, person } = run;
  const customers = repositoryOf(db, shop);
  for (let after = ""; ;) {
    const batch = await customers.listCustomers(after, CUSTOMERS);
    const ids = batch.filter((row) => isCustomer(person, row)).map(({ id }) => id);
    for (const some of chunks(ids, TICKETS))
      await step(run, (tx) => repositoryOf(tx, shop).anonymiseTickets(some));
    if (batch.length < CUSTOMERS) return;
    after = batch.at(-1)!.id;
  }
}

async function redactFlags(run: Run) {
  for (const gids of chunks(orderGids(run.person), ORDERS))
    await step(run, async (tx) => ({
      OrderFlag: await repositoryOf(tx, run.shop).anonymiseFlags(gids),
    }));
}

/** Requests that wait to be processed need their own payloads until then; each of them empties its own. */
const isWaiting = ({ topic, status }: StoredPayload) =>
  topic === "customers/redact" && status !== "SUCCEEDED" && status !== "SKIPPED";

async function redactPayloads(run: Run, exceptEventId: string) {
  const { db, shop, person } = run;
  const named = isAbout(person);
  for await (const batch of payloadBatches(repositoryOf(db, shop))) {
    const changed = batch
      .filter((payload) => payload.id !== exceptEventId && !isWaiting(payload) && named(payload))
      .flatMap(({ id, text }) => {
        const redacted = withoutPerson(text, person);
        return redacted === null ? [] : [{ id, text: redacted }];
      });
    if (changed.length)
      await step(run, async (tx) => ({
        WebhookEvent: await repositoryOf(tx, shop).updatePayloads(changed),
      }));
    else checkLease(run.lost);
  }
}

/** Earlier requests of the same customer no longer say whom they were about; a report that nobody fetched is void. */
async function forgetEarlierRequests(run: Run, keys: KeyProvider) {
  const { db, shop, person, request, now } = run;
  for (let after = ""; ;) {
    const batch = await new ComplianceRequestRepository(db).listWithSubject(shop.shopDomain, after);
    const last = batch.at(-1);
    if (!last) return;
    after = last.id;
    for (const earlier of batch) {
      if (earlier.id === request.id || (earlier.topic === "CUSTOMERS_REDACT" && !isClosed(earlier))) continue;
      if (!(await isAboutSame(keys, earlier, person))) continue;
      await step(run, async (tx) => {
        const requests = new ComplianceRequestRepository(tx);
        await requests.updateSubject(earlier.id, null);
        // Only if it is open: a merchant may have opened it again since it was read.
        await requests.close(earlier.id, "SKIPPED", { reason: ERASED_FIRST }, now);
        return { ComplianceRequest: 1 };
      });
    }
  }
}

export const ERASED_FIRST = "The customer's data was erased before the report was sent.";

async function isAboutSame(keys: KeyProvider, earlier: ComplianceRequest, person: Person): Promise<boolean> {
  try {
    const subject = await openSubject(keys, earlier);
    return subject !== null && isSamePerson(subject, person);
  } catch (error) {
    // A damaged record opens for nobody, so it says nothing of anybody. A missing key may come back: that is tried again.
    if (error instanceof EnvelopeError) return false;
    throw error;
  }
}

/** The delivery that asked for something: what it said of the customer goes once that is sealed, or done. */
export async function emptyOwnPayload(
  tx: Queryable,
  shop: Shop,
  eventId: string,
  person: Person,
): Promise<void> {
  const customers = repositoryOf(tx, shop);
  const text = await customers.findPayload(eventId);
  const redacted = text === null ? null : withoutPerson(text, person);
  if (redacted !== null) await customers.updatePayloads([{ id: eventId, text: redacted }]);
}

/** Nothing of it is left: for the delivery that erased its shop. */
export async function eraseOwnPayload(tx: Queryable, shop: Shop, eventId: string): Promise<void> {
  await repositoryOf(tx, shop).updatePayloads([{ id: eventId, text: EMPTY }]);
}

async function step(run: Run, work: (tx: Queryable) => Promise<Counts>): Promise<void> {
  checkLease(run.lost);
  await inTransaction(run.db, async (tx) => {
    const counts = await work(tx);
    await new ComplianceRequestRepository(tx).addCounts(run.request.id, "redacted", counts);
  });
}

/** @throws {Error} once another worker has taken the event over */
export function checkLease(lost: AbortSignal): void {
  lost.throwIfAborted();
}

function repositoryOf(db: Queryable, { shopDomain, storeId }: Shop): CustomerDataRepository {
  return new CustomerDataRepository(db, shopDomain, storeId);
}

function chunks<T>(items: T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}
