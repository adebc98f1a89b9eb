import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { secretPartsOf, type GoogleCredential } from "~/features/connections/credential";
import { ga4 } from "~/features/connections/providers/ga4.server";
import { eventually } from "../../support/eventually";
import {
  addAccount,
  addGrant,
  GOOGLE_NOW,
  patient,
  PROPERTY,
  startLocalGoogle,
  type GoogleServer,
} from "../../support/local-google";
import { failureOf } from "../../support/local-providers";

const MINUTE = 60_000;

let google: GoogleServer;
let credential: GoogleCredential;
beforeEach(async () => {
  google = await startLocalGoogle({ timeoutMs: 600 });
  credential = addAccount(google);
});
afterEach(() => google.close());

const client = (settings: Partial<Parameters<typeof ga4>[2]> = {}, other = credential) =>
  ga4(google.deps, other, { propertyId: PROPERTY, ...settings });
const test = (settings = {}, signal = patient()) => client(settings).test(signal);
const asked = () => google.requests.filter(({ service }) => service === "GA4");
const SESSIONS = {
  dimensions: ["landingPage"],
  metrics: ["sessions", "purchaseRevenue"],
  dateRanges: [{ startDate: "28daysAgo", endDate: "yesterday" }],
} as const;
const report = (signal = patient()) =>
  client().runReport({ ...SESSIONS, dateRanges: [...SESSIONS.dateRanges] }, signal);
const at = (instant: string) => void (google.clock.app = google.clock.google = new Date(instant));

describe("a test of a GA4 connection", () => {
  it("requests the smallest report, and returns the property's time zone", async () => {
    expect(await test()).toEqual({ httpStatus: 200, message: "Days in Europe/Zurich, amounts in CHF." });
    expect(asked()).toMatchObject([
      {
        path: `/ga4/v1beta/properties/${PROPERTY}:runReport`,
        body: { metrics: [{ name: "activeUsers" }], limit: 1, returnPropertyQuota: true },
      },
    ]);
  });

  it("works with an OAuth grant", async () => {
    expect(await client({}, addGrant(google)).test(patient())).toMatchObject({ httpStatus: 200 });
  });

  it("mentions the shop's time zone only when it differs", async () => {
    const finding = await test({ shopTimeZone: "America/New_York" });
    expect(finding.message).toContain("Europe/Zurich, the shop in America/New_York");
    expect((await test({ shopTimeZone: "Europe/Zurich" })).message).toContain("Days in Europe/Zurich");
  });

  it("requests a new token each time, also concurrently", async () => {
    await Promise.all([test(), test()]);
    await test();
    expect(google.requests.filter(({ service }) => service === "token")).toHaveLength(3);
  });

  it.each(["0", "G-ABC123", "UA-1-1", "", "12 34"])(
    "of the property “%s” is BAD_CONFIG without a request",
    async (propertyId) => {
      const error = await failureOf(test({ propertyId }));
      expect(error).toMatchObject({ code: "BAD_CONFIG", httpStatus: null, retryable: false });
      expect(google.requests).toEqual([]);
    },
  );

  it("of a property that was not shared is FORBIDDEN and names it", async () => {
    const error = await failureOf(test({ propertyId: "987654321" }));
    expect(error).toMatchObject({ code: "FORBIDDEN", httpStatus: 403, providerCode: "PERMISSION_DENIED" });
    expect(error.message).toContain("987654321");
  });

  it("with a grant for another scope is FORBIDDEN", async () => {
    const other = addGrant(google, "1//search", ["https://www.googleapis.com/auth/webmasters.readonly"]);
    const error = await failureOf(client({}, other).test(patient()));
    expect(error).toMatchObject({ code: "FORBIDDEN", providerCode: "ACCESS_TOKEN_SCOPE_INSUFFICIENT" });
  });

  it("with a key of a project whose API is off is API_DISABLED and names the project", async () => {
    google.setTrouble("GA4", "disabled");
    const error = await failureOf(test());
    expect(error).toMatchObject({ code: "API_DISABLED", httpStatus: 403, providerCode: "SERVICE_DISABLED" });
    expect(error).toMatchObject({ retryable: false, message: expect.stringContaining("123456789012") });
  });

  it.each([
    ["revoked", "AUTH_INVALID", 401, "UNAUTHENTICATED", false],
    ["quota", "QUOTA_EXHAUSTED", 429, "RESOURCE_EXHAUSTED", true],
    ["rate", "RATE_LIMITED", 429, "RATE_LIMIT_EXCEEDED", true],
    ["unavailable", "PROVIDER_ERROR", 503, "UNAVAILABLE", true],
    ["html", "PROTOCOL_MISMATCH", 200, null, false],
    ["nonsense", "INVALID_RESPONSE", 200, null, false],
    ["cut", "NETWORK", null, "UND_ERR_SOCKET", true],
    ["hang", "TIMEOUT", null, null, true],
    ["late", "TIMEOUT", null, null, true],
  ] as const)(
    "with the trouble %s makes one request and fails with %s",
    async (trouble, code, httpStatus, providerCode, retryable) => {
      google.setTrouble("GA4", trouble);
      expect(await failureOf(test())).toMatchObject({ code, httpStatus, retryable });
      expect(asked()).toHaveLength(1);
      if (providerCode !== "UND_ERR_SOCKET")
        expect((await failureOf(test())).providerCode).toBe(providerCode);
    },
  );

  it("waits for a slow answer, and ends with TIMEOUT when the caller aborts", async () => {
    google.setTrouble("GA4", "slow");
    expect(await test()).toMatchObject({ httpStatus: 200 });
    expect(await failureOf(test({}, AbortSignal.timeout(100)))).toMatchObject({ code: "TIMEOUT" });
  });

  it("is made even while reads are paused", async () => {
    google.setTrouble("GA4", "quota", 1);
    await failureOf(report());
    expect(await test()).toMatchObject({ httpStatus: 200 });
  });

  it("leads to no error that holds a secret", async () => {
    for (const trouble of ["revoked", "forbidden", "disabled", "quota", "html", "nonsense", "cut"] as const) {
      google.setTrouble("GA4", trouble);
      const error = await failureOf(test());
      for (const secret of [...secretPartsOf(credential), "ya29."])
        expect(`${error.message}${error.stack}${String(error.cause)}`).not.toContain(secret);
    }
  });
});

