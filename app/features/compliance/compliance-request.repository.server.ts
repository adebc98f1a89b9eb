import { DAY_MS } from "~/platform/clock";
import type { Queryable } from "~/platform/db/client.server";
import { isUniqueViolation } from "~/platform/db/errors.server";

type Row = NonNullable<Awaited<ReturnType<Queryable["complianceRequest"]["findFirst"]>>>;
export type ComplianceRequest = Row;
export type Counts = Record<string, number>;

/** Shopify's limit for all three topics (https://shopify.dev/docs/apps/build/compliance/privacy-law-compliance). */
export const COMPLIANCE_DAYS = 30;

const OPEN = { in: ["RECEIVED" as const, "FAILED" as const] };

/** Obligations outlive the store they are about, so they are kept by shop domain and belong to the installation. */
export class ComplianceRequestRepository {
  constructor(private readonly db: Queryable) {}

  /** The request of a delivery, recorded once; a redelivery finds it as it has become. Not in a transaction. */
  async upsert(
    request: Pick<Row, "shopDomain" | "topic" | "receivedAt"> & { webhookId: string },
  ): Promise<ComplianceRequest> {
    const existing = await this.findByWebhookId(request.webhookId);
    if (existing) return existing;
    const dueAt = new Date(request.receivedAt.getTime() + COMPLIANCE_DAYS * DAY_MS);
    try {
      return await this.db.complianceRequest.create({ data: { ...request, dueAt, result: {} } });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      return this.db.complianceRequest.findUniqueOrThrow({ where: { webhookId: request.webhookId } });
    }
  }

  findByWebhookId(webhookId: string): Promise<ComplianceRequest | null> {
    return this.db.complianceRequest.findUnique({ where: { webhookId } });
  }

  find(shopDomain: string, id: string): Promise<ComplianceRequest | null> {
    return this.db.complianceRequest.findFirst({ where: { shopDomain, id } });
  }

  /** Of one shop, the newest first. */
  list(shopDomain: string, limit = 100): Promise<ComplianceRequest[]> {
    return this.db.complianceRequest.findMany({
      where: { shopDomain },
      orderBy: [{ receivedAt: "desc" }, { id: "desc" }],
      take: limit,
    });
  }

  /** Still to be done, the most urgent first. */
  listOpen(limit = 100): Promise<ComplianceRequest[]> {
    return this.db.complianceRequest.findMany({
      where: { status: OPEN },
      orderBy: [{ dueAt: "asc" }, { id: "asc" }],
      take: limit,
    });
  }

  /** Those of a shop that still say whom they are about, in the order of ids. */
  listWithSubject(shopDomain: string, after: string, limit = 100): Promise<ComplianceRequest[]> {
    return this.db.complianceRequest.findMany({
      where: { shopDomain, subject: { not: null }, id: { gt: after } },
      orderBy: { id: "asc" },
      take: limit,
    });
  }

  countOpen(): Promise<number> {
    return this.db.complianceRequest.count({ where: { status: OPEN } });
  }

  countOverdue(now: Date): Promise<number> {
    return this.db.complianceRequest.count({ where: { status: OPEN, dueAt: { lt: now } } });
  }

  /** A new subject is not stored once the request is closed. */
  async updateSubject(id: string, subject: string | null): Promise<void> {
    const where = subject === null ? { id } : { id, status: OPEN };
    await this.db.complianceRequest.updateMany({ where, data: { subject } });
  }

  /** In the transaction that did the work, so that a run which was cut counts nothing twice. */
  async addCounts(id: string, part: "redacted" | "deleted", counts: Counts): Promise<void> {
    const { result } = await this.db.complianceRequest.findUniqueOrThrow({ where: { id } });
    const so = result as Record<string, Counts | undefined>;
    const sum = { ...so[part] };
    for (const [table, count] of Object.entries(counts)) if (count) sum[table] = (sum[table] ?? 0) + count;
    await this.db.complianceRequest.update({ where: { id }, data: { result: { ...so, [part]: sum } } });
  }

