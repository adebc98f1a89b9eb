import type { Queryable } from "~/platform/db/client.server";
import { isUniqueViolation } from "~/platform/db/errors.server";

type Row = NonNullable<Awaited<ReturnType<Queryable["webhookEvent"]["findFirst"]>>>;
export type WebhookEvent = Row;
export type WebhookEventStatus = Row["status"];
export type Delivery = Pick<
  Row,
  "webhookId" | "eventId" | "topic" | "shopDomain" | "triggeredAt" | "receivedAt"
> & {
  payload: object;
};

/**
 * The inbox of the whole installation: deliveries arrive before anybody knows which store they belong to. What a
 * merchant may see goes through `WebhookInboxOfShop`.
 */
export class WebhookInboxRepository {
  constructor(private readonly db: Queryable) {}

  /** The unique webhook id is the dedupe: a redelivery finds its row there and changes nothing. Not in a transaction. */
  async insert(delivery: Delivery): Promise<"accepted" | "duplicate"> {
    try {
      await this.db.webhookEvent.create({ data: delivery });
      return "accepted";
    } catch (error) {
      if (isUniqueViolation(error)) return "duplicate";
      throw error;
    }
  }
}
