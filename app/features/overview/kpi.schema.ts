import { z } from "zod";

const minor = z.number().int();
const count = z.number().int().min(0);

/** What KpiCache.payload holds, by kind; amounts in minor units of the row's currency, by Shopify's definitions. */
export const kpiPayloads = {
  SALES: z.object({
    grossMinor: minor,
    discountsMinor: minor,
    returnsMinor: minor,
    netMinor: minor,
    shippingMinor: minor,
    taxesMinor: minor,
    totalMinor: minor,
  }),
  ORDERS: z.object({
    orders: count,
    units: count,
    customers: count,
    returningCustomers: count,
    firstTimeCustomers: count,
    cancelled: count,
  }),
  INVENTORY: z.object({ units: z.number().int(), valueMinor: minor, skus: count, outOfStockSkus: count }),
} as const;

export type KpiKind = keyof typeof kpiPayloads;
export type KpiPayload<K extends KpiKind> = z.infer<(typeof kpiPayloads)[K]>;
