import { describe, expect, it } from "vitest";
import { bing, BING_POSITION_DIVISOR, listBingSites } from "~/features/connections/providers/bing.server";
import type { BingTrouble } from "../../../dev/local-providers/bing";
import { failureOf, localProviders, printed, providerDeps } from "../../support/local-providers";

const SITE = "https://fernhill.example.com/";
const SITES = [
  { url: SITE, isVerified: true },
  { url: "https://www.saltmarsh.example.com/", isVerified: true },
  { url: "https://new.example.com/", isVerified: false },
];

let keys = 0;

/** A key of its own for each test: the pause after a refusal belongs to the key. */
async function connected(siteUrl = SITE) {
  const local = await localProviders({ now: () => new Date("2026-11-12T15:00:00Z") });
  const apiKey = `0123456789abcdef0123456789ab${String(keys++).padStart(4, "0")}`;
  local.bing.addKey({ apiKey, sites: SITES });
  const credential = { kind: "api_key" as const, apiKey };
  return { ...local, apiKey, credential, client: bing(local.deps, credential, { siteUrl }) };
}

const soon = () => AbortSignal.timeout(5_000);

describe("the test of a connection to Bing", () => {
  it("succeeds for a verified site", async () => {
    const { client, bing: local } = await connected();
    expect(await client.test(soon())).toEqual({ httpStatus: 200, message: null });
    expect(local.requests).toEqual([{ method: "GetUserSites", siteUrl: null, knowsKey: true }]);
  });

  it.each(["https://fernhill.example.com", "https://FERNHILL.example.com/"])(
    "accepts %s as the same site",
    async (url) => {
      const { client } = await connected(url);
      await expect(client.test(soon())).resolves.toMatchObject({ httpStatus: 200 });
    },
  );

  it("is FORBIDDEN for an unverified site", async () => {
    const { client } = await connected("https://new.example.com/");
    expect(await failureOf(client.test(soon()))).toMatchObject({
      code: "FORBIDDEN",
      httpStatus: 200,
      retryable: false,
    });
  });

  it.each([
    ["https://saltmarsh.example.com/", "https://www.saltmarsh.example.com/"],
    ["http://fernhill.example.com/", SITE],
    ["https://fernhill.example.com/shop", SITE],
    ["https://elsewhere.example.com/", undefined],
  ])("does not find %s, and suggests %s", async (url, suggestion) => {
    const { client } = await connected(url);
    expect(await failureOf(client.test(soon()))).toMatchObject({ code: "NOT_FOUND", suggestion });
  });

  it("asks Bing even while reads are paused", async () => {
    const { client, bing: local } = await connected();
    local.setTrouble({ kind: "errorCode", code: 4 });
    await failureOf(client.queryStats(soon()));
    local.setTrouble(null);
    await expect(client.test(soon())).resolves.toMatchObject({ httpStatus: 200 });
  });
});

describe("a refusal of Bing", () => {
  it.each([
    [1, "PROVIDER_ERROR", true],
    [2, "PROVIDER_ERROR", true],
    [3, "AUTH_INVALID", false],
    [4, "RATE_LIMITED", true],
    [5, "RATE_LIMITED", true],
    [6, "FORBIDDEN", false],
    [7, "BAD_CONFIG", false],
    [8, "BAD_CONFIG", false],
    [10, "NOT_FOUND", false],
    [11, "NOT_FOUND", false],
    [13, "FORBIDDEN", false],
    [14, "FORBIDDEN", false],
    [15, "PROVIDER_ERROR", true],
    [16, "PROTOCOL_MISMATCH", false],
  ])("with ErrorCode %i is %s with any HTTP status", async (number, code, retryable) => {
    const { client, bing: local, apiKey } = await connected();
    for (const status of [400, 401, 500, 200]) {
      local.setTrouble({ kind: "errorCode", code: number, status });
      const error = await failureOf(client.test(soon()));
      expect(error).toMatchObject({ code, retryable, httpStatus: status, providerCode: String(number) });
      expect(printed(error)).not.toContain(apiKey);
    }
  });

  it.each([
    [401, "AUTH_INVALID", false],
    [403, "FORBIDDEN", false],
    [404, "NOT_FOUND", false],
    [429, "RATE_LIMITED", true],
    [400, "INVALID_RESPONSE", false],
    [503, "PROVIDER_ERROR", true],
  ])("with %i and no ErrorCode is %s", async (status, code, retryable) => {
    const { client, bing: local } = await connected();
    local.setTrouble({ kind: "status", status, headers: { "Retry-After": "7" } });
    expect(await failureOf(client.test(soon()))).toMatchObject({
      code,
      retryable,
      httpStatus: status,
      providerCode: null,
    });
  });

  it("carries Bing's Retry-After", async () => {
    const { client, bing: local } = await connected();
    local.setTrouble({ kind: "status", status: 429, headers: { "Retry-After": "7" } });
    expect((await failureOf(client.test(soon()))).retryAfterMs).toBe(7000);
  });

  it("of a wrong key names Bing's error and not the key", async () => {
    const { deps } = await connected();
    const apiKey = "ffffffffffffffffffffffffffffffff";
    const error = await failureOf(bing(deps, { kind: "api_key", apiKey }, { siteUrl: SITE }).test(soon()));
    expect(error.message).toBe("Bing does not accept the API key (InvalidApiKey).");
    expect(printed(error)).not.toContain(apiKey);
  });
});