describe("a GA4 report", () => {
  it("has rows by name, the property's metadata and its quota", async () => {
    const { rows, rowCount, metadata, propertyQuota } = await report();
    expect(rows[0]).toEqual({
      landingPage: expect.stringMatching(/^\//),
      sessions: expect.any(Number),
      purchaseRevenue: expect.any(Number),
    });
    expect(rows[0]!.sessions).toBeGreaterThan(rows.at(-1)!.sessions);
    expect(rowCount).toBe(rows.length);
    expect(metadata).toEqual({
      timeZone: "Europe/Zurich",
      currencyCode: "CHF",
      dataLossFromOtherRow: false,
      subjectToThresholding: false,
      samplingMetadatas: [],
    });
    expect(propertyQuota.tokensPerProjectPerHour?.remaining).toBeLessThan(14_000);
  });

  it("can be read in pages without a gap or a repeat", async () => {
    const whole = await report();
    const request = { ...SESSIONS, dateRanges: [...SESSIONS.dateRanges] };
    const pages = [];
    for (let offset = 0; offset < whole.rowCount; offset += 25)
      pages.push(...(await client().runReport({ ...request, limit: 25, offset }, patient())).rows);
    expect(pages).toEqual(whole.rows);
  });

  it("applies filters and orders", async () => {
    const { rows } = await client().runReport(
      {
        dimensions: ["date", "sessionDefaultChannelGroup"],
        metrics: ["sessions"],
        dateRanges: [{ startDate: "2026-11-01", endDate: "2026-11-03" }],
        dimensionFilter: {
          filter: { fieldName: "sessionDefaultChannelGroup", stringFilter: { value: "Organic Search" } },
        },
        orderBys: [{ dimension: { dimensionName: "date" }, desc: true }],
      },
      patient(),
    );
    expect(rows.map(({ date }) => date)).toEqual(["20261103", "20261102", "20261101"]);
    expect(new Set(rows.map((row) => row.sessionDefaultChannelGroup))).toEqual(new Set(["Organic Search"]));
  });

  it("that is empty has no rows", async () => {
    const nowhere = { filter: { fieldName: "landingPage", stringFilter: { value: "/nowhere" } } };
    const request = { ...SESSIONS, dateRanges: [...SESSIONS.dateRanges], dimensionFilter: nowhere };
    expect(await client().runReport(request, patient())).toMatchObject({ rows: [], rowCount: 0 });
  });

  it("of an unknown field is BAD_CONFIG and names the field", async () => {
    const request = { metrics: ["luck"], dateRanges: [{ startDate: "yesterday", endDate: "today" }] };
    const error = await failureOf(client().runReport(request, patient()));
    expect(error).toMatchObject({ code: "BAD_CONFIG", httpStatus: 400, providerCode: "INVALID_ARGUMENT" });
    expect(error.message).toContain("luck");
  });

  it.each([0, 250_001])("of %i rows is a RangeError", async (limit) => {
    const request = { metrics: ["sessions"], dateRanges: [...SESSIONS.dateRanges], limit };
    await expect(client().runReport(request, patient())).rejects.toThrow(RangeError);
  });

  it("shares its token with the next one", async () => {
    await report();
    await report();
    expect(google.requests.filter(({ service }) => service === "token")).toHaveLength(1);
  });

  it("is repeated once with a new token when Google refuses the first", async () => {
    await report();
    google.expireTokens();
    expect((await report()).rowCount).toBeGreaterThan(0);
    expect(google.requests.map(({ service, status }) => `${service} ${status}`)).toEqual([
      "token 200",
      "GA4 200",
      "GA4 401",
      "token 200",
      "GA4 200",
    ]);
  });

  it("is not repeated a second time for a refused token", async () => {
    google.setTrouble("GA4", "revoked");
    expect(await failureOf(report())).toMatchObject({ code: "AUTH_INVALID", httpStatus: 401 });
    expect(asked()).toHaveLength(2);
  });

  it("is repeated once after a server error", async () => {
    google.setTrouble("GA4", "unavailable", 1);
    expect((await report()).rowCount).toBeGreaterThan(0);
    expect(asked().map(({ status }) => status)).toEqual([503, 200]);
  });

  it("is not repeated after a second server error", async () => {
    google.setTrouble("GA4", "unavailable");
    expect(await failureOf(report())).toMatchObject({
      code: "PROVIDER_ERROR",
      httpStatus: 503,
      retryable: true,
    });
    expect(asked()).toHaveLength(2);
  });

  it.each(["html", "nonsense", "forbidden"] as const)("is not repeated after %s", async (trouble) => {
    google.setTrouble("GA4", trouble);
    await failureOf(report());
    expect(asked()).toHaveLength(1);
  });
});

describe("the quota of a GA4 property", () => {
  it("that is exhausted blocks reports until the next full hour", async () => {
    google.setTrouble("GA4", "quota", 1);
    expect(await failureOf(report())).toMatchObject({ code: "QUOTA_EXHAUSTED", retryAfterMs: 40 * MINUTE });

    at("2026-11-20T10:59:59Z");
    const local = await failureOf(report());
    expect(local).toMatchObject({
      code: "QUOTA_EXHAUSTED",
      httpStatus: null,
      retryAfterMs: 1000,
      retryable: true,
    });
    expect(local.message).toContain("2026-11-20T11:00:00.000Z");
    expect(asked()).toHaveLength(1);

    at("2026-11-20T11:00:00Z");
    expect((await report()).rowCount).toBeGreaterThan(0);
  });

  it("of the day is restored at midnight in California", async () => {
    google.spend(PROPERTY, 200_000);
    const error = await failureOf(report());
    expect(error).toMatchObject({ code: "QUOTA_EXHAUSTED", httpStatus: 429 });
    expect(new Date(GOOGLE_NOW.getTime() + error.retryAfterMs!)).toEqual(new Date("2026-11-21T08:00:00Z"));
    at("2026-11-20T12:00:00Z");
    expect(await failureOf(report())).toMatchObject({ code: "QUOTA_EXHAUSTED", httpStatus: null });
  });

  it("blocks reports for the hour when fewer than 100 tokens are left", async () => {
    google.spend(PROPERTY, 13_950);
    expect((await report()).propertyQuota.tokensPerProjectPerHour?.remaining).toBeLessThan(100);
    expect(await failureOf(report())).toMatchObject({
      code: "QUOTA_EXHAUSTED",
      httpStatus: null,
      retryAfterMs: 40 * MINUTE,
    });
    expect(asked()).toHaveLength(1);
  });

  it("blocks nothing while more than 100 tokens are left", async () => {
    google.spend(PROPERTY, 13_800);
    await report();
    expect((await report()).rowCount).toBeGreaterThan(0);
  });

  it("that is empty is read as 0, although Google omits the number", async () => {
    google.spend(PROPERTY, 13_999);
    expect((await report()).propertyQuota.tokensPerProjectPerHour?.remaining).toBe(0);
    expect(await failureOf(report())).toMatchObject({ code: "QUOTA_EXHAUSTED", httpStatus: null });
  });

  it("applies to one property and one account", async () => {
    google.setTrouble("GA4", "quota", 1);
    await failureOf(report());
    credential = addAccount(google);
    expect((await report()).rowCount).toBeGreaterThan(0);
  });

  it("blocks reports after eight server errors in an hour, two before Google does", async () => {
    google.setTrouble("GA4", "unavailable");
    for (let i = 0; i < 4; i++) await failureOf(report());
    expect(asked()).toHaveLength(8);
    const local = await failureOf(report());
    expect(local).toMatchObject({ code: "PROVIDER_ERROR", httpStatus: null, retryAfterMs: 60 * MINUTE });
    expect(asked()).toHaveLength(8);

    google.setTrouble("GA4", null);
    at("2026-11-20T11:20:00Z");
    expect((await report()).rowCount).toBeGreaterThan(0);
  });

  it("admits at most five concurrent reports", async () => {
    google.setTrouble("GA4", "hang");
    const leaving = new AbortController();
    const all = Array.from({ length: 8 }, () => failureOf(report(leaving.signal)));
    await eventually(() => expect(asked()).toHaveLength(5));
    // Long enough for a sixth to arrive.
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(asked()).toHaveLength(5);
    leaving.abort();
    expect((await Promise.all(all)).map(({ code }) => code)).toEqual(Array(8).fill("TIMEOUT"));
  });
});
