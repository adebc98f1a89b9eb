import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { secretPartsOf, type GoogleCredential } from "~/features/connections/credential";
import { gsc, listGscSites, type SearchPage } from "~/features/connections/providers/gsc.server";
import { likelySite } from "~/features/connections/providers/gsc-suggestion";
import {
  addAccount,
  addGrant,
  patient,
  SITE,
  startLocalGoogle,
  type GoogleServer,
} from "../../support/local-google";
import { failureOf } from "../../support/local-providers";

const MINUTE = 60_000;
const DOMAIN = "sc-domain:example.com";

let google: GoogleServer;
let credential: GoogleCredential;
beforeEach(async () => {
  // Pages of 25,000 rows take their time on a busy machine.
  google = await startLocalGoogle({ timeoutMs: 20_000 });
  credential = addAccount(google);
});
afterEach(() => google.close());

const client = (siteUrl = SITE, other = credential) => gsc(google.deps, other, { siteUrl });
const asked = () => google.requests.filter(({ service }) => service === "GSC");
const paths = () => asked().map(({ method, path }) => `${method} ${path}`);
const at = (instant: string) => void (google.clock.app = google.clock.google = new Date(instant));

/** A finished day: it is the 20th, and the 17th is the last that is final. */
const DAY = { startDate: "2026-11-10", endDate: "2026-11-10" };
const WIDE = { ...DAY, dimensions: ["page", "query"] } as const;
const NARROW = { ...DAY, dimensions: ["query"] } as const;

async function pagesOf<T>(pages: AsyncGenerator<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const page of pages) all.push(page);
  return all;
}
const queries = (signal = patient()) => pagesOf(client().searchAnalytics(NARROW, signal));

