import { z } from "zod";

/** The merchant's thresholds, with the defaults of a shop that never touched them. */
export const thresholdsSchema = z.object({
  /** Minor units of the store's currency; an order at or above it is flagged HIGH_VALUE */
  highValueMinor: z.number().int().min(1).default(50_000),
  /** Hours that a paid order may wait for its fulfilment */
  lateFulfilmentHours: z.number().int().min(1).max(720).default(48),
  /** Days after which a partly fulfilled order is stale */
  partialStaleDays: z.number().int().min(1).max(90).default(5),
  /** Days after which an unpaid order is worth a look */
  unpaidAgingDays: z.number().int().min(1).max(90).default(3),
  /** Percent of an order's value given as discount */
  highDiscountPercent: z.number().int().min(1).max(100).default(40),
  /** Days of cover below which stock is "running out" */
  lowCoverDays: z.number().int().min(1).max(365).default(14),
});

export const featureTogglesSchema = z.object({
  aiDrafts: z.boolean().default(true),
  seoInsights: z.boolean().default(true),
  inventoryForecast: z.boolean().default(true),
});

/** What is not secret about each connection. */
export const connectionMetadataSchema = z.object({
  GA4: z.object({ propertyId: z.string() }).optional(),
  GSC: z.object({ siteUrl: z.string() }).optional(),
  BING: z.object({ siteUrl: z.string() }).optional(),
  MCP: z
    .object({
      endpoint: z.string(),
      toolAllowList: z.array(z.string()).default([]),
      timeoutMs: z.number().int().min(500).max(60_000).default(10_000),
    })
    .optional(),
});

export type Thresholds = z.infer<typeof thresholdsSchema>;
export type FeatureToggles = z.infer<typeof featureTogglesSchema>;
export type ConnectionMetadata = z.infer<typeof connectionMetadataSchema>;
