/**
 * Bing Webmaster Tools (https://learn.microsoft.com/bingwebmaster). Its API key travels in the query string, so no error
 * from here carries an address, nor the error beneath it, which might quote one.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { ConnectionError } from "../connection-error";
import type { BingCredential } from "../credential";
import { bingRefusal } from "./bing-refusal.server";
import { foreignText, withoutCause } from "./foreign.server";
import { requestJson, type ProviderDeps, type TestFinding } from "./provider-client.server";
import { withQuota, type QuotaLimits } from "./quota.server";
import { parseUrl } from "~/platform/http/parse-url";

/**
 * Clients disagree whether Bing's positions are tenths (a gist of 2020) or positions (two clients of 2026). As they come
 * until somebody has seen a real account's; not to be compared with Google's before.
 */
export const BING_POSITION_DIVISOR = 1;

/**
 * Bing publishes no figures for reads. Five calls a second is what the client of merj/bing-webmaster-tools keeps to;
 * ThrottleUser has been seen to last, so it is given time.
 */
const LIMITS: QuotaLimits = { name: "Bing", concurrent: 2, spacingMs: 200, pauseMs: 15 * 60_000 };

export type BingSite = { url: string; isVerified: boolean };
/** One query, or one page, in one week. */
export type BingStats = {
  /** What was searched for; in pageStats and queryPageStats, the page's address */
  key: string;
  /** YYYY-MM-DD, the first day of the period in Bing's zone */
  day: string;
  clicks: number;
  impressions: number;
  clickPosition: number | null;
  impressionPosition: number | null;
};
export type BingTraffic = { day: string; clicks: number; impressions: number };

export type Bing = ReturnType<typeof bing>;

export function bing(deps: ProviderDeps, credential: BingCredential, { siteUrl }: { siteUrl: string }) {
  // Bing throttles by account, and a key is an account.
  const gate = `BING:${createHash("sha256").update(credential.apiKey).digest("base64url")}`;
  const read = <T>(method: string, item: z.ZodType<T>, signal: AbortSignal, query = {}) =>
    withQuota(gate, LIMITS, { now: deps.now, signal }, async () => {
      const asked = { siteUrl, ...query };
      return (await ask(deps, credential, method, asked, z.array(item), signal)).data;
    });
  return {
    /** The key opens an account that has this site, verified. */
    test: async (signal: AbortSignal): Promise<TestFinding> => {
      const { data, status } = await ask(deps, credential, "GetUserSites", {}, z.array(site), signal);
      requireVerified(data, siteUrl, status);
      return { httpStatus: status, message: null };
    },
    queryStats: (signal: AbortSignal): Promise<BingStats[]> => read("GetQueryStats", stats, signal),
    pageStats: (signal: AbortSignal): Promise<BingStats[]> => read("GetPageStats", stats, signal),
    /** Clicks and impressions of the whole site, per day */
    rankAndTrafficStats: (signal: AbortSignal): Promise<BingTraffic[]> =>
      read("GetRankAndTrafficStats", traffic, signal),
    /** The pages that one query led to */
    queryPageStats: (query: string, signal: AbortSignal): Promise<BingStats[]> =>
      read("GetQueryPageStats", stats, signal, { query }),
  };
}

/** The sites of the key's account, to choose from. */
export async function listBingSites(
  deps: ProviderDeps,
  credential: BingCredential,
  signal: AbortSignal,
): Promise<BingSite[]> {
  return (await ask(deps, credential, "GetUserSites", {}, z.array(site), signal)).data;
}

async function ask<T>(
  { operatorFetch, endpoints }: ProviderDeps,
  { apiKey }: BingCredential,
  method: string,
  query: Record<string, string>,
  answer: z.ZodType<T>,
  signal: AbortSignal,
): Promise<{ data: T; status: number }> {
  const url = `${endpoints.bing}/${method}?${new URLSearchParams({ ...query, apikey: apiKey }).toString()}`;
  try {
    const request = { url, signal, name: "Bing", answer: z.object({ d: answer }), refusal: bingRefusal };
    const { data, status } = await requestJson(operatorFetch, request);
    return { data: data.d, status };
  } catch (error) {
    throw withoutCause(error);
  }
}

/** Bing's /Date(1399100400000-0700)/ as the day that it was there; without an offset, in UTC. */
const date = z.string().transform((text, context) => {
  const [, ms, sign, hours, minutes] = /^\/Date\((-?\d{1,14})(?:([+-])(\d{2})(\d{2}))?\)\/$/.exec(text) ?? [];
  const offset = (sign === "-" ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000;
  if (ms !== undefined) return new Date(Number(ms) + offset).toISOString().slice(0, 10);
  context.addIssue("no date of Bing's");
  return z.NEVER;
});

const count = z.number().int().min(0);
/** -1 where there was nothing to average */
const position = z.number().transform((raw) => (raw < 0 ? null : raw / BING_POSITION_DIVISOR));

const site = z
  .object({ Url: z.string(), IsVerified: z.boolean() })
  .transform(({ Url, IsVerified }): BingSite => ({ url: Url, isVerified: IsVerified }));

const traffic = z
  .object({ Date: date, Clicks: count, Impressions: count })
  .transform((row): BingTraffic => ({ day: row.Date, clicks: row.Clicks, impressions: row.Impressions }));

const stats = z
  .object({
    Query: z.string(),
    Date: date,
    Clicks: count,
    Impressions: count,
    AvgClickPosition: position,
    AvgImpressionPosition: position,
  })
  .transform((row): BingStats => ({
    key: row.Query,
    day: row.Date,
    clicks: row.Clicks,
    impressions: row.Impressions,
    clickPosition: row.AvgClickPosition,
    impressionPosition: row.AvgImpressionPosition,
  }));

function requireVerified(sites: BingSite[], siteUrl: string, httpStatus: number) {
  const listed = sites.filter(({ url }) => sameSite(url) === sameSite(siteUrl));
  if (listed.some(({ isVerified }) => isVerified)) return;
  if (listed.length)
    throw new ConnectionError(
      "FORBIDDEN",
      "Bing lists this site for the key, but nobody has verified that it is yours.",
      { httpStatus },
    );
  const others = sites.filter(({ url }) => hostOf(url) !== null && hostOf(url) === hostOf(siteUrl));
  const other = others.find(({ isVerified }) => isVerified) ?? others[0];
  throw new ConnectionError("NOT_FOUND", "The account of this Bing key has no such site.", {
    httpStatus,
    suggestion: other && foreignText(new URL(other.url).href, 200),
  });
}

/** The same for https://Example.com and https://example.com/, whose difference is nobody's intention. */
function sameSite(url: string): string {
  return (parseUrl(url)?.href ?? url).replace(/\/+$/, "");
}

function hostOf(url: string): string | null {
  return parseUrl(url)?.hostname.replace(/^www\./, "") ?? null;
}
