/** The obligations of a shop as its merchant, an operator and the metrics see them. */
import { z } from "zod";
import type { KeyProvider } from "~/platform/crypto/keyring.server";
import type { Db, Queryable } from "~/platform/db/client.server";
import {
  ComplianceRequestRepository,
  type ComplianceRequest,
  type Counts,
} from "./compliance-request.repository.server";
import { isOpen, type Actor, type CustomerName, type RequestLine } from "./compliance";
import { nameSubject } from "./subject-name.server";

/** Of one shop, the newest first, each with its customer's masked name. `actor` is the person who looks. */
export async function listComplianceRequests(
  db: Queryable,
  keys: KeyProvider,
  shopDomain: string,
  actor: string,
): Promise<RequestLine[]> {
  const requests = await new ComplianceRequestRepository(db).list(shopDomain);
  return Promise.all(requests.map(async (one) => toLine(one, await nameSubject(keys, one), actor)));
}

/** Obligations of the whole installation that are still open. */
export function countOpen(db: Queryable): Promise<number> {
  return new ComplianceRequestRepository(db).countOpen();
}

/** Obligations of the whole installation whose day is past and that are still open. */
export function countOverdue(db: Queryable, now: Date): Promise<number> {
  return new ComplianceRequestRepository(db).countOverdue(now);
}

type Marking = { shopDomain: string; requestId: string; actor: string; now: Date };

/**
 * The merchant has sent the report, or has answered without it. "before": another tab or a colleague said so first;
 * "closed": it was closed otherwise; "unknown": no data request of this shop.
 */
export async function markSent(
  db: Db,
  { shopDomain, requestId, actor, now }: Marking,
): Promise<"done" | "before" | "closed" | "unknown"> {
  const requests = new ComplianceRequestRepository(db);
  const request = await findDataRequest(requests, shopDomain, requestId);
  if (!request) return "unknown";
  if (await requests.recordSent(requestId, actor, now)) return "done";
  const after = await requests.find(shopDomain, requestId);
  return after?.status === "COMPLETED" ? "before" : "closed";
}

/**
 * It was not sent after all: the request is open again, with the day it was due. "erased": the customer's data is gone, so
 * there is nothing left to send; "open": it is open already; "closed": no person closed it.
 */
export async function markNotSent(
  db: Db,
  { shopDomain, requestId }: Pick<Marking, "shopDomain" | "requestId">,
): Promise<"done" | "open" | "erased" | "closed" | "unknown"> {
  const requests = new ComplianceRequestRepository(db);
  if (!(await findDataRequest(requests, shopDomain, requestId))) return "unknown";
  if (await requests.recordNotSent(requestId)) return "done";
  const after = await requests.find(shopDomain, requestId);
  if (!after) return "unknown";
  if (isOpen(after)) return "open";
  return after.sentAt ? "erased" : "closed";
}

async function findDataRequest(requests: ComplianceRequestRepository, shopDomain: string, id: string) {
  const request = await requests.find(shopDomain, id);
  return request?.topic === "CUSTOMERS_DATA_REQUEST" ? request : null;
}

const counts = z.record(z.string(), z.number()).optional().catch(undefined);
const resultSchema = z.object({
  found: counts,
  redacted: counts,
  deleted: counts,
  reason: z.string().optional().catch(undefined),
  error: z.string().optional().catch(undefined),
  handedOver: z.enum(["downloaded", "marked"]).optional().catch(undefined),
});

function toLine(request: ComplianceRequest, customer: CustomerName | null, actor: string): RequestLine {
  const { id, topic, status, receivedAt, dueAt, closedAt } = request;
  const parsed = resultSchema.safeParse(request.result);
  const { found, redacted, deleted, reason, error, handedOver } = parsed.success ? parsed.data : {};
  // Requests that were closed before downloads and sending were told apart say it in their result.
  const downloadedAt = request.downloadedAt ?? (handedOver === "downloaded" ? closedAt : null);
  const sentAt = request.sentAt ?? (handedOver === "marked" ? closedAt : null);
  return {
    ...{ id, topic, status, customer },
    receivedAt: receivedAt.toISOString(),
    dueAt: dueAt.toISOString(),
    closedAt: closedAt?.toISOString() ?? null,
    rows: sum(found ?? redacted ?? deleted),
    remark: reason ?? error ?? null,
    downloadedAt: downloadedAt?.toISOString() ?? null,
    downloadedBy: whoIs(request.downloadedBy, actor),
    sentAt: sentAt?.toISOString() ?? null,
    sentBy: whoIs(request.sentBy, actor),
    hasReport: topic === "CUSTOMERS_DATA_REQUEST" && request.subject !== null,
  };
}

/** Shopify tells an app a person's number and not their name. */
function whoIs(person: string | null, actor: string): Actor | null {
  if (!person) return null;
  return person === actor ? "you" : "a colleague";
}

function sum(of: Counts | undefined): number | null {
  return of ? Object.values(of).reduce((total, count) => total + count, 0) : null;
}
