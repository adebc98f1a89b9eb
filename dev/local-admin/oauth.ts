/**
 * `POST /shops/{shop}/admin/oauth/access_token`: token exchange and refresh, answered as Shopify answers them.
 * Source: https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/token-exchange
 */
import { json as jsonBody, Router, urlencoded, type Request, type Response } from "express";
import { handled } from "./async-handler";
import type { AccessTokens, TokenGrant } from "./access-tokens";
import { verifySessionToken, type AppCredentials } from "./session-token";
import type { ShopifyData } from "./shopify-data";

const TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
const OFFLINE = "urn:shopify:params:oauth:token-type:offline-access-token";

export type OauthLogEntry = { shop: string; grantType: string; status: number; error?: string };

export type OauthOptions = AppCredentials & {
  tokens: AccessTokens;
  findShop: (domain: string) => ShopifyData | undefined;
  log: OauthLogEntry[];
};

// 200 tokens · 400 invalid_client, invalid_subject_token, invalid_request, application_cannot_be_found · 401 invalid_grant
export function oauthRoutes(options: OauthOptions): Router {
  const router = Router();
  router.post(
    "/shops/:shop/admin/oauth/access_token",
    jsonBody(),
    urlencoded({ extended: false }),
    handled(async (req, res) => {
      const shop = req.params.shop ?? "";
      const answer = await grant(shop, req, options);
      const error = "error" in answer.body ? answer.body.error : undefined;
      options.log.push({
        shop,
        grantType: String(req.body?.grant_type),
        status: answer.status,
        ...(error && { error }),
      });
      send(res, answer);
    }),
  );
  return router;
}

type Answer =
  | { status: number; body: { error: string; error_description: string } }
  | { status: 200; body: Record<string, string | number> & { error?: undefined } };

async function grant(shop: string, req: Request, options: OauthOptions): Promise<Answer> {
  const body = (req.body ?? {}) as Record<string, unknown>;
  const data = options.findShop(shop);
  if (body.client_id !== options.apiKey || body.client_secret !== options.apiSecret)
    return refuse(400, "invalid_client", "The client_id or the client_secret is not that of an app.");
  if (!data) return refuse(400, "shop_not_permitted", `The shop ${shop} does not exist here.`);
  if (!data.installed)
    return body.grant_type === "refresh_token"
      ? refuse(401, "invalid_grant", "This request requires an active refresh_token")
      : refuse(400, "application_cannot_be_found", "The app is not installed on this shop.");

  switch (body.grant_type) {
    case TOKEN_EXCHANGE:
      return exchange(shop, body, data, options);
    case "refresh_token": {
      const next = options.tokens.refresh(shop, text(body.refresh_token), data.accessScopes);
      return next
        ? tokenBody(next)
        : refuse(401, "invalid_grant", "This request requires an active refresh_token");
    }
    default:
      return refuse(
        400,
        "unsupported_grant_type",
        "The grant_type is neither token-exchange nor refresh_token.",
      );
  }
}

async function exchange(
  shop: string,
  body: Record<string, unknown>,
  data: ShopifyData,
  options: OauthOptions,
) {
  const claims = await verifySessionToken(text(body.subject_token), { ...options, shop });
  if (!claims) return refuse(400, "invalid_subject_token", "The subject token is not a valid session token.");
  if (body.requested_token_type !== OFFLINE)
    return refuse(400, "invalid_request", "The local Shopify gives out offline access tokens only.");
  return tokenBody(options.tokens.issue(shop, data.accessScopes, String(body.expiring) === "1"));
}

function tokenBody({
  accessToken,
  refreshToken,
  expiresAt,
  refreshTokenExpiresAt,
  scopes,
}: TokenGrant): Answer {
  const secondsUntil = (instant: number) => Math.round((instant - Date.now()) / 1000);
  return {
    status: 200,
    body: {
      access_token: accessToken,
      scope: scopes.join(","),
      ...(expiresAt !== null && { expires_in: secondsUntil(expiresAt) }),
      ...(refreshToken !== null && { refresh_token: refreshToken }),
      ...(refreshTokenExpiresAt !== null && {
        refresh_token_expires_in: secondsUntil(refreshTokenExpiresAt),
      }),
    },
  };
}

function refuse(status: number, error: string, error_description: string): Answer {
  return { status, body: { error, error_description } };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function send(res: Response, { status, body }: Answer) {
  res.status(status).set("Cache-Control", "no-store").json(body);
}
