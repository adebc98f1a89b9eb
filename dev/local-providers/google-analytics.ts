/** The Data API's reports, over figures of a shop that follow from their names. */
import { addDays, daysBetween, shopDayOf } from "~/platform/shop-day";
import { unitOf } from "./deterministic";
import { apiError } from "./google-errors";
import type { Answer } from "./trouble";

export type AnalyticsOptions = { now: () => Date; timeZone: string; currencyCode: string; paths: string[] };

type Body = {
  dimensions?: { name: string }[];
  metrics?: { name: string }[];
  dateRanges?: { startDate: string; endDate: string; name?: string }[];
  dimensionFilter?: Filter;
  orderBys?: { desc?: boolean; metric?: { metricName: string }; dimension?: { dimensionName: string } }[];
  limit?: number | string;
  offset?: number | string;
  returnPropertyQuota?: boolean;
};
type Filter = {
  filter?: {
    fieldName: string;
    stringFilter?: { matchType?: string; value: string };
    inListFilter?: { values: string[] };
  };
  andGroup?: { expressions: Filter[] };
  orGroup?: { expressions: Filter[] };
  notExpression?: Filter;
};
type Row = Record<string, string>;

const DIMENSIONS = (paths: string[]): Record<string, string[]> => ({
  landingPage: paths,
  pagePath: paths,
  sessionDefaultChannelGroup: [
    "Organic Search",
    "Direct",
    "Paid Search",
    "Email",
    "Organic Social",
    "Referral",
  ],
  deviceCategory: ["mobile", "desktop", "tablet"],
  country: ["Switzerland", "Germany", "Austria", "France", "Italy"],
  itemId: paths.filter((path) => path.startsWith("/products/")).map((_, i) => String(7_000_000_000_001 + i)),
});

/** Shares of a row's sessions, so that they agree with each other. */
const METRICS: Record<string, (sessions: number, luck: number) => number> = {
  sessions: (sessions) => sessions,
  activeUsers: (sessions, luck) => Math.ceil(sessions * (0.8 + luck * 0.15)),
  engagedSessions: (sessions, luck) => Math.round(sessions * (0.4 + luck * 0.35)),
  screenPageViews: (sessions, luck) => Math.round(sessions * (2 + luck * 3)),
  keyEvents: (sessions, luck) => Math.round(sessions * luck * 0.12),
  ecommercePurchases: (sessions, luck) => Math.round(sessions * luck * 0.05),
  purchaseRevenue: (sessions, luck) =>
    Math.round(sessions * luck * 0.05) * (29 + Math.round(luck * 60)) + 0.9,
};

const BUCKETS = {
  tokensPerDay: 200_000,
  tokensPerHour: 40_000,
  tokensPerProjectPerHour: 14_000,
} as const;
const HOUR_MS = 3_600_000;

export class LocalAnalytics {
  /** Tokens spent per property, by the hour and the day in which they were */
  readonly #spent = new Map<string, { hour: number; thisHour: number; day: string; today: number }>();

  constructor(private readonly options: AnalyticsOptions) {}

  /** Uses up tokens as reports of somebody else would. */
  spend(propertyId: string, tokens: number): void {
    const spent = this.#spentOf(propertyId);
    spent.thisHour += tokens;
    spent.today += tokens;
  }

  metadata(propertyId: string): Answer {
    const entry = (apiName: string) => ({ apiName, uiName: apiName });
    const dimensions = ["date", ...Object.keys(DIMENSIONS(this.options.paths))].map(entry);
    const metrics = Object.keys(METRICS).map((name) => ({ ...entry(name), type: typeOf(name) }));
    return { status: 200, body: { name: `properties/${propertyId}/metadata`, dimensions, metrics } };
  }

