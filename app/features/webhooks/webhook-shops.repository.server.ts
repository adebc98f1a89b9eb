import type { Queryable } from "~/platform/db/client.server";
import type { InboxFilter, WebhookEventLine } from "./webhook-inbox-of-shop.repository.server";
import type { WebhookEventStatus } from "./webhook-status";

export type ShopCount = {
  shopDomain: string;
  status: WebhookEventStatus;
  count: number;
  oldestReceivedAt: Date;
};

/** An operator's filter: of one shop, or of every shop that has anything in the inbox. */
export type InstallationFilter = InboxFilter & { shopDomain?: string };

/** Whose deliveries are in the inbox, for the operator of the installation; what is done to them goes shop by shop. */
export class WebhookShopsRepository {
  constructor(private readonly db: Queryable) {}

  /** By shop; of one alone, or of all. */
  async countByShop(filter: InstallationFilter = {}): Promise<ShopCount[]> {
    const { shopDomain, status, topic, webhookId } = filter;
    const groups = await this.db.webhookEvent.groupBy({
      by: ["shopDomain", "status"],
      where: { shopDomain, status, topic, webhookId },
      _count: { _all: true },
      _min: { receivedAt: true },
      orderBy: [{ shopDomain: "asc" }, { status: "asc" }],
    });
    return groups.map(({ shopDomain, status, _count, _min }) => ({
      ...{ shopDomain, status },
      count: _count._all,
      oldestReceivedAt: _min.receivedAt!,
    }));
  }

  /** Newest first. One statement however many shops there are: one per shop would take every connection there is. */
  list(
    { shopDomain, status, topic, webhookId }: InstallationFilter,
    limit: number,
  ): Promise<(WebhookEventLine & { shopDomain: string })[]> {
    return this.db.webhookEvent.findMany({
      where: { shopDomain, status, topic, webhookId },
      orderBy: [{ receivedAt: "desc" }, { id: "desc" }],
      take: limit,
      omit: { payload: true, storeId: true, leaseToken: true },
    });
  }
}
