/**
 * Bing Webmaster Tools, its JSON face: `GET /bing/webmaster/api.svc/json/{Method}?apikey=…`.
 * Shapes and errors: https://learn.microsoft.com/bingwebmaster
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { bingRows } from "./bing-rows";
import { troubled, type Trouble } from "./http-trouble";
import { parseUrl } from "~/platform/http/parse-url";

export type LocalBingSite = { url: string; isVerified: boolean };
export type LocalBingAccount = { apiKey: string; sites: LocalBingSite[] };
/** Bing's own refusals come with their number, whatever the key */
export type BingTrouble = Trouble | { kind: "errorCode"; code: number; status?: number };
export type BingRequest = { method: string; siteUrl: string | null; knowsKey: boolean };

export type LocalBing = {
  /** False for a path that is not Bing's */
  handle: (request: IncomingMessage, response: ServerResponse, path: string) => Promise<boolean>;
  addKey: (account: LocalBingAccount) => void;
  setTrouble: (trouble: BingTrouble | null) => void;
  /** What was asked, oldest first; without keys */
  requests: BingRequest[];
};

export const BING_PATH = "/bing/webmaster/api.svc/json";

const API = "Microsoft.Bing.Webmaster.Api";
const ERRORS: Record<number, string> = {
  1: "InternalError",
  2: "UnknownError",
  3: "InvalidApiKey",
  4: "ThrottleUser",
  5: "ThrottleHost",
  6: "UserBlocked",
  7: "InvalidUrl",
  8: "InvalidParameter",
  9: "TooManySites",
  10: "UserNotFound",
  11: "NotFound",
  12: "AlreadyExists",
  13: "NotAllowed",
  14: "NotAuthorized",
  15: "UnexpectedState",
  16: "Deprecated",
};

export function createLocalBing({ now = () => new Date() }: { now?: () => Date } = {}): LocalBing {
  const accounts = new Map<string, LocalBingSite[]>();
  const requests: BingRequest[] = [];
  let trouble: BingTrouble | null = null;

  function record(url: URL): BingRequest {
    const request = {
      method: url.pathname.slice(BING_PATH.length + 1),
      siteUrl: url.searchParams.get("siteUrl"),
      knowsKey: accounts.has(url.searchParams.get("apikey") ?? ""),
    };
    requests.push(request);
    return request;
  }

  // 200 {"d": …} · 400 {"ErrorCode": …}
  function answer({ method, siteUrl }: BingRequest, url: URL, response: ServerResponse) {
    const sites = accounts.get(url.searchParams.get("apikey") ?? "");
    if (trouble?.kind === "errorCode") return refuse(response, trouble.code, trouble.status);
    if (!sites) return refuse(response, 3);
    if (method === "GetUserSites") return send(response, 200, { d: sites.map(siteRow) });
    const site = sites.find((one) => one.url === siteUrl);
    if (!siteUrl || !parseUrl(siteUrl)) return refuse(response, 7);
    if (!site?.isVerified) return refuse(response, 14);
    const rows = bingRows(method, site.url, url.searchParams.get("query"), now());
    if (rows === "no such method") return void response.writeHead(404).end();
    return rows === "no query" ? refuse(response, 8) : send(response, 200, { d: rows });
  }

  return {
    requests,
    addKey: ({ apiKey, sites }) => void accounts.set(apiKey, sites),
    setTrouble: (next) => void (trouble = next),
    handle: async (request, response, path) => {
      if (!path.startsWith(`${BING_PATH}/`)) return false;
      const url = new URL(request.url ?? "/", "http://local");
      const asked = record(url);
      const answered =
        trouble && trouble.kind !== "errorCode" && (await troubled(trouble, request, response));
      if (!answered) answer(asked, url, response);
      return true;
    },
  };
}

function siteRow({ url, isVerified }: LocalBingSite) {
  return {
    __type: `Site:#${API}`,
    AuthenticationCode: "0123456789ABCDEF0123456789ABCDEF",
    DnsVerificationCode: "0123456789abcdef.verify.bing.com",
    IsVerified: isVerified,
    Url: url,
  };
}

function refuse(response: ServerResponse, code: number, status = 400) {
  send(response, status, { ErrorCode: code, Message: `ERROR!!! ${ERRORS[code] ?? "None"}` });
}

function send(response: ServerResponse, status: number, body: unknown) {
  response
    .writeHead(status, { "Content-Type": "application/json; charset=utf-8", "Cache-Control": "private" })
    .end(JSON.stringify(body));
}
