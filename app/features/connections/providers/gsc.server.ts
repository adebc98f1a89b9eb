/** Google Search Console: https://developers.google.com/webmaster-tools/v1/api_reference_index */
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { daysBetween, type ShopDay } from "~/platform/shop-day";
import { ConnectionError } from "../connection-error";
import type { GoogleCredential } from "../credential";
import { parseSiteUrl } from "../google-connection.schema";
import {
  askGoogle,
  askGoogleOnce,
  onceMoreAfterServerError,
  type GoogleApi,
  type GoogleMeaning,
  type GoogleRefusal,
} from "./google-api.server";
import { credentialKey } from "./google-token.server";
import { likelySite } from "./gsc-suggestion";
import type { ProviderDeps, TestFinding } from "./provider-client.server";
import { withQuota, type QuotaLimits } from "./quota.server";

const NAME = "Google Search Console";
const SCOPE = "https://www.googleapis.com/auth/webmasters.readonly";

/**
 * Half of the 1,200 queries a minute that a site has. A spent load quota refills in 15 minutes.
 * Source: https://developers.google.com/webmaster-tools/limits
 */
const LIMITS: QuotaLimits = { name: NAME, concurrent: 3, spacingMs: 100, pauseMs: 15 * 60_000 };

export const ROWS_PER_PAGE = 25_000;
/** Per day and search type. Source: https://developers.google.com/webmaster-tools/v1/how-tos/all-your-data */
export const ROWS_PER_DAY = 50_000;

const site = z.object({ siteUrl: z.string(), permissionLevel: z.string() });
export type GscSite = z.infer<typeof site>;
/** An account without any site gets a 200 and {}. */
const sites = z
  .looseObject({ siteEntry: z.array(site).optional() })
  .refine((answer) => answer.siteEntry ?? Object.keys(answer).length === 0, { path: ["siteEntry"] });

export type SearchDimension = "date" | "hour" | "query" | "page" | "country" | "device" | "searchAppearance";

export type SearchQuery<D extends SearchDimension> = {
  /** First and last day, both included, in America/Los_Angeles whatever the shop's zone */
  startDate: ShopDay;
  endDate: ShopDay;
  dimensions: readonly D[];
  /** web when absent */
  type?: "web" | "image" | "video" | "news" | "discover" | "googleNews";
  /** final when absent: two or three days late, and never changed again */
  dataState?: "final" | "all" | "hourly_all";
  aggregationType?: "auto" | "byPage" | "byProperty";
  dimensionFilterGroups?: Record<string, unknown>[];
};

export type SearchRow<D extends SearchDimension> = Record<D, string> & {
  clicks: number;
  impressions: number;
  /** 0 to 1 */
  ctr: number;
  /** From 1, an average */
  position: number;
};

export type SearchPage<D extends SearchDimension> = {
  startRow: number;
  rows: SearchRow<D>[];
  /** On the last page: there may be more rows, which Google does not give out */
  truncated: boolean;
  /** The first day that may still change, with a dataState other than final */
  firstIncompleteDate: ShopDay | null;
};

const figure = z.number().default(0);
const searchAnswer = z.object({
  rows: z
    .array(
      z.object({
        keys: z.array(z.string()).default([]),
        clicks: figure,
        impressions: figure,
        ctr: figure,
        position: figure,
      }),
    )
    .default([]),
  // The one member that an answer without rows has as well.
  responseAggregationType: z.string(),
  metadata: z.object({ first_incomplete_date: z.string().optional() }).default({}),
});

