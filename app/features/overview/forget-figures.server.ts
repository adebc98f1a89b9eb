/** Cached figures that a webhook has made untrue are dropped, in the caller's transaction; until new ones are computed the day has none. */
import type { Queryable } from "~/platform/db/client.server";
import { shopDayOf } from "~/platform/shop-day";
import { KpiCacheRepository } from "./kpi-cache.repository.server";

/**
 * Drops the figures of the shop's days in which `instants` lie: an order counts on the day it was placed, a refund on the
 * day it was made (Shopify's sales report). Returns how many there were.
 */
export async function forgetDays(
  db: Queryable,
  store: { id: string; ianaTimezone: string },
  instants: (Date | null | undefined)[],
): Promise<number> {
  const days = instants.flatMap((instant) => (instant ? [shopDayOf(instant, store.ianaTimezone)] : []));
  return new KpiCacheRepository(db, store.id).deleteTouching([...new Set(days)]);
}

/** Drops all of a store's: its currency or its midnights are others now. */
export function forgetAllDays(db: Queryable, storeId: string): Promise<number> {
  return new KpiCacheRepository(db, storeId).deleteAll();
}