  // 200 · 400 INVALID_ARGUMENT · 429 RESOURCE_EXHAUSTED
  runReport(propertyId: string, body: Body): Answer {
    const dimensions = (body.dimensions ?? []).map(({ name }) => name);
    const metrics = (body.metrics ?? []).map(({ name }) => name);
    const wrong = this.#wrongWith(dimensions, metrics, body);
    if (wrong) return apiError(400, "INVALID_ARGUMENT", wrong);
    const exhausted = this.#exhausted(propertyId);
    if (exhausted) return exhaustedTokens(exhausted);

    const rows = this.#rows(dimensions, metrics, body);
    const offset = Number(body.offset ?? 0);
    const page = rows.slice(offset, offset + Number(body.limit ?? 10_000));
    this.spend(propertyId, 1 + Math.ceil((page.length * (dimensions.length + metrics.length)) / 10_000));
    const values = (names: string[], row: Row) => names.map((name) => ({ value: row[name] }));
    return {
      status: 200,
      body: {
        ...(dimensions.length && { dimensionHeaders: dimensions.map((name) => ({ name })) }),
        metricHeaders: metrics.map((name) => ({ name, type: typeOf(name) })),
        ...(page.length && {
          rows: page.map((row) => ({
            ...(dimensions.length && { dimensionValues: values(dimensions, row) }),
            metricValues: values(metrics, row),
          })),
        }),
        ...(rows.length && { rowCount: rows.length }),
        metadata: { currencyCode: this.options.currencyCode, timeZone: this.options.timeZone },
        ...(body.returnPropertyQuota && { propertyQuota: this.#quota(propertyId) }),
        kind: "analyticsData#runReport",
      },
    };
  }

  #wrongWith(dimensions: string[], metrics: string[], { dateRanges, limit = 1 }: Body): string | null {
    const known = DIMENSIONS(this.options.paths);
    const dimension = dimensions.find((name) => name !== "date" && !(name in known));
    if (dimension) return `Field ${dimension} is not a valid dimension.`;
    const metric = metrics.find((name) => !(name in METRICS));
    if (metric) return `Field ${metric} is not a valid metric.`;
    if (!dateRanges?.length) return "A dateRange is required.";
    if (Number(limit) < 1 || Number(limit) > 250_000) return "The limit must be between 1 and 250,000.";
    return null;
  }

  #rows(
    dimensions: string[],
    metrics: string[],
    { dateRanges = [], dimensionFilter, orderBys }: Body,
  ): Row[] {
    const days = dateRanges.flatMap(({ startDate, endDate }) =>
      daysBetween(this.#day(startDate), this.#day(endDate)),
    );
    const known = DIMENSIONS(this.options.paths);
    const valuesOf = (name: string) =>
      name === "date" ? days.map((day) => day.replaceAll("-", "")) : known[name]!;
    const combinations = dimensions.reduce<Row[]>(
      (rows, name) => rows.flatMap((row) => valuesOf(name).map((value) => ({ ...row, [name]: value }))),
      [{}],
    );
    const spread = dimensions.includes("date") ? 1 : days.length;
    const rows = combinations
      .filter((row) => !dimensionFilter || matches(dimensionFilter, row))
      .map((row) => withMetrics(row, metrics, spread));
    const [order = { desc: true, metric: { metricName: metrics[0] ?? "" } }] = orderBys ?? [];
    const name = order.metric?.metricName ?? order.dimension?.dimensionName ?? "";
    const sign = order.desc ? -1 : 1;
    return rows.sort((a, b) => sign * compare(a[name] ?? "", b[name] ?? ""));
  }

  #day(date: string): string {
    const today = shopDayOf(this.options.now(), this.options.timeZone);
    if (date === "today") return today;
    const ago = date === "yesterday" ? 1 : Number(/^(\d+)daysAgo$/.exec(date)?.[1] ?? NaN);
    return Number.isNaN(ago) ? date : addDays(today, -ago);
  }

  #quota(propertyId: string) {
    const { thisHour, today } = this.#spentOf(propertyId);
    const bucket = (limit: number, consumed: number) =>
      nonZero({ consumed, remaining: Math.max(0, limit - consumed) });
    return {
      tokensPerDay: bucket(BUCKETS.tokensPerDay, today),
      tokensPerHour: bucket(BUCKETS.tokensPerHour, thisHour),
      tokensPerProjectPerHour: bucket(BUCKETS.tokensPerProjectPerHour, thisHour),
      concurrentRequests: { remaining: 10 },
      serverErrorsPerProjectPerHour: { remaining: 10 },
      potentiallyThresholdedRequestsPerHour: { remaining: 120 },
    };
  }

  #exhausted(propertyId: string): "day" | "hour" | null {
    const { thisHour, today } = this.#spentOf(propertyId);
    if (today >= BUCKETS.tokensPerDay) return "day";
    return thisHour >= BUCKETS.tokensPerProjectPerHour ? "hour" : null;
  }

  #spentOf(propertyId: string) {
    const now = this.options.now();
    const hour = Math.floor(now.getTime() / HOUR_MS);
    const day = shopDayOf(now, "America/Los_Angeles");
    const spent = this.#spent.get(propertyId) ?? { hour, thisHour: 0, day, today: 0 };
    if (spent.hour !== hour) Object.assign(spent, { hour, thisHour: 0 });
    if (spent.day !== day) Object.assign(spent, { day, today: 0 });
    this.#spent.set(propertyId, spent);
    return spent;
  }
}

export function exhaustedTokens(bucket: "day" | "hour"): Answer {
  const message =
    bucket === "day"
      ? "Exhausted property tokens per day. These quota tokens will return in under 24 hours."
      : "Exhausted property tokens for a project per hour. These quota tokens will return in under an hour.";
  return apiError(429, "RESOURCE_EXHAUSTED", message);
}

function withMetrics(row: Row, metrics: string[], days: number): Row {
  const words = Object.entries(row).flat();
  const share = Object.values(row).reduce((product, value) => product * (0.15 + unitOf(value) ** 2), 1);
  const sessions = Math.round(900 * days * share * (0.8 + unitOf(...words) * 0.4)) + 1;
  const luck = unitOf("luck", ...words);
  return {
    ...row,
    ...Object.fromEntries(metrics.map((name) => [name, String(METRICS[name]!(sessions, luck))])),
  };
}

function matches(filter: Filter, row: Row): boolean {
  if (filter.andGroup) return filter.andGroup.expressions.every((inner) => matches(inner, row));
  if (filter.orGroup) return filter.orGroup.expressions.some((inner) => matches(inner, row));
  if (filter.notExpression) return !matches(filter.notExpression, row);
  const value = row[filter.filter?.fieldName ?? ""] ?? "";
  const { inListFilter, stringFilter } = filter.filter ?? {};
  if (inListFilter) return inListFilter.values.includes(value);
  if (stringFilter?.matchType === "BEGINS_WITH") return value.startsWith(stringFilter.value);
  if (stringFilter?.matchType === "CONTAINS") return value.includes(stringFilter.value);
  return value === stringFilter?.value;
}

function compare(a: string, b: string): number {
  return Number(a) - Number(b) || (a < b ? -1 : a > b ? 1 : 0);
}

function typeOf(metric: string): string {
  return metric === "purchaseRevenue" ? "TYPE_CURRENCY" : "TYPE_INTEGER";
}

/** As protocol buffers write JSON: what is zero is left out. */
function nonZero(figures: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(figures).filter(([, value]) => value !== 0));
}
