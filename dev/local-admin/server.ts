/** The local Shopify: its admin, its token endpoint, its Admin API and its webhooks, in one server beside the app's tunnel. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { listen, stop } from "../loopback-server";
import express from "express";
import { AccessTokens } from "./access-tokens";
import { adminGraphqlRoutes, type GraphqlLogEntry } from "./admin-graphql";
import { assetRoutes } from "./assets";
import type { ProviderDesk } from "../local-providers/desk";
import { oauthRoutes, type OauthLogEntry } from "./oauth";
import { pageRoutes } from "./pages/routes";
import { Shop } from "./shop";
import { shopHandle, type ShopifyData } from "./shopify-data";
import { createTunnel } from "./tunnel";
import { webhookPayload } from "./webhook-payloads";
import { webhookRoutes } from "./webhook-routes";
import { sendWebhooks, type WebhookOutcome, type WebhookRequest } from "./webhook-sender";

export type LocalAdminOptions = {
  /** 0 takes any free port */
  port: number;
  tunnelPort: number;
  /** Where the app listens, e.g. http://127.0.0.1:3000 */
  appOrigin: string;
  apiKey: string;
  apiSecret: string;
  shops: ShopifyData[];
  /** The name in the addresses, 127.0.0.1 by default; the servers listen on 127.0.0.1 in any case */
  hostname?: "localhost" | "127.0.0.1";
  /** Seconds an access token lives; Shopify's 3600 by default */
  expiresIn?: number;
  /** The clock of the shops' own data; session and access tokens always take the real time */
  now?: () => Date;
  /** The local providers, for the page that shows and breaks them */
  desk?: ProviderDesk;
  /** Told in one line what a developer would like to see, e.g. a webhook and its outcome */
  log?: (line: string) => void;
};

export type SendWebhook = Omit<WebhookRequest, "payload"> & {
  shop: string;
  /** Made from the shop's data when absent */
  payload?: unknown;
  /** What the payload is about, when it is made here; the newest of its kind by default */
  gid?: string;
  /** The path of the app's one door, for topics without a subscription of the Admin API; /webhooks by default */
  path?: string;
};

export type LocalAdmin = {
  origin: string;
  /** The app's public address, which is its SHOPIFY_APP_URL */
  tunnelOrigin: string;
  /** The page of the admin that shows `path` of the app, /app by default */
  adminUrl: (shop: string, path?: string) => string;
  sendWebhook: (request: SendWebhook) => Promise<WebhookOutcome[]>;
  /** Uninstalls the app as a merchant does: tokens are refused from now on, and app/uninstalled is sent */
  uninstall: (shop: string) => Promise<WebhookOutcome[]>;
  install: (shop: string) => void;
  /** The shop's data, to be changed at will */
  shop: (domain: string) => ShopifyData;
  /** The shop's token bucket, subscriptions and bulk operations */
  state: (domain: string) => Shop;
  tokens: AccessTokens;
  graphqlLog: GraphqlLogEntry[];
  oauthLog: OauthLogEntry[];
  close: () => Promise<void>;
};

