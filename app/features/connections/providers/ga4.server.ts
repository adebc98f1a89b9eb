/** Google Analytics 4 over its Data API: https://developers.google.com/analytics/devguides/reporting/data/v1/rest */
import type { Clock } from "~/platform/clock";
import { addDays, shopDayOf, startOfShopDay } from "~/platform/shop-day";
import { ConnectionError } from "../connection-error";
import type { GoogleCredential } from "../credential";
import { parsePropertyId } from "../google-connection.schema";
import {
  readReport,
  reportBody,
  reportSchema,
  type PropertyQuota,
  type Report,
  type ReportMetadata,
  type ReportRequest,
} from "./ga4-report";
import {
  askGoogle,
  askGoogleOnce,
  onceMoreAfterServerError,
  type GoogleApi,
  type GoogleMeaning,
  type GoogleRefusal,
} from "./google-api.server";
import { credentialKey } from "./google-token.server";
import type { ProviderDeps, TestFinding } from "./provider-client.server";
import { withQuota, type Gate, type QuotaLimits } from "./quota.server";

const NAME = "Google Analytics";
const SCOPE = "https://www.googleapis.com/auth/analytics.readonly";

/**
 * Half of what a standard property allows at once, and two of its ten server errors left over for tests and for another
 * process. Source: https://developers.google.com/analytics/devguides/reporting/data/v1/quotas
 */
const LIMITS: QuotaLimits = {
  name: NAME,
  concurrent: 5,
  spacingMs: 0,
  pauseMs: 60_000,
  serverErrorsPerHour: 8,
};
/** Of 14,000 an hour; a report costs some ten. What is left is for the merchant's test and for other tools. */
const SPARE_TOKENS = 100;
const MOST_ROWS = 250_000;

type Ga4Settings = {
  propertyId: string;
  /** When known, a test says so if the property counts its days in another zone */
  shopTimeZone?: string;
};

/** One property of one merchant. */
export function ga4(deps: ProviderDeps, credential: GoogleCredential, settings: Ga4Settings) {
  const api = (): GoogleApi => ({
    name: NAME,
    scope: SCOPE,
    meaning: (said) => meaningOf(said, getPropertyId(settings), deps.now()),
  });
  const reportUrl = () => `${deps.endpoints.ga4}/v1beta/properties/${getPropertyId(settings)}:runReport`;

  return {
    /**
     * The smallest report: yesterday's active users. It needs the same right as the insights do and costs the same bucket
     * as `metadata` would, but answers with some hundred bytes instead of the list of all dimensions, is no exception
     * for property 0, and tells the time zone, in which the property's days may differ from the shop's.
     */
    async test(signal: AbortSignal): Promise<TestFinding> {
      const request = { metrics: ["activeUsers"], dateRanges: [YESTERDAY], limit: 1 };
      const asked = { url: reportUrl(), body: reportBody(request), signal, answer: reportSchema };
      const { data, status } = await askGoogleOnce(deps, credential, api(), asked);
      const { metadata } = getReport(request, data, status);
      return { httpStatus: status, message: finding(metadata, settings.shopTimeZone) };
    },

    /**
     * @throws {ConnectionError} after at most one more try on a server error; at once, without asking, while the
     *   property's quota is used up or nearly so (quota.server.ts)
     */
    async runReport<const D extends string, const M extends string>(
      request: ReportRequest<D, M>,
      signal: AbortSignal,
    ): Promise<Report<D, M>> {
      const { limit = 1 } = request;
      if (!(limit >= 1 && limit <= MOST_ROWS)) throw new RangeError(`A report has 1 to ${MOST_ROWS} rows.`);
      const asked = { url: reportUrl(), body: reportBody(request), signal, answer: reportSchema };
      const key = `GA4:${getPropertyId(settings)}:${credentialKey(credential)}`;
      return onceMoreAfterServerError(NAME, signal, () =>
        withQuota(key, LIMITS, { now: deps.now, signal }, async (gate) => {
          const { data, status } = await askGoogle(deps, credential, api(), asked);
          closeWhenNearlyEmpty(gate, data.propertyQuota, deps.now);
          return getReport(request, data, status);
        }),
      );
    },
  };
}

const YESTERDAY = { startDate: "yesterday", endDate: "yesterday" };

function getPropertyId({ propertyId }: Ga4Settings): string {
  const parsed = parsePropertyId(propertyId);
  if (!parsed.ok) throw new ConnectionError("BAD_CONFIG", parsed.sentence);
  return parsed.value;
}

function getReport<D extends string, M extends string>(
  request: ReportRequest<D, M>,
  data: Parameters<typeof readReport>[1],
  httpStatus: number,
): Report<D, M> {
  const report = readReport(request, data);
  if (report) return report;
  throw new ConnectionError("INVALID_RESPONSE", `${NAME} answered with another report than was asked for.`, {
    httpStatus,
  });
}

function finding({ timeZone, currencyCode }: ReportMetadata, shopTimeZone?: string): string | null {
  if (!timeZone) return null;
  if (shopTimeZone && timeZone !== shopTimeZone)
    return `The property counts its days in ${timeZone}, the shop in ${shopTimeZone}: daily figures are not of the same hours.`;
  return `Days in ${timeZone}${currencyCode ? `, amounts in ${currencyCode}` : ""}.`;
}

function meaningOf(said: GoogleRefusal, propertyId: string, now: Date): GoogleMeaning | undefined {
  const { httpStatus, status, reasons, message } = said;
  if (status === "RESOURCE_EXHAUSTED" && !reasons.includes("RATE_LIMIT_EXCEEDED"))
    return {
      code: "QUOTA_EXHAUSTED",
      message: `${NAME}'s quota for property ${propertyId} is used up.`,
      retryAfterMs: refilledAt(bucketOf(message), now).getTime() - now.getTime(),
    };
  if (httpStatus === 403 && /permissions for this property/i.test(message))
    return {
      code: "FORBIDDEN",
      message: `The credential works, but it may not read property ${propertyId}: give its account the role Viewer there.`,
    };
  return undefined;
}

type Bucket = "day" | "hour" | "concurrent";

function bucketOf(message: string): Bucket {
  if (/concurrent/i.test(message)) return "concurrent";
  return /per day|daily|24 hours/i.test(message) ? "day" : "hour";
}

/** Hourly buckets are full again within the hour, the daily ones at midnight in California (the quotas' page above). */
function refilledAt(bucket: Bucket, now: Date): Date {
  const zone = "America/Los_Angeles";
  const minute = 60_000;
  if (bucket === "concurrent") return new Date(now.getTime() + minute);
  if (bucket === "day") return startOfShopDay(addDays(shopDayOf(now, zone), 1), zone);
  return new Date((Math.floor(now.getTime() / (60 * minute)) + 1) * 60 * minute);
}

function closeWhenNearlyEmpty(gate: Gate, quota: PropertyQuota, now: Clock): void {
  const buckets = [
    ["hour", quota.tokensPerHour, SPARE_TOKENS],
    ["hour", quota.tokensPerProjectPerHour, SPARE_TOKENS],
    ["hour", quota.serverErrorsPerProjectPerHour, 1],
    ["day", quota.tokensPerDay, SPARE_TOKENS],
  ] as const;
  for (const [bucket, status, spare] of buckets)
    if (status && status.remaining <= spare)
      gate.close(
        refilledAt(bucket, now()),
        new ConnectionError("QUOTA_EXHAUSTED", `${NAME}'s quota for this ${bucket} is nearly used up.`),
      );
}