describe("a connection to Bing", () => {
  it.each<[BingTrouble["kind"], BingTrouble, string, number | null]>([
    ["html", { kind: "html" }, "PROTOCOL_MISMATCH", 200],
    ["nonsense", { kind: "nonsense" }, "INVALID_RESPONSE", 200],
    ["hang", { kind: "hang" }, "TIMEOUT", null],
    ["late", { kind: "late", ms: 400 }, "TIMEOUT", null],
    ["cut", { kind: "cut" }, "NETWORK", null],
    ["redirect", { kind: "redirect", to: "http://169.254.169.254/latest" }, "PROTOCOL_MISMATCH", null],
  ])("%s", async (_, trouble, code, httpStatus) => {
    const { client, bing: local, apiKey } = await connected();
    local.setTrouble(trouble);
    const error = await failureOf(client.test(AbortSignal.timeout(200)));
    expect(error).toMatchObject({ code, httpStatus });
    expect(printed(error)).not.toContain(apiKey);
    expect(error.cause).toBeUndefined();
  });

  it("is NETWORK when the port is closed, and the error does not hold the key", async () => {
    const { endpoints, close, credential, apiKey } = await connected();
    await close();
    const error = await failureOf(bing(providerDeps(endpoints), credential, { siteUrl: SITE }).test(soon()));
    expect(error).toMatchObject({
      code: "NETWORK",
      httpStatus: null,
      retryable: true,
      providerCode: "ECONNREFUSED",
    });
    expect(printed(error)).not.toContain(apiKey);
  });

  it("causes no unhandled rejection when an answer comes after the caller has aborted", async () => {
    const rejections: unknown[] = [];
    const onRejection = (reason: unknown) => rejections.push(reason);
    process.on("unhandledRejection", onRejection);
    try {
      const { client, bing: local } = await connected();
      local.setTrouble({ kind: "late", ms: 150 });
      await failureOf(client.test(AbortSignal.timeout(50)));
      // Longer than the late answer takes.
      await new Promise((resolve) => setTimeout(resolve, 250));
      expect(rejections).toEqual([]);
    } finally {
      process.off("unhandledRejection", onRejection);
    }
  });

  it("does not affect a concurrent test of another site", async () => {
    const { client, deps, credential } = await connected();
    const elsewhere = bing(deps, credential, { siteUrl: "https://new.example.com/" });
    const [one, other, third] = await Promise.allSettled([
      client.test(soon()),
      elsewhere.test(soon()),
      client.test(soon()),
    ]);
    expect([one.status, other.status, third.status]).toEqual(["fulfilled", "rejected", "fulfilled"]);
  });
});