describe("a test of a Search Console connection", () => {
  it("requests the property itself and no list", async () => {
    expect(await client().test(patient())).toEqual({ httpStatus: 200, message: "Access as siteOwner." });
    expect(paths()).toEqual(["GET /gsc/webmasters/v3/sites/https%3A%2F%2Fwww.example.com%2F"]);
  });

  it("reports the refusal even when the list for a suggestion never comes", async () => {
    const { operatorFetch } = google.deps;
    const hanging: typeof fetch = (input, init) =>
      (input as string).endsWith("/sites") ? new Promise(() => undefined) : operatorFetch(input, init);
    const test = gsc({ ...google.deps, operatorFetch: hanging }, credential, {
      siteUrl: "https://no.example/",
    });
    expect(await failureOf(test.test(AbortSignal.timeout(10_000)))).toMatchObject({ code: "FORBIDDEN" });
  });

  it("works for a domain property and with an OAuth grant", async () => {
    credential = addAccount(google, { sites: [DOMAIN] });
    expect(await client(DOMAIN).test(patient())).toMatchObject({ httpStatus: 200 });
    expect(await client(SITE, addGrant(google)).test(patient())).toMatchObject({ httpStatus: 200 });
  });

  it.each(["siteFullUser", "siteRestrictedUser"])("accepts the permission %s", async (permissionLevel) => {
    credential = addAccount(google, { sites: [{ siteUrl: SITE, permissionLevel }] });
    expect(await client().test(patient())).toMatchObject({ message: `Access as ${permissionLevel}.` });
  });

  it("is FORBIDDEN for an unverified user, although Google answers 200", async () => {
    credential = addAccount(google, { sites: [{ siteUrl: SITE, permissionLevel: "siteUnverifiedUser" }] });
    const error = await failureOf(client().test(patient()));
    expect(error).toMatchObject({ code: "FORBIDDEN", httpStatus: 200, providerCode: "siteUnverifiedUser" });
    expect(error.suggestion).toBeUndefined();
  });

  it("adds the slash to a bare origin", async () => {
    expect(await client("https://WWW.example.com").test(patient())).toMatchObject({ httpStatus: 200 });
  });

  it.each([
    "example.com",
    "sc-domain:https://example.com",
    "sc-domain:example.com/shop",
    "",
    "ftp://example.com/",
  ])("of “%s” is BAD_CONFIG without a request", async (siteUrl) => {
    const error = await failureOf(client(siteUrl).test(patient()));
    expect(error).toMatchObject({ code: "BAD_CONFIG", httpStatus: null, retryable: false });
    expect(google.requests).toEqual([]);
  });

  it("requests a new token each time, also concurrently", async () => {
    await Promise.all([client().test(patient()), client().test(patient())]);
    expect(google.requests.filter(({ service }) => service === "token")).toHaveLength(2);
  });

  it.each([
    ["disabled", "API_DISABLED", 403, "SERVICE_DISABLED", false],
    ["revoked", "AUTH_INVALID", 401, "UNAUTHENTICATED", false],
    ["quota", "QUOTA_EXHAUSTED", 403, "quotaExceeded", true],
    ["rate", "RATE_LIMITED", 429, "rateLimitExceeded", true],
    ["unavailable", "PROVIDER_ERROR", 503, "UNAVAILABLE", true],
    ["html", "PROTOCOL_MISMATCH", 200, null, false],
    ["nonsense", "INVALID_RESPONSE", 200, null, false],
  ] as const)("meets %s once: %s", async (trouble, code, httpStatus, providerCode, retryable) => {
    google.setTrouble("GSC", trouble);
    const error = await failureOf(client().test(patient()));
    expect(error).toMatchObject({ code, httpStatus, providerCode, retryable });
    expect(asked()).toHaveLength(1);
    for (const secret of [...secretPartsOf(credential), "ya29."])
      expect(`${error.message}${error.stack}`).not.toContain(secret);
  });

  it.each([
    ["hang", "TIMEOUT"],
    ["late", "TIMEOUT"],
    ["cut", "NETWORK"],
  ] as const)("meets %s once: %s", async (trouble, code) => {
    google.setTrouble("GSC", trouble);
    const error = await failureOf(client().test(AbortSignal.timeout(600)));
    expect(error).toMatchObject({ code, httpStatus: null, retryable: true });
    expect(asked()).toHaveLength(1);
  });
});

describe("a test of the wrong Search Console property", () => {
  it("requests the list once, and suggests the property that was probably meant", async () => {
    credential = addAccount(google, { sites: [DOMAIN, "https://other.example/"] });
    const error = await failureOf(client().test(patient()));
    expect(error).toMatchObject({
      code: "FORBIDDEN",
      httpStatus: 403,
      providerCode: "forbidden",
      suggestion: DOMAIN,
    });
    expect(paths().at(-1)).toBe("GET /gsc/webmasters/v3/sites");
    expect(asked()).toHaveLength(2);
    expect(google.requests.filter(({ service }) => service === "token")).toHaveLength(1);
  });

  it("suggests nothing when no property is similar or the account has none", async () => {
    credential = addAccount(google, { sites: ["https://other.example/"] });
    expect(await failureOf(client().test(patient()))).toMatchObject({
      code: "FORBIDDEN",
      suggestion: undefined,
    });
    credential = addAccount(google, { sites: [] });
    expect(await failureOf(client().test(patient()))).toMatchObject({
      code: "FORBIDDEN",
      suggestion: undefined,
    });
  });

  it("reports the same error when the list fails", async () => {
    google.setTrouble("GSC", "forbidden");
    const error = await failureOf(client().test(patient()));
    expect(error).toMatchObject({ code: "FORBIDDEN", httpStatus: 403, providerCode: "forbidden" });
  });

  const owned = (...sites: string[]) => sites.map((siteUrl) => ({ siteUrl, permissionLevel: "siteOwner" }));
  it.each([
    ["https://example.com/", [SITE, DOMAIN], DOMAIN],
    ["https://example.com/", [SITE], SITE],
    ["http://www.example.com/", [SITE], SITE],
    ["https://shop.example.com/", [DOMAIN], DOMAIN],
    [DOMAIN, ["https://shop.example.com/"], "https://shop.example.com/"],
    [DOMAIN, ["https://notexample.com/"], undefined],
    [SITE, [SITE], undefined],
  ])("of %s with %j suggests %s", (typed, sites, meant) => {
    expect(likelySite(typed, owned(...sites))).toBe(meant);
  });

  it("never suggests a property that the account may not read", () => {
    expect(likelySite(SITE, [{ siteUrl: DOMAIN, permissionLevel: "siteUnverifiedUser" }])).toBeUndefined();
  });
});

