/** Search Console's properties and search figures; rows are made when they are asked for, never all at once. */
import { addDays, daysBetween, shopDayOf } from "~/platform/shop-day";
import { unitOf } from "./deterministic";
import type { SiteRight } from "./google-access";
import { legacyError } from "./google-errors";
import type { Answer } from "./trouble";

export type SearchConsoleOptions = { now: () => Date; paths: string[] };

type Query = {
  startDate?: string;
  endDate?: string;
  dimensions?: string[];
  type?: string;
  dataState?: string;
  rowLimit?: number;
  startRow?: number;
};

/** What Google gives out of a day, however many rows there are. */
const ROWS_PER_DAY = 50_000;
const QUERIES = 1_000;
const PAGES_PER_QUERY = 64;
const COUNTRIES = ["che", "deu", "aut", "fra", "ita", "gbr", "usa"];
const DEVICES = ["MOBILE", "DESKTOP", "TABLET"];
const TYPES = ["web", "image", "video", "news", "discover", "googleNews"];
const ISO_DAY = /^\d{4}-\d{2}-\d{2}$/;

export class LocalSearchConsole {
  constructor(private readonly options: SearchConsoleOptions) {}

  /** Google leaves the list out where it would be empty. */
  list(sites: SiteRight[]): Answer {
    return { status: 200, body: sites.length ? { siteEntry: sites } : {} };
  }

  // 200 · 403 for a property of others and for one that does not exist alike
  find(sites: SiteRight[], siteUrl: string): Answer {
    const site = sites.find((candidate) => candidate.siteUrl === siteUrl);
    return site ? { status: 200, body: site } : noPermission(siteUrl);
  }

  // 200 · 400 invalidParameter · 403 forbidden
  query(sites: SiteRight[], siteUrl: string, query: Query): Answer {
    const site = sites.find((candidate) => candidate.siteUrl === siteUrl);
    if (!site || site.permissionLevel === "siteUnverifiedUser") return noPermission(siteUrl);
    const { dimensions = [], rowLimit = 1000, startRow = 0, dataState = "final" } = query;
    const wrong = wrongWith(query);
    if (wrong) return legacyError(400, "global", "invalidParameter", wrong);

    const days = this.#daysWithData(query);
    const { sizes, read } = shapeOf(dimensions, days, originOf(siteUrl), this.options.paths);
    const available = Math.min(
      days.length && sizes.reduce((product, size) => product * size, 1),
      ROWS_PER_DAY * days.length,
    );
    const count = Math.max(0, Math.min(rowLimit, available - startRow));
    const rows = Array.from({ length: count }, (_, i) => read(startRow + i));
    const incomplete =
      dataState !== "final" && days.at(-1)! > this.#lastFinalDay() && addDays(this.#lastFinalDay(), 1);
    return {
      status: 200,
      body: {
        ...(rows.length && { rows }),
        responseAggregationType: dimensions.includes("page") ? "byPage" : "byProperty",
        ...(incomplete && { metadata: { first_incomplete_date: incomplete } }),
      },
    };
  }

  /** Final figures are three days late, fresh ones one; days without any are left out. */
  #daysWithData({ startDate = "", endDate = "", dataState = "final" }: Query): string[] {
    const last = dataState === "final" ? this.#lastFinalDay() : addDays(this.#lastFinalDay(), 2);
    return daysBetween(startDate, endDate < last ? endDate : last);
  }

  #lastFinalDay(): string {
    return addDays(shopDayOf(this.options.now(), "America/Los_Angeles"), -3);
  }
}

function noPermission(siteUrl: string): Answer {
  return legacyError(
    403,
    "global",
    "forbidden",
    `User does not have sufficient permission for site '${siteUrl}'. See also: https://support.google.com/webmasters/answer/2451999.`,
  );
}

function wrongWith({ startDate = "", endDate = "", dimensions = [], rowLimit = 1000, type = "web" }: Query) {
  if (!ISO_DAY.test(startDate) || !ISO_DAY.test(endDate))
    return "Invalid value for a date; it has to be YYYY-MM-DD.";
  if (startDate > endDate) return "startDate is after endDate.";
  if (rowLimit < 1 || rowLimit > 25_000)
    return "Invalid value at 'row_limit': it has to be between 1 and 25000.";
  if (!TYPES.includes(type)) return `Invalid value at 'type': ${type}`;
  const unknown = dimensions.find((name) => !["date", "query", "page", "country", "device"].includes(name));
  return unknown ? `Invalid value at 'dimensions': ${unknown}` : null;
}

/** A row's number, read as one digit per dimension: the last dimension of the list turns slowest, so clicks fall. */
function shapeOf(dimensions: string[], days: string[], origin: string, paths: string[]) {
  const perQuery = dimensions.includes("query") ? PAGES_PER_QUERY : paths.length;
  const size: Record<string, number> = {
    date: days.length,
    query: QUERIES,
    page: perQuery,
    country: COUNTRIES.length,
    device: DEVICES.length,
  };
  const sizes = dimensions.map((name) => size[name]!);

  function read(row: number) {
    let rest = row;
    const digits = Object.fromEntries(
      dimensions.map((name) => {
        const digit = rest % size[name]!;
        rest = Math.floor(rest / size[name]!);
        return [name, digit];
      }),
    );
    const keys = dimensions.map((name) => keyOf(name, digits));
    return { keys, ...figures(row, keys) };
  }

  function keyOf(name: string, digits: Record<string, number>): string {
    const digit = digits[name]!;
    if (name === "date") return days[digit]!;
    if (name === "country") return COUNTRIES[digit]!;
    if (name === "device") return DEVICES[digit]!;
    if (name === "query") return queryText(digit);
    // A query finds its own pages first, and each of them by another address beyond the shop's own.
    const place = digit + (digits.query ?? 0);
    const variant = Math.floor(digit / paths.length);
    return `${origin}${paths[place % paths.length]}${variant ? `?variant=${variant}` : ""}`;
  }

  return { sizes, read };
}

const WORDS = [
  ["buy", "best", "handmade", "cheap", "large", "small", "vintage", "swiss", "gift", "online"],
  ["wool", "linen", "cotton", "cedar", "copper", "clay", "oak", "slate", "white", "blue"],
  ["blanket", "mug", "lamp", "bowl", "throw", "stool", "tray", "vase", "plate", "basket"],
];

function queryText(index: number): string {
  return WORDS.map((words, place) => words[Math.floor(index / 10 ** place) % 10]).join(" ");
}

/** Clicks fall with the row; the position decides what part of the impressions they are. */
function figures(row: number, keys: string[]) {
  const luck = unitOf(...keys);
  const clicks = Math.floor(400 / (row + 1) ** 0.7);
  const position = Math.round((1 + luck * 18 + Math.min(row / 5000, 30)) * 10) / 10;
  const impressions = Math.max(clicks, Math.round((clicks + 1) * (3 + position * (1 + luck))));
  return { clicks, impressions, ctr: clicks / impressions, position };
}

function originOf(siteUrl: string): string {
  return siteUrl.startsWith("sc-domain:")
    ? `https://www.${siteUrl.slice("sc-domain:".length)}`
    : new URL(siteUrl).origin;
}
