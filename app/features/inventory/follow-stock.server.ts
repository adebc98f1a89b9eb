/** What webhooks tell about stock. Takes part in the caller's transaction. */
import type { Queryable } from "~/platform/db/client.server";
import {
  ProductVelocityRepository,
  type Stock,
  type StockLevels,
} from "./product-velocity.repository.server";

export type StockLevel = {
  inventoryItemGid: string;
  locationGid: string;
  /** Units; below zero when oversold */
  available: number;
  /** As of when */
  at: Date;
};

/**
 * Sets the stock at one location, and the sum over those that are known. Where only a sum was known the first level takes
 * its place, until the next refresh lists every location.
 * @throws {StockBusyError} when other writers came in between at every attempt; nothing of it happened
 */
export async function followStockLevel(
  db: Queryable,
  storeId: string,
  level: StockLevel,
  now: Date,
): Promise<"followed" | "older" | "unknown"> {
  const velocities = new ProductVelocityRepository(db, storeId);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const stocks = await velocities.listStock(level.inventoryItemGid);
    if (!stocks.length) return "unknown";
    const behind = stocks.filter((stock) => !isOlder(level, stock));
    if (!behind.length) return "older";
    const different = behind.filter(
      ({ stockLevels }) =>
        stockLevels?.[level.locationGid]?.available !== level.available ||
        stockLevels[level.locationGid]?.updatedAt !== level.at.toISOString(),
    );
    const written = await Promise.all(
      different.map((stock) => velocities.updateStock(stock, withLevel(stock, level), now)),
    );
    if (written.every(Boolean)) return "followed";
  }
  throw new StockBusyError(
    `The stock of ${level.inventoryItemGid} was changed by others ${ATTEMPTS} times in a row.`,
  );
}

const ATTEMPTS = 5;

class StockBusyError extends Error {
  readonly name = "StockBusyError";
  readonly code = "STOCK_BUSY";
}

function isOlder({ locationGid, at }: StockLevel, { stockLevels, stockUpdatedAt }: Stock): boolean {
  if (!stockLevels) return at < stockUpdatedAt;
  const known = stockLevels[locationGid];
  return known !== undefined && at < new Date(known.updatedAt);
}

function withLevel({ stockLevels, stockUpdatedAt }: Stock, { locationGid, available, at }: StockLevel) {
  const levels: StockLevels = { ...stockLevels, [locationGid]: { available, updatedAt: at.toISOString() } };
  return {
    available: Object.values(levels).reduce((sum, level) => sum + level.available, 0),
    stockLevels: levels,
    stockUpdatedAt: at > stockUpdatedAt ? at : stockUpdatedAt,
  };
}
