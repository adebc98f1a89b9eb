/** Reports of the GA4 Data API: how one is asked for, and how its answer reads. */
import { z } from "zod";

type DateRange = { startDate: string; endDate: string; name?: string };
type OrderBy = { desc?: boolean } & (
  { dimension: { dimensionName: string; orderType?: string } } | { metric: { metricName: string } }
);

export type ReportRequest<D extends string = string, M extends string = string> = {
  dimensions?: readonly D[];
  metrics: readonly M[];
  /** YYYY-MM-DD, or today, yesterday, NdaysAgo: days of the property's time zone, not of the shop's */
  dateRanges: DateRange[];
  /** 10,000 when absent, 250,000 at most */
  limit?: number;
  /** Of the first row, from 0; `rowCount` of the answer tells when there are more */
  offset?: number;
  orderBys?: OrderBy[];
  /** As the API wants it: https://developers.google.com/analytics/devguides/reporting/data/v1/rest/v1beta/FilterExpression */
  dimensionFilter?: Record<string, unknown>;
  metricFilter?: Record<string, unknown>;
  keepEmptyRows?: boolean;
};

/** With several date ranges each row also has a `dateRange`. */
export type ReportRow<D extends string, M extends string> = Record<D, string> & Record<M, number>;

export type Report<D extends string, M extends string> = {
  rows: ReportRow<D, M>[];
  /** Of the whole report, whatever limit and offset */
  rowCount: number;
  metadata: ReportMetadata;
  propertyQuota: PropertyQuota;
};

/** Protocol buffers leave a zero out of their JSON: a bucket without `remaining` is an empty one. */
const bucket = z.object({ consumed: z.number().default(0), remaining: z.number().default(0) });

const propertyQuotaSchema = z.object({
  tokensPerDay: bucket.optional(),
  tokensPerHour: bucket.optional(),
  tokensPerProjectPerHour: bucket.optional(),
  concurrentRequests: bucket.optional(),
  serverErrorsPerProjectPerHour: bucket.optional(),
  potentiallyThresholdedRequestsPerHour: bucket.optional(),
});
export type PropertyQuota = z.infer<typeof propertyQuotaSchema>;

const metadataSchema = z.object({
  /** Of the property: its days are not the shop's when this differs */
  timeZone: z.string().nullable().default(null),
  currencyCode: z.string().nullable().default(null),
  /** Rows were summed up as "(other)" */
  dataLossFromOtherRow: z.boolean().default(false),
  subjectToThresholding: z.boolean().default(false),
  /** Not empty when the report is an estimate from a part of the events */
  samplingMetadatas: z
    .array(z.object({ samplesReadCount: z.coerce.number(), samplingSpaceSize: z.coerce.number() }))
    .default([]),
});
export type ReportMetadata = z.infer<typeof metadataSchema>;

const headers = z.array(z.object({ name: z.string() })).default([]);
const values = z.array(z.object({ value: z.string().default("") })).default([]);

/** `kind` is the one member that every report has, an empty one too. */
export const reportSchema = z.object({
  kind: z.literal("analyticsData#runReport"),
  dimensionHeaders: headers,
  metricHeaders: headers,
  rows: z.array(z.object({ dimensionValues: values, metricValues: values })).default([]),
  rowCount: z.number().default(0),
  metadata: metadataSchema.prefault({}),
  propertyQuota: propertyQuotaSchema.default({}),
});

/** What is sent: names wrapped in objects, and the quota asked for with every report. */
export function reportBody({ dimensions = [], metrics, ...rest }: ReportRequest) {
  const named = (names: readonly string[]) => names.map((name) => ({ name }));
  return { ...rest, dimensions: named(dimensions), metrics: named(metrics), returnPropertyQuota: true };
}

/** Rows as objects; null when the answer is not about what was asked. */
export function readReport<D extends string, M extends string>(
  { dimensions = [], metrics }: ReportRequest<D, M>,
  { dimensionHeaders, metricHeaders, rows, ...answer }: z.infer<typeof reportSchema>,
): Report<D, M> | null {
  const texts = dimensionHeaders.map(({ name }) => name);
  const numbers = metricHeaders.map(({ name }) => name);
  const answered = new Set([...texts, ...numbers]);
  if (rows.length > 0 && ![...dimensions, ...metrics].every((name) => answered.has(name))) return null;
  const read = rows.map(({ dimensionValues, metricValues }) => [
    ...texts.map((name, i) => [name, dimensionValues[i]?.value] as const),
    ...numbers.map((name, i) => [name, numberOf(metricValues[i]?.value)] as const),
  ]);
  if (read.flat().some(([, value]) => value === undefined || Number.isNaN(value))) return null;
  return { ...answer, rows: read.map((row) => Object.fromEntries(row) as ReportRow<D, M>) };
}

function numberOf(value: string | undefined): number {
  return value ? Number(value) : NaN;
}
