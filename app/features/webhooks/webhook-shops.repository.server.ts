import type { Queryable } from "~/platform/db/client.server";
import type { InboxFilter } from "./webhook-inbox-of-shop.repository.server";
import type { WebhookEventStatus } from "./webhook-status";

export type ShopCount = {
  shopDomain: string;
  status: WebhookEventStatus;
  count: number;
  oldestReceivedAt: Date;
};

/** Whose deliveries are in the inbox, for the operator of the installation; what is done to them goes shop by shop. */
export class WebhookShopsRepository {
  constructor(private readonly db: Queryable) {}

  /** By shop; of one alone, or of all. */
  async countByShop(filter: InboxFilter & { shopDomain?: string } = {}): Promise<ShopCount[]> {
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
}
