/**
 * A Google for tests and for the demo: token endpoint, Analytics Data API and Search Console, spoken as the real ones do.
 * Keys, signatures, scopes and rights are really checked; the figures are made up, and the same on every machine.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { SHOP_PATHS } from "./deterministic";
import { GoogleAccess, type AccountOptions, type Grant, type Holder } from "./google-access";
import { exhaustedTokens, LocalAnalytics } from "./google-analytics";
import {
  apiError,
  legacyError,
  scopeInsufficient,
  serviceDisabled,
  tokenError,
  unauthenticated,
  unavailable,
} from "./google-errors";
import { LocalSearchConsole } from "./google-search-console";
import { isOnTheWire, send, type Answer, type SpokenTrouble, type Trouble } from "./trouble";

export type GoogleService = "GA4" | "GSC" | "token";

export type LocalGoogleOptions = {
  now: () => Date;
  /** Of every property */
  timeZone?: string;
  currencyCode?: string;
  /** The shop's pages, from / on; some seventy when absent */
  paths?: string[];
  /** How long "slow" takes */
  slowMs?: number;
};

/** What was asked, for tests: no header, and no body of the token endpoint in the clear. */
export type GoogleRequest = {
  service: GoogleService;
  method: string;
  path: string;
  status: number;
  body: unknown;
};

export type LocalGoogle = {
  /** Answers what is below /google, /ga4 and /gsc; false for any other path. `path` begins with a slash. */
  handle: (request: IncomingMessage, response: ServerResponse, path: string) => Promise<boolean>;
  /** The JSON file of a new service account with these rights */
  addServiceAccount: (options?: AccountOptions) => string;
  addGrant: (grant: Grant) => void;
  revoke: (refreshToken: string) => void;
  expireTokens: () => void;
  /** Spends Analytics tokens of a property: 14,000 an hour and 200,000 a day are all it has */
  spend: (propertyId: string, tokens: number) => void;
  /** From now on, or for the next `times` requests */
  setTrouble: (service: GoogleService, trouble: Trouble | null, times?: number) => void;
  requests: GoogleRequest[];
};

export function createLocalGoogle(options: LocalGoogleOptions): LocalGoogle {
  const {
    now,
    timeZone = "Europe/Zurich",
    currencyCode = "CHF",
    paths = SHOP_PATHS,
    slowMs = 3000,
  } = options;
  const access = new GoogleAccess(now);
  const analytics = new LocalAnalytics({ now, timeZone, currencyCode, paths });
  const searchConsole = new LocalSearchConsole({ now, paths });
  const troubles = new Map<GoogleService, { trouble: Trouble; left: number }>();
  const requests: GoogleRequest[] = [];

  return {
    handle,
    addServiceAccount: (rights = {}) => access.addServiceAccount(rights),
    addGrant: (grant) => access.addGrant(grant),
    revoke: (refreshToken) => access.revoke(refreshToken),
    expireTokens: () => access.expireTokens(),
    spend: (propertyId, tokens) => analytics.spend(propertyId, tokens),
    setTrouble: (service, trouble, times = Infinity) => {
      if (trouble) troubles.set(service, { trouble, left: times });
      else troubles.delete(service);
    },
    requests,
  };

  async function handle(request: IncomingMessage, response: ServerResponse, path: string): Promise<boolean> {
    const service = serviceOf(path);
    if (!service) return false;
    const { method = "GET" } = request;
    const sent = await text(request);
    const body = service === "token" ? grantTypeOf(sent) : jsonOf(sent);
    const trouble = nextTrouble(service);
    const answer =
      trouble && !isOnTheWire(trouble)
        ? spoken(service, trouble)
        : await answerOf({ service, method, path, sent, body, request });
    requests.push({ service, method, path, status: answer.status, body });
    await send(response, answer, isOnTheWire(trouble) ? trouble : null, slowMs);
    return true;
  }

  function nextTrouble(service: GoogleService): Trouble | null {
    const entry = troubles.get(service);
    if (!entry) return null;
    if (--entry.left <= 0) troubles.delete(service);
    return entry.trouble;
  }

  type Asked = Pick<GoogleRequest, "service" | "method" | "path" | "body"> & {
    sent: string;
    request: IncomingMessage;
  };

  function answerOf({ service, method, path, sent, body, request }: Asked): Answer | Promise<Answer> {
    if (service === "token") return access.token(new URLSearchParams(sent));
    const holder = access.findHolder(request.headers.authorization);
    if (!holder) return unauthenticated();
    if (!holder.scopes.some((scope) => scope.includes(service === "GA4" ? "/analytics" : "/webmasters")))
      return scopeInsufficient();
    return service === "GA4" ? ga4(holder, method, path, body) : gsc(holder, method, path, body);
  }

  function ga4(holder: Holder, method: string, path: string, body: unknown): Answer {
    const [, id = "", verb = ""] =
      /^\/ga4\/v1beta\/properties\/([^/:]+)(:runReport|\/metadata)$/.exec(path) ?? [];
    if (!verb || method !== (verb === "/metadata" ? "GET" : "POST")) return notFound();
    if (!/^\d+$/.test(id))
      return apiError(
        400,
        "INVALID_ARGUMENT",
        `Invalid property ID: ${id}. A numeric Property ID is required.`,
      );
    // Property 0 has metadata, which everybody may read, and no reports.
    if (verb === "/metadata" && id === "0") return analytics.metadata(id);
    if (!holder.properties.includes(id)) return noPermission();
    return verb === "/metadata" ? analytics.metadata(id) : analytics.runReport(id, body ?? {});
  }

  function gsc({ sites }: Holder, method: string, path: string, body: unknown): Answer {
    const [, encoded, query] = /^\/gsc\/webmasters\/v3\/sites(?:\/([^/]+)(\/searchAnalytics\/query)?)?$/.exec(
      path,
    ) ?? [undefined, undefined, "unknown"];
    if (query === "unknown" || method !== (query ? "POST" : "GET")) return notFound();
    if (!encoded) return searchConsole.list(sites);
    const siteUrl = decodeURIComponent(encoded);
    return query ? searchConsole.query(sites, siteUrl, body ?? {}) : searchConsole.find(sites, siteUrl);
  }
}

