/** A month of connection tests: mostly fine, with the failures that each provider really has. */
import type { Provider } from "~/features/connections/provider";
import { shopDayOf } from "~/platform/shop-day";
import { idFor } from "./ids";
import { before, DAY, daysEnding, instantOf, MINUTE, SEED_NOW } from "./instant";
import { random, type Random } from "./random";
import { stamp, type Rows } from "./rows";
import { ROTATION } from "./secrets";

type Failure = Pick<
  Rows["ConnectionEvent"],
  "errorClass" | "retryable" | "httpStatus" | "providerCode" | "message"
> & {
  latency: [number, number];
};

const LATENCY: Record<Provider, [number, number]> = {
  GA4: [180, 620],
  GSC: [140, 480],
  BING: [260, 1400],
  MCP: [12, 90],
};

const fail = (
  errorClass: NonNullable<Failure["errorClass"]>,
  retryable: boolean,
  httpStatus: number | null,
  providerCode: string | null,
  message: string,
  latency: [number, number] = [120, 500],
): Failure => ({ errorClass, retryable, httpStatus, providerCode, message, latency });

/** Days ago on which a provider was broken, and how. Three days of the same failure are one story. */
const TROUBLE: Record<Provider, Record<number, Failure>> = {
  GA4: {
    24: fail(
      "API_DISABLED",
      false,
      403,
      "SERVICE_DISABLED",
      "The Analytics Data API is disabled in the Google Cloud project.",
    ),
    23: fail(
      "FORBIDDEN",
      false,
      403,
      "PERMISSION_DENIED",
      "This identity has no access to property 412345678.",
    ),
    11: fail(
      "QUOTA_EXHAUSTED",
      true,
      429,
      "RESOURCE_EXHAUSTED",
      "The property's tokens for this hour are used up.",
    ),
    4: fail("PROVIDER_ERROR", true, 503, "UNAVAILABLE", "Google Analytics answered 503."),
  },
  GSC: {
    27: fail(
      "NOT_FOUND",
      false,
      404,
      "notFound",
      "Search Console knows no property www.fernhill.example.com.",
    ),
    26: fail(
      "BAD_CONFIG",
      false,
      400,
      "invalidParameter",
      "The property must begin with sc-domain: or https://.",
    ),
    12: fail("AUTH_EXPIRED", false, 400, "invalid_grant", "Google refused the refresh token; connect again."),
    2: fail(
      "QUOTA_EXHAUSTED",
      true,
      403,
      "quotaExceeded",
      "Search Console's load quota is used up for 15 minutes.",
    ),
  },
  BING: {
    20: fail("RATE_LIMITED", true, 400, "4", "Bing asks to slow down (ThrottleUser)."),
    15: fail("TIMEOUT", true, null, null, "No answer within 10 seconds.", [10_000, 10_012]),
    6: fail("INVALID_RESPONSE", false, 200, null, "The answer had no field “d”."),
    1: fail("AUTH_INVALID", false, 400, "3", "Bing does not accept the API key (InvalidApiKey)."),
    0: fail("AUTH_INVALID", false, 400, "3", "Bing does not accept the API key (InvalidApiKey)."),
  },
  MCP: {
    29: fail(
      "PROTOCOL_MISMATCH",
      false,
      200,
      "ERA_NEGOTIATION_FAILED",
      "The endpoint answered with HTML, not MCP.",
    ),
    18: fail(
      "NETWORK",
      true,
      null,
      "ECONNREFUSED",
      "Connection refused by mcp.fernhill.example.com.",
      [3, 15],
    ),
    9: fail("TIMEOUT", true, null, "REQUEST_TIMEOUT", "No answer within 8 seconds.", [8_000, 8_009]),
    8: fail("PROVIDER_ERROR", true, 503, null, "The server answered 503."),
  },
};

export function connectionEventRows(shop: string, storeId: string, zone: string): Rows["ConnectionEvent"][] {
  const days = daysEnding(shopDayOf(SEED_NOW, zone), 30);
  const scheduled = (Object.keys(LATENCY) as Provider[]).flatMap((provider) => {
    const rng = random(`connections/${shop}/${provider}`);
    return days.flatMap((day, i) => {
      const trouble = TROUBLE[provider][days.length - 1 - i];
      return testTimes(rng, day, zone).map((at, n) => {
        const { latency, ...failure } = trouble ?? SUCCESS(provider);
        return {
          id: idFor("ConnectionEvent", shop, provider, day, n),
          ...stamp(at),
          storeId,
          provider,
          trigger: n === 2 ? ("MANUAL" as const) : ("SCHEDULED" as const),
          outcome: trouble ? ("FAILURE" as const) : ("SUCCESS" as const),
          ...failure,
          latencyMs: slowish(rng, latency),
        };
      });
    });
  });
  return [...scheduled, ...tokenOffered(shop, storeId)];
}

/** The day on which the MCP server's token was replaced: a wrong one first, which was not stored, then the one in use. */
function tokenOffered(shop: string, storeId: string): Rows["ConnectionEvent"][] {
  const storedAt = before(SEED_NOW, ROTATION.MCP.setDaysAgo * DAY);
  const refused = fail("AUTH_INVALID", false, 401, null, "MCP server does not accept the credential.");
  const tries = [
    { at: before(storedAt, 4 * MINUTE), outcome: "FAILURE" as const, ...refused, latency: 41 },
    { at: storedAt, outcome: "SUCCESS" as const, ...SUCCESS("MCP"), latency: 63 },
  ];
  return tries.map(({ at, latency, ...test }, n) => ({
    id: idFor("ConnectionEvent", shop, "MCP", "offered", n),
    ...stamp(at),
    storeId,
    provider: "MCP" as const,
    trigger: "CONNECT" as const,
    ...test,
    latencyMs: latency,
  }));
}

const SUCCESS = (provider: Provider) => ({
  errorClass: null,
  retryable: false,
  httpStatus: 200,
  providerCode: null,
  message: provider === "MCP" ? "MCP 2026-07-28, 6 tools." : null,
  latency: LATENCY[provider],
});

/** Morning and afternoon by the cron, and now and then a person at noon. */
function testTimes(rng: Random, day: string, zone: string): Date[] {
  const minutes = [
    6 * 60 + rng.int(0, 9),
    18 * 60 + rng.int(0, 9),
    ...(rng.chance(0.4) ? [12 * 60 + rng.int(0, 90)] : []),
  ];
  return minutes.map((minute) => instantOf(day, minute, zone)).filter((at) => at < before(SEED_NOW, MINUTE));
}

/** Most tests are quick and a few are slow, so that p95 is worth showing. */
function slowish(rng: Random, [least, most]: [number, number]): number {
  const usual = rng.int(least, least + Math.ceil((most - least) / 3));
  return rng.chance(0.08) ? rng.int(most, Math.round(most * 1.6)) : usual;
}
