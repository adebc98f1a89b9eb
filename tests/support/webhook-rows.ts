/** Rows that webhooks are about, as small as the schema lets them be. */
import type { Db } from "~/platform/db/client.server";

/** Before everything that Shopify's samples tell of. */
export const LONG_AGO = new Date("2020-01-01T00:00:00.000Z");

export async function insertStore(db: Db, name: string, changes: object = {}) {
  const data = {
    shopDomain: `${name}.myshopify.com`,
    onboardingFlags: {},
    installedAt: LONG_AGO,
    ...changes,
  };
  return db.store.create({ data: data as never });
}

export function insertSession(db: Db, shop: string, changes: object = {}) {
  const data = {
    ...{ id: `offline_${shop}`, shop, state: "", scope: "read_orders", accessToken: "sealed" },
    ...{ refreshToken: "sealed", expires: LONG_AGO, createdAt: LONG_AGO, updatedAt: LONG_AGO },
    ...changes,
  };
  return db.session.create({ data });
}

export const ORDER_GID = "gid://shopify/Order/820982911946154508";

export function insertFlag(db: Db, storeId: string, rule = "HIGH_VALUE", changes: object = {}) {
  const data = {
    ...{ storeId, rule, orderGid: ORDER_GID, orderName: "#1", severity: "INFO", customerName: null },
    ...{ orderTotalMinor: 1n, currency: "USD", orderPlacedAt: LONG_AGO, orderUpdatedAt: LONG_AGO },
    ...{ evidence: {}, createdAt: LONG_AGO, updatedAt: LONG_AGO },
    ...changes,
  };
  return db.orderFlag.create({ data: data as never });
}

/** The figures of some shop days, of every kind that there is. */
export async function insertFigures(db: Db, storeId: string, days: string[]) {
  for (const day of days)
    for (const kind of ["SALES", "ORDERS", "INVENTORY"] as const)
      await db.kpiCache.create({
        data: {
          ...{ storeId, kind, fromDay: day, toDay: day, currency: "USD", payload: {} },
          ...{ computedAt: LONG_AGO, expiresAt: LONG_AGO },
        },
      });
}

export async function figureDays(db: Db, storeId: string): Promise<string[]> {
  const rows = await db.kpiCache.findMany({
    where: { storeId },
    distinct: ["fromDay"],
    orderBy: { fromDay: "asc" },
  });
  return rows.map(({ fromDay }) => fromDay);
}

export const PRODUCT_GID = "gid://shopify/Product/788032119674292922";
export const ITEM_GID = "gid://shopify/InventoryItem/271878346596884015";
export const variantGid = (id: string | number) => `gid://shopify/ProductVariant/${id}`;
export const locationGid = (id: string | number) => `gid://shopify/Location/${id}`;

export function insertVelocity(db: Db, storeId: string, variant: string | number, changes: object = {}) {
  const data = {
    ...{ storeId, variantGid: variantGid(variant), productGid: PRODUCT_GID, inventoryItemGid: ITEM_GID },
    ...{ sku: "OLD", productTitle: "Old title", variantTitle: "Old", vendor: "Old vendor" },
    ...{ demandClass: "SMOOTH", unitsPerDay: 1, windowDays: 90, available: 7, leadTimeDays: 7 },
    ...{ reorderPoint: 1, reorderQuantity: 1, unitCostMinor: 1n, currency: "USD" },
    ...{ stockUpdatedAt: LONG_AGO, computedAt: LONG_AGO, createdAt: LONG_AGO, updatedAt: LONG_AGO },
    ...changes,
  };
  return db.productVelocity.create({ data: data as never });
}
