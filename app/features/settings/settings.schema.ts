/** What StoreSettings' JSON columns hold: strict about what is saved, forgiving about what an older version left there. */
import { z } from "zod";
import { THRESHOLDS, TOGGLES } from "./settings-fields";

export type { FeatureToggles, Thresholds } from "./settings-fields";

/** A JSON column that holds an object; anything else counts as an empty one. */
export const jsonRecord = z.record(z.string(), z.unknown()).catch({});

export const thresholdsSchema = z.object(
  shapeOf(THRESHOLDS, ({ min, max }) => z.number().int().min(min).max(max)),
);
export const featureTogglesSchema = z.object(shapeOf(TOGGLES, () => z.boolean()));

/** A field that is missing or out of today's range has its default: no row of the past locks a merchant out. */
export const storedThresholdsSchema = forgiving(
  shapeOf(THRESHOLDS, ({ min, max, initial }) => z.number().int().min(min).max(max).catch(initial)),
);
export const storedTogglesSchema = forgiving(shapeOf(TOGGLES, ({ initial }) => z.boolean().catch(initial)));

/** What is not secret about each connection. */
const ofEveryConnection = {
  /** Days after which its secret should be replaced; 0 is never */
  reminderDays: z.number().int().min(0).max(3650).default(90),
  /** How its credential signs in, e.g. "service_account" */
  signIn: z.string().optional(),
  /** As whom, where that is no secret: a service account's address or an OAuth client's id */
  account: z.string().optional(),
};

export const connectionMetadataSchema = z.object({
  GA4: z.object({ propertyId: z.string(), ...ofEveryConnection }).optional(),
  GSC: z.object({ siteUrl: z.string(), ...ofEveryConnection }).optional(),
  BING: z.object({ siteUrl: z.string(), ...ofEveryConnection }).optional(),
  MCP: z
    .object({
      endpoint: z.string(),
      toolAllowList: z.array(z.string()).default([]),
      timeoutMs: z.number().int().min(500).max(60_000).default(10_000),
      ...ofEveryConnection,
    })
    .optional(),
});

export type ConnectionMetadata = z.infer<typeof connectionMetadataSchema>;
/** The same as it is saved: what has a default may be left out. */
export type NewConnectionMetadata = z.input<typeof connectionMetadataSchema>;

/** Provider by provider, so that one that cannot be read hides no other. */
export function readConnectionMetadata(stored: unknown): ConnectionMetadata {
  const record = jsonRecord.parse(stored);
  const readable = Object.entries(connectionMetadataSchema.shape).flatMap(([provider, schema]) => {
    const { data } = schema.safeParse(record[provider]);
    return data ? [[provider, data]] : [];
  });
  return Object.fromEntries(readable) as ConnectionMetadata;
}

export const ROTATIONS_KEPT = 10;

const instant = z.iso.datetime();

/** When a provider's secret was replaced: ISO instants, the newest first. One instant alone is how this used to be kept. */
export const rotationsSchema = z
  .union([instant.transform((only) => [only]), z.array(instant)])
  .catch([])
  .transform((instants) => [...new Set(instants)].sort().reverse().slice(0, ROTATIONS_KEPT));

export const rotationDatesSchema = z.record(z.string(), rotationsSchema).catch({});

/** { [provider]: ISO instants, the newest first, at most ten } */
export type RotationDates = z.infer<typeof rotationDatesSchema>;

function shapeOf<K extends string, F, S extends z.ZodType>(
  fields: Record<K, F>,
  schema: (field: F) => S,
): Record<K, S> {
  const entries = Object.entries<F>(fields).map(([name, field]) => [name, schema(field)]);
  return Object.fromEntries(entries) as Record<K, S>;
}

function forgiving<S extends z.ZodRawShape>(shape: S) {
  return jsonRecord.pipe(z.object(shape));
}
