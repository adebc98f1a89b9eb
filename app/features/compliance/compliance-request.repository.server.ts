import { DAY_MS } from "~/platform/clock";
import type { Queryable } from "~/platform/db/client.server";

type Row = NonNullable<Awaited<ReturnType<Queryable["complianceRequest"]["findFirst"]>>>;
export type ComplianceRequest = Row;

/** Shopify's limit for all three topics (https://shopify.dev/docs/apps/build/compliance/privacy-law-compliance). */
export const COMPLIANCE_DAYS = 30;

/** Obligations outlive the store they are about, so they are kept by shop domain and belong to the installation. */
export class ComplianceRequestRepository {
  constructor(private readonly db: Queryable) {}

  async insert(request: Pick<Row, "shopDomain" | "topic" | "receivedAt">): Promise<ComplianceRequest> {
    const dueAt = new Date(request.receivedAt.getTime() + COMPLIANCE_DAYS * DAY_MS);
    return this.db.complianceRequest.create({ data: { ...request, dueAt, result: {} } });
  }

  /** Still to be done, the most urgent first. */
  listOpen(limit = 100): Promise<ComplianceRequest[]> {
    return this.db.complianceRequest.findMany({
      where: { status: { in: ["RECEIVED", "FAILED"] } },
      orderBy: [{ dueAt: "asc" }, { id: "asc" }],
      take: limit,
    });
  }

  async close(id: string, status: "COMPLETED" | "SKIPPED", result: object, now: Date): Promise<void> {
    await this.db.complianceRequest.update({ where: { id }, data: { status, result, closedAt: now } });
  }
}