function serviceOf(path: string): GoogleService | null {
  if (path === "/google/token") return "token";
  return path.startsWith("/ga4/") ? "GA4" : path.startsWith("/gsc/") ? "GSC" : null;
}

/** What a service says in this trouble, each in its own shape. */
function spoken(service: GoogleService, trouble: SpokenTrouble): Answer {
  if (trouble === "nonsense") return { status: 200, body: { hello: "world" } };
  if (service === "token") return spokenByToken(trouble);
  switch (trouble) {
    case "unavailable":
      return unavailable();
    case "revoked":
      return unauthenticated();
    case "disabled":
      return serviceDisabled(
        service === "GA4" ? "analyticsdata.googleapis.com" : "searchconsole.googleapis.com",
        "123456789012",
      );
    case "forbidden":
      return service === "GA4"
        ? noPermission()
        : legacyError(
            403,
            "global",
            "forbidden",
            "User does not have sufficient permission for site 'this one'.",
          );
    case "quota":
      return service === "GA4"
        ? exhaustedTokens("hour")
        : legacyError(403, "usageLimits", "quotaExceeded", "Search Analytics load quota exceeded.");
    case "rate":
      return service === "GA4"
        ? apiError(429, "RESOURCE_EXHAUSTED", "Quota exceeded for quota metric 'Core requests' per minute.", {
            reason: "RATE_LIMIT_EXCEEDED",
          })
        : legacyError(429, "usageLimits", "rateLimitExceeded", "Rate Limit Exceeded");
  }
}

function spokenByToken(trouble: Exclude<SpokenTrouble, "nonsense">): Answer {
  switch (trouble) {
    case "unavailable":
      return tokenError(503, "internal_failure", "Backend Error");
    case "revoked":
      return tokenError(400, "invalid_grant", "Token has been expired or revoked.");
    case "disabled":
      return tokenError(401, "disabled_client", "The OAuth client was disabled.");
    case "forbidden":
      return tokenError(401, "unauthorized_client", "Client is unauthorized to retrieve access tokens.");
    case "quota":
    case "rate":
      return tokenError(429, "rate_limit_exceeded", "Too many requests.");
  }
}

function noPermission(): Answer {
  return apiError(
    403,
    "PERMISSION_DENIED",
    "User does not have sufficient permissions for this property. To learn more about Property ID, see https://developers.google.com/analytics/devguides/reporting/data/v1/property-id.",
  );
}

function notFound(): Answer {
  return apiError(404, "NOT_FOUND", "Method not found.");
}

function grantTypeOf(form: string): { grant_type: string | null } {
  return { grant_type: new URLSearchParams(form).get("grant_type") };
}

function jsonOf(sent: string): unknown {
  try {
    return JSON.parse(sent);
  } catch {
    return undefined;
  }
}