/** One property of one merchant: `sc-domain:example.com` or `https://www.example.com/`. */
export function gsc(deps: ProviderDeps, credential: GoogleCredential, settings: { siteUrl: string }) {
  const siteAddress = () =>
    `${deps.endpoints.gsc}/webmasters/v3/sites/${encodeURIComponent(getSiteUrl(settings))}`;

  return {
    /**
     * Asks for the property itself: the list of all is empty rather than refused for an account without a right. The
     * list is only asked for after a no, to name the property that was probably meant.
     */
    async test(signal: AbortSignal): Promise<TestFinding> {
      try {
        const request = { url: siteAddress(), signal, answer: site };
        const { data, status } = await askGoogleOnce(deps, credential, API, request);
        if (data.permissionLevel === "siteUnverifiedUser") throw unverified(status);
        return { httpStatus: status, message: `Access as ${data.permissionLevel}.` };
      } catch (error) {
        throw await withSuggestion(error, () => listGscSites(deps, credential, signal), getSiteUrl(settings));
      }
    },

    /**
     * Pages of rows by falling clicks, until there are no more or Google gives out no more. Ask one day at a time and
     * keep it: finished days do not change, long ranges cost most of the load quota, and the limit is per day.
     * @throws {ConnectionError} from any page; at once, without asking, while the quota is used up (quota.server.ts)
     */
    async *searchAnalytics<const D extends SearchDimension>(
      query: SearchQuery<D>,
      signal: AbortSignal,
    ): AsyncGenerator<SearchPage<D>, void, undefined> {
      const url = `${siteAddress()}/searchAnalytics/query`;
      const key = `GSC:${getSiteUrl(settings)}:${credentialKey(credential)}`;
      const mostRows = ROWS_PER_DAY * Math.max(1, daysBetween(query.startDate, query.endDate).length);
      for (let startRow = 0; startRow < mostRows; startRow += ROWS_PER_PAGE) {
        const request = {
          url,
          body: { ...query, rowLimit: ROWS_PER_PAGE, startRow },
          signal,
          answer: searchAnswer,
        };
        const { data, status } = await onceMoreAfterServerError(NAME, signal, () =>
          withQuota(key, LIMITS, { now: deps.now, signal }, () => askGoogle(deps, credential, API, request)),
        );
        const rows = data.rows.map((row) => readRow(query.dimensions, row, status));
        const full = rows.length >= ROWS_PER_PAGE;
        const truncated = full && startRow + ROWS_PER_PAGE >= mostRows;
        const firstIncompleteDate = data.metadata.first_incomplete_date ?? null;
        yield { startRow, rows, truncated, firstIncompleteDate };
        if (!full) return;
      }
    },
  };
}

/** The properties that this account has, verified or not: for a picker. */
export async function listGscSites(
  deps: ProviderDeps,
  credential: GoogleCredential,
  signal: AbortSignal,
): Promise<GscSite[]> {
  const request = { url: `${deps.endpoints.gsc}/webmasters/v3/sites`, signal, answer: sites };
  const { data } = await askGoogle(deps, credential, API, request);
  return data.siteEntry ?? [];
}

const API: GoogleApi = { name: NAME, scope: SCOPE, meaning: meaningOf };

function meaningOf({ httpStatus, message }: GoogleRefusal): GoogleMeaning | undefined {
  if (httpStatus === 403 && /sufficient permission/i.test(message))
    return {
      code: "FORBIDDEN",
      message:
        "The credential works, but its account is no user of this property, or the property has another form.",
    };
  if (httpStatus === 404) return { code: "NOT_FOUND", message: `${NAME} knows no property of this form.` };
  return undefined;
}

function getSiteUrl({ siteUrl }: { siteUrl: string }): string {
  const parsed = parseSiteUrl(siteUrl);
  if (!parsed.ok) throw new ConnectionError("BAD_CONFIG", parsed.sentence);
  return parsed.value;
}

function unverified(httpStatus: number) {
  const message = "The account has added this property without being verified for it, and may read nothing.";
  return new ConnectionError("FORBIDDEN", message, { httpStatus, providerCode: "siteUnverifiedUser" });
}

/** Together with the question before it, well within the time of a test */
const LIST_MS = 3_000;

async function withSuggestion(
  error: unknown,
  list: () => Promise<GscSite[]>,
  siteUrl: string,
): Promise<unknown> {
  if (!(error instanceof ConnectionError) || !["FORBIDDEN", "NOT_FOUND"].includes(error.code)) return error;
  // The list is a courtesy: when it fails too, or takes too long, the first answer is the one that counts.
  const waited = sleep(LIST_MS, [], { ref: false });
  const suggestion = likelySite(siteUrl, await Promise.race([list().catch(() => []), waited]));
  if (!suggestion) return error;
  const { code, message, httpStatus, providerCode, cause } = error;
  return new ConnectionError(code, `${message} Did you mean ${suggestion}?`, {
    httpStatus,
    providerCode,
    suggestion,
    cause,
  });
}

function readRow<D extends SearchDimension>(
  dimensions: readonly D[],
  { keys, ...figures }: z.infer<typeof searchAnswer>["rows"][number],
  httpStatus: number,
): SearchRow<D> {
  if (keys.length !== dimensions.length)
    throw new ConnectionError(
      "INVALID_RESPONSE",
      `${NAME} answered with other dimensions than were asked for.`,
      {
        httpStatus,
      },
    );
  return {
    ...figures,
    ...(Object.fromEntries(dimensions.map((name, i) => [name, keys[i]])) as Record<D, string>),
  };
}
