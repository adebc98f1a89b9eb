/** The obligations of a shop as its merchant, an operator and the metrics see them. */
import { z } from "zod";
import type { Db, Queryable } from "~/platform/db/client.server";
import {
  ComplianceRequestRepository,
  type ComplianceRequest,
  type Counts,
} from "./compliance-request.repository.server";
import type { RequestLine } from "./compliance";

/** Of one shop, the newest first; nothing in it says whom a request is about. */
export async function listComplianceRequests(db: Queryable, shopDomain: string): Promise<RequestLine[]> {
  return (await new ComplianceRequestRepository(db).list(shopDomain)).map(toLine);
}

/** Obligations of the whole installation that are still open. */
export function countOpen(db: Queryable): Promise<number> {
  return new ComplianceRequestRepository(db).countOpen();
}

/** Obligations of the whole installation whose day is past and that are still open. */
export function countOverdue(db: Queryable, now: Date): Promise<number> {
  return new ComplianceRequestRepository(db).countOverdue(now);
}

/**
 * The merchant has answered the customer without our report. "closed": it had been closed before; "unknown": no data
 * request of this shop.
 */
export async function markHandedOver(
  db: Db,
  shopDomain: string,
  requestId: string,
  now: Date,
): Promise<"done" | "closed" | "unknown"> {
  const requests = new ComplianceRequestRepository(db);
  const request = await requests.find(shopDomain, requestId);
  if (request?.topic !== "CUSTOMERS_DATA_REQUEST") return "unknown";
  const closed = await requests.close(requestId, "COMPLETED", { handedOver: "marked" }, now, {
    keepSubject: true,
  });
  return closed ? "done" : "closed";
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

function toLine(request: ComplianceRequest): RequestLine {
  const { id, topic, status, receivedAt, dueAt, closedAt } = request;
  const parsed = resultSchema.safeParse(request.result);
  const { found, redacted, deleted, reason, error, handedOver } = parsed.success ? parsed.data : {};
  return {
    ...{ id, topic, status },
    receivedAt: receivedAt.toISOString(),
    dueAt: dueAt.toISOString(),
    closedAt: closedAt?.toISOString() ?? null,
    rows: sum(found ?? redacted ?? deleted),
    remark: reason ?? error ?? null,
    handedOver: handedOver ?? null,
    hasReport: topic === "CUSTOMERS_DATA_REQUEST" && request.subject !== null,
  };
}

function sum(of: Counts | undefined): number | null {
  return of ? Object.values(of).reduce((total, count) => total + count, 0) : null;
}
