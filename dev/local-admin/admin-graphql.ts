import { json as jsonBody, Router } from "express";
import { handled } from "./async-handler";
import type { AccessTokens } from "./access-tokens";
import { API_VERSION } from "./graphql/admin-schema";
import { answerAdminRequest, type AdminRequest } from "./graphql/execute";
import type { Shop } from "./shop";

export type GraphqlLogEntry = {
  shop: string;
  query: string;
  variables: Record<string, unknown>;
  errors: object[] | null;
  cost: object | null;
};

export type AdminGraphqlOptions = {
  tokens: AccessTokens;
  findShop: (domain: string) => Shop | undefined;
  findBulkResult: (key: string) => string | undefined;
  now: () => Date;
  log: GraphqlLogEntry[];
};

/** Shopify's words for a token that it did not issue, that ran out, or whose app is gone. */
const UNAUTHORIZED = {
  errors: "[API] Invalid API key or access token (unrecognized login or wrong password)",
};

// 200 data, errors or both · 400 no query · 401 token unknown, expired or of an uninstalled shop · 404 other API version
export function adminGraphqlRoutes(options: AdminGraphqlOptions): Router {
  const router = Router();
  router.post(
    "/shops/:shop/admin/api/:version/graphql.json",
    jsonBody({ limit: "5mb" }),
    handled(async (req, res) => {
      const domain = req.params.shop ?? "";
      const shop = options.findShop(domain);
      const grant = options.tokens.find(domain, req.get("X-Shopify-Access-Token"));
      if (!shop?.data.installed || !grant) return void res.status(401).json(UNAUTHORIZED);
      if (req.params.version !== API_VERSION) return void res.status(404).json({ errors: "Not Found" });
      const request = req.body as AdminRequest;
      if (typeof request?.query !== "string")
        return void res.status(400).json({ errors: { query: "Required parameter missing or invalid" } });

      const answer = await answerAdminRequest(
        request,
        shop.queryContext(grant.scopes, options.now),
        shop.throttle,
      );
      options.log.push({
        shop: domain,
        query: request.query,
        variables: request.variables ?? {},
        errors: answer.errors ?? null,
        cost: answer.extensions?.cost ?? null,
      });
      res.set("X-Shopify-API-Version", API_VERSION).json(answer);
    }),
  );
  router.get("/bulk/:key.jsonl", (req, res) => {
    const jsonl = options.findBulkResult(req.params.key ?? "");
    if (jsonl === undefined) return void res.status(404).send("No such result.");
    res.type("application/jsonl").send(jsonl);
  });
  return router;
}