/** Starts the admin and the tunnel; both listen when the promise resolves. Rejects when a port is taken. */
export async function startLocalAdmin(options: LocalAdminOptions): Promise<LocalAdmin> {
  const {
    apiKey,
    apiSecret,
    hostname = "127.0.0.1",
    now = () => new Date(),
    log = () => undefined,
  } = options;
  const shops: Map<string, Shop> = new Map(
    options.shops.map((data) => [data.shop.myshopifyDomain, shopOf(data)]),
  );
  const tokens = new AccessTokens(options.expiresIn ?? 3600);
  const graphqlLog: GraphqlLogEntry[] = [];
  const oauthLog: OauthLogEntry[] = [];

  function shopOf(data: ShopifyData): Shop {
    return new Shop(data, {
      origin: () => admin.origin,
      onBulkFinish: (shop, operation) =>
        void admin.sendWebhook({ shop: shop.domain, ...bulkFinish(operation) }),
      onChange: (shop, topic, gid) => void admin.sendWebhook({ shop: shop.domain, topic, gid }),
      shops: () => [...shops.values()],
    });
  }

  function state(domain: string): Shop {
    const shop = shops.get(domain);
    if (!shop)
      throw new Error(`The local Shopify has no shop ${domain}; it has ${[...shops.keys()].join(", ")}.`);
    return shop;
  }

  const admin: LocalAdmin = {
    origin: "",
    tunnelOrigin: "",
    adminUrl: (shop, path = "/app") => `${admin.origin}/store/${shopHandle(shop)}/apps/backroom${path}`,
    sendWebhook: async (request) => {
      const { data, subscriptions } = state(request.shop);
      const payload = request.payload ?? webhookPayload(data, request.topic, now(), request.gid);
      const made = subscriptions.all.filter(
        (one) => one.topic === request.topic.toUpperCase().replaceAll("/", "_"),
      );
      const urls = made.length
        ? made.map((one) => one.uri)
        : [`${admin.tunnelOrigin}${request.path ?? "/webhooks"}`];
      const triggeredAt = request.triggeredAt ?? now();
      const sent = urls.map((url, i) =>
        sendWebhooks(
          { url, shop: request.shop, secret: apiSecret },
          { name: made[i]?.name ?? null, ...request, payload, triggeredAt },
        ),
      );
      const outcomes = (await Promise.all(sent)).flat();
      for (const { status, error } of outcomes)
        log(`${request.topic} to ${request.shop}: ${error ?? status}`);
      return outcomes;
    },
    uninstall: async (domain) => {
      state(domain).data.installed = false;
      tokens.revokeShop(domain);
      return admin.sendWebhook({ shop: domain, topic: "app/uninstalled" });
    },
    install: (domain) => void (state(domain).data.installed = true),
    shop: (domain) => state(domain).data,
    state,
    tokens,
    graphqlLog,
    oauthLog,
    close: async () => void (await Promise.all([stop(server), stop(tunnel)])),
  };

  const findShop = (domain: string) => shops.get(domain);
  const credentials = { apiKey, apiSecret };
  const app = express().disable("x-powered-by");
  app.use(onlyLoopbackHosts);
  app.use(
    oauthRoutes({ ...credentials, tokens, findShop: (domain) => findShop(domain)?.data, log: oauthLog }),
  );
  app.use(
    adminGraphqlRoutes({
      tokens,
      findShop,
      findBulkResult: (key) =>
        [...shops.values()].map((shop) => shop.bulkOperations.findResult(key)).find(Boolean),
      now,
      log: graphqlLog,
    }),
  );
  app.use(assetRoutes());
  app.use(webhookRoutes(admin, findShop));
  app.use(pageRoutes(admin, credentials, [...shops.values()], options.desk));

  const server = createServer(app);
  const tunnel = createTunnel({ appOrigin: options.appOrigin, adminOrigin: () => admin.origin, apiKey });
  await listen(server, options.port);
  try {
    await listen(tunnel, options.tunnelPort);
  } catch (error) {
    await stop(server);
    throw error;
  }
  admin.origin = `http://${hostname}:${portOf(server)}`;
  admin.tunnelOrigin = `http://${hostname}:${portOf(tunnel)}`;
  return admin;
}

/** A page of the internet that resolves its own name to this machine must not reach an API that mints tokens. */
function onlyLoopbackHosts(req: express.Request, res: express.Response, next: express.NextFunction) {
  if (["localhost", "127.0.0.1"].includes(req.hostname)) next();
  else res.status(403).type("text").send("The local admin answers to localhost only.");
}

function bulkFinish({
  id,
  status,
  errorCode,
  createdAt,
  completedAt,
}: Parameters<Shop["bulkOperations"]["view"]>[0]) {
  return {
    topic: "bulk_operations/finish",
    payload: {
      admin_graphql_api_id: id,
      type: "query",
      status: status.toLowerCase(),
      error_code: errorCode,
      created_at: createdAt,
      completed_at: completedAt,
    },
  };
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