  /** Adds to what is known of it, and removes its subject; an obligation that is closed stays as it was closed. */
  async close(id: string, status: "COMPLETED" | "SKIPPED", result: object, now: Date): Promise<boolean> {
    const request = await this.db.complianceRequest.findUniqueOrThrow({ where: { id } });
    const { error: _error, ...known } = request.result as Record<string, object | undefined>;
    const { count } = await this.db.complianceRequest.updateMany({
      where: { id, status: OPEN },
      data: { status, result: { ...known, ...result }, closedAt: now, subject: null },
    });
    return count > 0;
  }

  /** False when the customer has been erased meanwhile: then the report must not be handed out. Closes nothing. */
  async recordDownload(id: string, found: Counts, by: string, now: Date): Promise<boolean> {
    const { result } = await this.db.complianceRequest.findUniqueOrThrow({ where: { id } });
    const { count } = await this.db.complianceRequest.updateMany({
      where: { id, subject: { not: null } },
      data: { downloadedAt: now, downloadedBy: by, result: { ...(result as object), found } },
    });
    return count > 0;
  }

  /** The merchant has sent the report: closes an open data request, and keeps its subject. */
  async recordSent(id: string, by: string, now: Date): Promise<boolean> {
    const request = await this.db.complianceRequest.findUniqueOrThrow({ where: { id } });
    const { error: _error, ...known } = request.result as Record<string, object | undefined>;
    const { count } = await this.db.complianceRequest.updateMany({
      where: { id, topic: "CUSTOMERS_DATA_REQUEST", status: OPEN },
      data: { status: "COMPLETED", closedAt: now, sentAt: now, sentBy: by, result: known },
    });
    return count > 0;
  }

  /** Opens a data request again that was closed by a person and still says whom it is about. Its due date stays. */
  async recordNotSent(id: string): Promise<boolean> {
    const request = await this.db.complianceRequest.findUniqueOrThrow({ where: { id } });
    const { handedOver: _handedOver, ...known } = request.result as Record<string, object | undefined>;
    const { count } = await this.db.complianceRequest.updateMany({
      where: { id, topic: "CUSTOMERS_DATA_REQUEST", status: "COMPLETED", subject: { not: null } },
      data: { status: "RECEIVED", closedAt: null, sentAt: null, sentBy: null, result: known },
    });
    return count > 0;
  }

  /** Will be tried again. `error` is our own sentence, never a message that may quote what it failed on. */
  async fail(id: string, error: string): Promise<void> {
    const request = await this.db.complianceRequest.findUniqueOrThrow({ where: { id } });
    await this.db.complianceRequest.updateMany({
      where: { id, status: OPEN },
      data: { status: "FAILED", result: { ...(request.result as object), error } },
    });
  }

  /** Tried again: what went wrong the last time is no longer its state. */
  async retry({ id, result }: Pick<Row, "id" | "result">): Promise<void> {
    const { error: _error, ...known } = result as Record<string, object | undefined>;
    await this.db.complianceRequest.updateMany({
      where: { id, status: "FAILED" },
      data: { status: "RECEIVED", result: known },
    });
  }

  /**
   * Closes the shop's requests after its data was erased, and removes their subjects. Requests of the deliveries `waiting`
   * (webhook ids) stay open: processing those deliveries closes them.
   */
  async closeAllOfShop(shopDomain: string, waiting: string[], reason: string, now: Date): Promise<void> {
    const theOthers = { shopDomain, OR: [{ webhookId: null }, { webhookId: { notIn: waiting } }] };
    await this.db.complianceRequest.updateMany({
      where: { ...theOthers, subject: { not: null } },
      data: { subject: null },
    });
    // Who of the shop's staff did something is the shop's data.
    await this.db.complianceRequest.updateMany({
      where: { shopDomain, OR: [{ downloadedBy: { not: null } }, { sentBy: { not: null } }] },
      data: { downloadedBy: null, sentBy: null },
    });
    await this.db.complianceRequest.updateMany({
      where: { ...theOthers, status: OPEN },
      data: { status: "SKIPPED", closedAt: now, result: { reason } },
    });
  }
}
