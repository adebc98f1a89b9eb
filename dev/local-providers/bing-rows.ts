/** The figures that the local Bing has about a site: always the same for the same site and day. */
import { createHash } from "node:crypto";

const DAY_MS = 86_400_000;
const WEEKS = 8;
const DAYS = 60;

/** What people search for, and the pages that they find */
const QUERIES = [
  "canvas tool roll",
  "beeswax for boots",
  "waxed cotton apron",
  "brass hooks",
  "linen thread",
  "how to wax canvas",
];
const PAGES = [
  "",
  "products/canvas-tool-roll",
  "products/waxed-apron",
  "collections/leather-care",
  "blogs/journal",
];

type Rows = Record<string, unknown>[];

export function bingRows(
  method: string,
  siteUrl: string,
  query: string | null,
  now: Date,
): Rows | "no such method" | "no query" {
  const pages = PAGES.map((page) => new URL(page, siteUrl).href);
  switch (method) {
    case "GetQueryStats":
      return weekly(QUERIES, siteUrl, now);
    case "GetPageStats":
      return weekly(pages, siteUrl, now);
    case "GetQueryPageStats":
      if (!query) return "no query";
      return QUERIES.includes(query) ? weekly(pages.slice(1, 3), `${siteUrl} ${query}`, now) : [];
    case "GetRankAndTrafficStats":
      return daysBefore(now, DAYS, 1).map((day) => ({
        __type: "RankAndTrafficStats:#Microsoft.Bing.Webmaster.Api",
        Clicks: figure(20, siteUrl, day),
        Date: bingDate(day),
        Impressions: 400 + figure(300, siteUrl, day),
      }));
    default:
      return "no such method";
  }
}

function weekly(keys: string[], salt: string, now: Date): Rows {
  return daysBefore(now, WEEKS, 7).flatMap((day) =>
    keys.map((key) => {
      const impressions = 5 + figure(200, salt, key, day);
      const clicks = Math.floor((impressions * figure(20, key)) / 100);
      return {
        __type: "QueryStats:#Microsoft.Bing.Webmaster.Api",
        // Nobody clicked: nothing to average.
        AvgClickPosition: clicks ? 1 + figure(12, salt, key) : -1,
        AvgImpressionPosition: 2 + figure(18, salt, key),
        Clicks: clicks,
        Date: bingDate(day),
        Impressions: impressions,
        Query: key,
      };
    }),
  );
}

/** Midnights in UTC, `step` days apart, the oldest first, the last three days before `now`. */
function daysBefore(now: Date, count: number, step: number): number[] {
  const last = Math.floor(now.getTime() / DAY_MS) * DAY_MS - 3 * DAY_MS;
  return Array.from({ length: count }, (_, i) => last - (count - 1 - i) * step * DAY_MS);
}

/** Bing dates a day by its midnight on the American west coast. */
function bingDate(day: number): string {
  return `/Date(${day + 7 * 3_600_000}-0700)/`;
}

/** A number from 0 to below `limit` that only depends on its name. */
function figure(limit: number, ...name: (string | number)[]): number {
  return createHash("sha256").update(name.join("/")).digest().readUInt32BE() % limit;
}
