import type { Queryable } from "~/platform/db/client.server";
import type { WebhookEvent, WebhookEventStatus } from "./webhook-inbox.repository.server";

export class WebhookInboxOfShop {
  constructor(
    private readonly db: Queryable,
    private readonly shopDomain: string,
  ) {}

  async countByStatus(): Promise<Partial<Record<WebhookEventStatus, number>>> {
    const groups = await this.db.webhookEvent.groupBy({
      by: ["status"],
      where: { shopDomain: this.shopDomain },
      _count: { _all: true },
    });
    return Object.fromEntries(groups.map((group) => [group.status, group._count._all]));
  }

  /** Newest first. */
  list(filter: { status?: WebhookEventStatus; limit?: number } = {}): Promise<WebhookEvent[]> {
    return this.db.webhookEvent.findMany({
      where: { shopDomain: this.shopDomain, status: filter.status },
      orderBy: [{ receivedAt: "desc" }, { id: "desc" }],
      take: filter.limit ?? 50,
    });
  }
}
