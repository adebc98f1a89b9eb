/** The report of a data request: a document for the customer, and the same as JSON. */
import { stringify } from "lossless-json";
import { EnvelopeError } from "~/platform/crypto/envelope.server";
import type { KeyProvider } from "~/platform/crypto/keyring.server";
import type { Db, Queryable } from "~/platform/db/client.server";
import { ComplianceRequestRepository } from "./compliance-request.repository.server";
import { CustomerDataRepository } from "./customer-data.repository.server";
import { isAbout, payloadBatches } from "./customer-payloads.server";
import type { Person } from "./person";
import { openSubject } from "./record-request.server";
import { gatherReport } from "./report-content.server";
import { renderReport } from "./report-html.server";
import { isWaiting } from "./waiting";

type Shop = { shopDomain: string; id: string; ianaTimezone: string };
export type ReportFormat = "html" | "json";
type Asked = { requestId: string; format: ReportFormat; actor: string; now: Date };

export type DataReport =
  | { outcome: "report"; text: string; fileName: string }
  /** No such request of this shop */
  | { outcome: "unknown" }
  /** Nothing says any more whom it is about */
  | { outcome: "erased" }
  /** What says whom it is about is damaged */
  | { outcome: "unreadable" };

/**
 * The report as text, and a record of who downloaded it when. The request stays open until the merchant says that the
 * report was sent; it may be downloaded again until the customer's data is erased.
 */
export async function downloadReport(
  db: Db,
  keys: KeyProvider,
  shop: Shop,
  { requestId, format, actor, now }: Asked,
): Promise<DataReport> {
  const requests = new ComplianceRequestRepository(db);
  const request = await requests.find(shop.shopDomain, requestId);
  if (request?.topic !== "CUSTOMERS_DATA_REQUEST") return { outcome: "unknown" };
  const person = await openSubject(keys, request).catch((error: unknown) => {
    if (error instanceof EnvelopeError) return "unreadable" as const;
    throw error;
  });
  if (person === "unreadable") return { outcome: "unreadable" };
  if (!person) return { outcome: "erased" };
  const content = await gatherReport(db, shop, person);
  if (!(await requests.recordDownload(requestId, content.found, actor, now))) return { outcome: "erased" };
  const report = {
    shop: shop.shopDomain,
    customer: person,
    requestedAt: request.receivedAt,
    gatheredAt: now,
    ...content,
  };
  return {
    outcome: "report",
    text:
      format === "json" ? `${stringify(report, undefined, 2)}\n` : renderReport(report, shop.ianaTimezone),
    fileName: `customer-data-${request.receivedAt.toISOString().slice(0, 10)}.${format}`,
  };
}

/** Whether a shop that has no store here left anything about the customer behind. */
export async function isAnythingLeft(db: Queryable, shopDomain: string, person: Person): Promise<boolean> {
  const named = isAbout(person);
  for await (const batch of payloadBatches(new CustomerDataRepository(db, shopDomain, null)))
    if (batch.some((stored) => !isWaiting(stored) && named(stored))) return true;
  return false;
}
