/** What webhooks tell about an order, followed on its flags. Takes part in the caller's transaction. */
import type { Queryable } from "~/platform/db/client.server";
import type { FlagRuleId } from "./flag-rules";
import { OrderFlagRepository, type OrderFlag, type OrderSnapshot } from "./order-flag.repository.server";

export type { OrderSnapshot };

/**
 * Brings the order's name, total and customer up to date on all of its flags. Shopify's updated_at counts seconds: of two
 * snapshots of one second the one that is handled last stands.
 * "older": all of its flags know something newer.
 */
export async function followOrder(
  db: Queryable,
  storeId: string,
  snapshot: OrderSnapshot,
): Promise<"followed" | "older" | "unflagged"> {
  const repository = new OrderFlagRepository(db, storeId);
  const flags = await repository.listOfOrder(snapshot.orderGid);
  if (!flags.length) return "unflagged";
  const behind = flags.filter((flag) => flag.orderUpdatedAt <= snapshot.orderUpdatedAt);
  if (!behind.length) return "older";
  const different = behind.filter((flag) => !shows(flag, snapshot)).map(({ id }) => id);
  if (different.length) await repository.updateSnapshot(different, snapshot);
  return "followed";
}

function shows(flag: OrderFlag, snapshot: OrderSnapshot): boolean {
  return (
    flag.orderName === snapshot.orderName &&
    flag.orderTotal.minor === snapshot.orderTotal.minor &&
    flag.orderTotal.currency === snapshot.orderTotal.currency &&
    (snapshot.customerName === null || flag.customerName === snapshot.customerName) &&
    flag.orderPlacedAt.getTime() === snapshot.orderPlacedAt.getTime() &&
    flag.orderUpdatedAt.getTime() === snapshot.orderUpdatedAt.getTime()
  );
}

export type Fulfilment = {
  orderGid: string;
  /** When the parcel was made ready; null when Shopify did not say, or it never left */
  sentAt: Date | null;
  /** When the carrier said that it had arrived */
  deliveredAt: Date | null;
  /** As of when this is so */
  at: Date;
};

/** A parcel that is sent after one of these was raised ends it, and one that arrives ends the last. */
const ENDED_BY_SENDING: FlagRuleId[] = ["LATE_FULFILMENT", "PARTIAL_STALE"];
const ENDED_BY_ARRIVAL: FlagRuleId[] = ["DELIVERY_PROBLEM"];

/**
 * Resolves the flags whose reason goes away with a fulfilment (the lifecycle of `OrderFlag` in the schema).
 * "older": the flags were raised by a look at the order that is newer than this.
 */
export async function followFulfilment(
  db: Queryable,
  storeId: string,
  fulfilment: Fulfilment,
): Promise<"resolved" | "older" | "nothing-waits"> {
  const repository = new OrderFlagRepository(db, storeId);
  const flags = await repository.listOfOrder(fulfilment.orderGid);
  const ended = flags.filter((flag) => isEndedBy(flag, fulfilment));
  if (!ended.length) return "nothing-waits";
  const behind = ended.filter((flag) => flag.orderUpdatedAt <= fulfilment.at);
  if (!behind.length) return "older";
  await repository.resolve(
    behind.map(({ id }) => id),
    "Shopify",
    fulfilment.at,
  );
  return "resolved";
}

function isEndedBy(flag: OrderFlag, { sentAt, deliveredAt }: Fulfilment): boolean {
  if (flag.status !== "ATTENTION" && flag.status !== "SNOOZED") return false;
  const happened = (rules: string[], instant: Date | null) =>
    instant !== null && rules.includes(flag.rule) && flag.createdAt <= instant;
  return happened(ENDED_BY_SENDING, sentAt) || happened(ENDED_BY_ARRIVAL, deliveredAt);
}