describe("the list of Search Console properties", () => {
  it("has each property with its permission", async () => {
    credential = addAccount(google, {
      sites: [SITE, { siteUrl: DOMAIN, permissionLevel: "siteUnverifiedUser" }],
    });
    expect(await listGscSites(google.deps, credential, patient())).toEqual([
      { siteUrl: SITE, permissionLevel: "siteOwner" },
      { siteUrl: DOMAIN, permissionLevel: "siteUnverifiedUser" },
    ]);
  });

  it("is empty when Google omits it, and INVALID_RESPONSE when the answer is malformed", async () => {
    credential = addAccount(google, { sites: [] });
    expect(await listGscSites(google.deps, credential, patient())).toEqual([]);
    google.setTrouble("GSC", "nonsense");
    expect(await failureOf(listGscSites(google.deps, credential, patient()))).toMatchObject({
      code: "INVALID_RESPONSE",
    });
  });
});

describe("a search analytics query", () => {
  it("returns rows by the names of their dimensions", async () => {
    const [page] = await queries();
    expect(page).toMatchObject({ startRow: 0, truncated: false, firstIncompleteDate: null });
    expect(page!.rows).toHaveLength(1000);
    expect(page!.rows[0]).toEqual({
      query: expect.any(String),
      clicks: expect.any(Number),
      impressions: expect.any(Number),
      ctr: expect.any(Number),
      position: expect.any(Number),
    });
  });

  it("of a large day returns two full pages, the last one marked as truncated", async () => {
    const pages = await pagesOf(client().searchAnalytics(WIDE, patient()));
    expect(pages.map(({ startRow, rows, truncated }) => [startRow, rows.length, truncated])).toEqual([
      [0, 25_000, false],
      [25_000, 25_000, true],
    ]);
    const keys = pages.flatMap(({ rows }) => rows.map(({ page, query }) => `${page} ${query}`));
    expect(new Set(keys).size).toBe(50_000);
    expect(asked().map(({ body }) => body)).toMatchObject([
      { rowLimit: 25_000, startRow: 0 },
      { rowLimit: 25_000, startRow: 25_000 },
    ]);
  });

  it("of a day that ends within a page is not truncated", async () => {
    await google.close();
    google = await startLocalGoogle({ paths: Array.from({ length: 2000 }, (_, i) => `/products/${i}`) });
    credential = addAccount(google);
    const dimensions = ["page", "country", "device"] as const;
    const pages = await pagesOf(client().searchAnalytics({ ...DAY, dimensions }, patient()));
    expect(pages.map(({ rows, truncated }) => [rows.length, truncated])).toEqual([
      [25_000, false],
      [17_000, false],
    ]);
  });

  it("of two large days ends with a short page and is not truncated", async () => {
    const days = { startDate: "2026-11-10", endDate: "2026-11-11" };
    const dimensions = ["page", "query"] as const;
    const pages = await pagesOf(client().searchAnalytics({ ...days, dimensions }, patient()));
    expect(pages.map(({ rows }) => rows.length)).toEqual([25_000, 25_000, 14_000]);
    expect(pages.at(-1)).toMatchObject({ truncated: false });
  });

  it("of a day without figures returns one empty page", async () => {
    const today = { startDate: "2026-11-20", endDate: "2026-11-20", dimensions: ["query"] } as const;
    expect(await pagesOf(client().searchAnalytics(today, patient()))).toEqual([
      { startRow: 0, rows: [], truncated: false, firstIncompleteDate: null },
    ]);
  });

  it("returns the first day whose figures may still change", async () => {
    const days = {
      startDate: "2026-11-10",
      endDate: "2026-11-20",
      dimensions: ["date"],
      dataState: "all",
    } as const;
    const [page] = await pagesOf(client().searchAnalytics(days, patient()));
    expect(page).toMatchObject({ firstIncompleteDate: "2026-11-18" });
    expect(page!.rows.map(({ date }) => date).at(-1)).toBe("2026-11-19");
  });

  it("makes no further request when the reader stops", async () => {
    for await (const page of client().searchAnalytics(WIDE, patient())) {
      expect(page.rows).toHaveLength(25_000);
      break;
    }
    expect(asked()).toHaveLength(1);
  });

  it("renews the token between two pages", async () => {
    const pages: SearchPage<"page" | "query">[] = [];
    for await (const page of client().searchAnalytics(WIDE, patient())) {
      pages.push(page);
      google.expireTokens();
    }
    expect(pages).toHaveLength(2);
    expect(asked().map(({ status }) => status)).toEqual([200, 401, 200]);
  });

  it("is repeated once after a server error, and not twice", async () => {
    google.setTrouble("GSC", "unavailable", 1);
    expect(await queries()).toHaveLength(1);
    google.setTrouble("GSC", "unavailable");
    expect(await failureOf(queries())).toMatchObject({ code: "PROVIDER_ERROR" });
    expect(asked().map(({ status }) => status)).toEqual([503, 200, 503, 503]);
  });

  it("of a site that was not shared is FORBIDDEN", async () => {
    const pages = client("https://other.example/").searchAnalytics(NARROW, patient());
    expect(await failureOf(pagesOf(pages))).toMatchObject({ code: "FORBIDDEN", providerCode: "forbidden" });
  });

  it("with days in the wrong order is BAD_CONFIG", async () => {
    const query = { startDate: "2026-11-11", endDate: "2026-11-10", dimensions: ["query"] } as const;
    const error = await failureOf(pagesOf(client().searchAnalytics(query, patient())));
    expect(error).toMatchObject({ code: "BAD_CONFIG", httpStatus: 400, providerCode: "invalidParameter" });
  });

  it("waits a tenth of a second between two requests", async () => {
    const started = Date.now();
    await Promise.all([queries(), queries(), queries()]);
    expect(Date.now() - started).toBeGreaterThanOrEqual(200);
  });
});

describe("the quota of Search Console", () => {
  it("that is exhausted blocks reads for 15 minutes", async () => {
    google.setTrouble("GSC", "quota", 1);
    expect(await failureOf(queries())).toMatchObject({ code: "QUOTA_EXHAUSTED", httpStatus: 403 });

    at("2026-11-20T10:34:59Z");
    const local = await failureOf(queries());
    expect(local).toMatchObject({ code: "QUOTA_EXHAUSTED", httpStatus: null, providerCode: "quotaExceeded" });
    expect(local.retryAfterMs).toBe(1000);
    expect(asked()).toHaveLength(1);

    at("2026-11-20T10:35:00Z");
    expect(await queries()).toHaveLength(1);
  });

  it("blocks reads for 15 minutes after a 429 too, and never a test", async () => {
    google.setTrouble("GSC", "rate", 1);
    expect(await failureOf(queries())).toMatchObject({ code: "RATE_LIMITED", httpStatus: 429 });
    expect(await failureOf(queries())).toMatchObject({ code: "RATE_LIMITED", retryAfterMs: 15 * MINUTE });
    expect(await client().test(patient())).toMatchObject({ httpStatus: 200 });
  });
});