describe("reading from Bing", () => {
  it("lists the sites of a key", async () => {
    const { deps, credential } = await connected();
    expect(await listBingSites(deps, credential, soon())).toEqual(SITES);
  });

  it("reads queries, pages, traffic and the pages of a query", async () => {
    const { client } = await connected();
    const queries = await client.queryStats(soon());
    expect(queries[0]).toEqual({
      key: "canvas tool roll",
      day: "2026-09-21",
      clicks: expect.any(Number),
      impressions: expect.any(Number),
      clickPosition: expect.toSatisfy((value) => value === null || value > 0),
      impressionPosition: expect.any(Number),
    });
    expect((await client.pageStats(soon()))[0]?.key).toBe(SITE);
    expect((await client.rankAndTrafficStats(soon())).at(-1)).toMatchObject({ day: "2026-11-09" });
    expect((await client.queryPageStats("brass hooks", soon()))[0]?.key).toBe(
      `${SITE}products/canvas-tool-roll`,
    );
    expect(await client.queryPageStats("nobody asks this", soon())).toEqual([]);
  });

  const row = (change: object) => ({
    Query: "q",
    Date: "/Date(1399100400000)/",
    Clicks: 0,
    Impressions: 1,
    AvgClickPosition: -1,
    AvgImpressionPosition: 40,
    ...change,
  });
  const answering = (d: unknown) => ({ kind: "status", status: 200, body: JSON.stringify({ d }) }) as const;

  it("reads the position -1 as null and any other unchanged", async () => {
    const { client, bing: local } = await connected();
    local.setTrouble(answering([row({})]));
    const [only] = await client.queryStats(soon());
    expect(only).toMatchObject({ clickPosition: null, impressionPosition: 40 / BING_POSITION_DIVISOR });
    expect(BING_POSITION_DIVISOR).toBe(1);
  });

  it.each([
    ["/Date(1399100400000)/", "2014-05-03"],
    ["/Date(1399100400000-0700)/", "2014-05-03"],
    ["/Date(1399096800000-0700)/", "2014-05-02"],
    ["/Date(1399152600000+0530)/", "2014-05-04"],
    ["/Date(-86400000)/", "1969-12-31"],
  ])("reads %s as the day %s", async (text, day) => {
    const { client, bing: local } = await connected();
    local.setTrouble(answering([row({ Date: text })]));
    expect((await client.queryStats(soon()))[0]?.day).toBe(day);
  });

  it.each([
    ["a date in another format", [row({ Date: "2014-05-03" })]],
    ["a date out of range", [row({ Date: "/Date(99999999999999999)/" })]],
    ["a row without clicks", [{ ...row({}), Clicks: undefined }]],
    ["a text instead of a list", "none"],
    ["null", null],
  ])("fails with INVALID_RESPONSE for %s", async (_, d) => {
    const { client, bing: local } = await connected();
    local.setTrouble(answering(d));
    expect(await failureOf(client.queryStats(soon()))).toMatchObject({
      code: "INVALID_RESPONSE",
      httpStatus: 200,
    });
  });

  it("fails with INVALID_RESPONSE for an answer without d", async () => {
    const { client, bing: local } = await connected();
    local.setTrouble({ kind: "status", status: 200, body: "[]" });
    expect(await failureOf(client.queryStats(soon()))).toMatchObject({ code: "INVALID_RESPONSE" });
  });

  it("pauses for 15 minutes after ThrottleUser without a further request", async () => {
    const local = await connected();
    let now = new Date("2026-11-12T15:00:00Z");
    const client = bing({ ...local.deps, now: () => now }, local.credential, { siteUrl: SITE });
    local.bing.setTrouble({ kind: "errorCode", code: 4 });
    expect(await failureOf(client.queryStats(soon()))).toMatchObject({
      code: "RATE_LIMITED",
      httpStatus: 400,
    });
    local.bing.setTrouble(null);
    now = new Date("2026-11-12T15:14:59Z");
    expect(await failureOf(client.pageStats(soon()))).toMatchObject({
      code: "RATE_LIMITED",
      retryAfterMs: 1000,
    });
    expect(local.bing.requests).toHaveLength(1);
    now = new Date("2026-11-12T15:15:00Z");
    expect(await client.pageStats(soon())).not.toEqual([]);
  });

  it("starts at most five calls a second", async () => {
    const { client } = await connected();
    const start = performance.now();
    await Promise.all([1, 2, 3, 4].map(() => client.rankAndTrafficStats(soon())));
    expect(performance.now() - start).toBeGreaterThan(590);
  });
});
