/**
 * The peer: webhooks as Shopify's Remix template answers them. `authenticate.webhook` with Shopify's own
 * PrismaSessionStorage on the same Postgres, in a route's action behind Express, compression and Remix' request handler,
 * with the template's line in the log. It stores nothing: a delivery that it answered and then lost is lost.
 * In its favour: no line per request (remix-serve writes one), a pool of ten, a session that needs no refresh.
 */
import "@shopify/shopify-app-remix/adapters/node";
import { createRequestHandler } from "@remix-run/express";
import { installGlobals, type ActionFunctionArgs, type ServerBuild } from "@remix-run/node";
import { PrismaSessionStorage } from "@shopify/shopify-app-session-storage-prisma";
import { ApiVersion, AppDistribution, shopifyApp } from "@shopify/shopify-app-remix/server";
import compression from "compression";
import express from "express";
import { connectDatabase } from "~/platform/db/client.server";
import { scriptOption } from "~/platform/env.server";

installGlobals({ nativeFetch: true });

const db = await connectDatabase(scriptOption("DATABASE_URL")!);

const shopify = shopifyApp({
  apiKey: scriptOption("SHOPIFY_API_KEY")!,
  apiSecretKey: scriptOption("SHOPIFY_API_SECRET")!,
  apiVersion: ApiVersion.July26,
  scopes: scriptOption("SCOPES")!.split(","),
  appUrl: scriptOption("SHOPIFY_APP_URL")!,
  authPathPrefix: "/auth",
  sessionStorage: new PrismaSessionStorage(db as never),
  distribution: AppDistribution.AppStore,
  future: { unstable_newEmbeddedAuthStrategy: true, expiringOfflineAccessTokens: true },
});

/** The template's route (app/routes/webhooks.app.scopes_update.tsx), less what it does for its one topic. */
async function action({ request }: ActionFunctionArgs) {
  const { topic, shop } = await shopify.authenticate.webhook(request);
  console.log(`Received ${topic} webhook for ${shop}`);
  return new Response();
}

const build: ServerBuild = {
  mode: "production",
  entry: { module: { default: () => new Response("There are no pages here.", { status: 404 }) } },
  routes: {
    root: { id: "root", path: "", module: { default: () => null } },
    "routes/webhooks": {
      id: "routes/webhooks",
      parentId: "root",
      path: "webhooks",
      module: { action } as never,
    },
  },
  assets: { entry: { imports: [], module: "" }, routes: {}, url: "", version: "1" },
  publicPath: "/build/",
  assetsBuildDirectory: "public/build",
  future: {
    v3_fetcherPersist: true,
    v3_relativeSplatPath: true,
    v3_throwAbortReason: true,
    v3_lazyRouteDiscovery: false,
    v3_singleFetch: false,
  },
  isSpaMode: false,
};

const app = express();
app.disable("x-powered-by");
app.use(compression());
const remix = createRequestHandler({ build });
app.all("*", (request, response, next) => void remix(request, response, next));
app.listen(Number(scriptOption("PORT")), "127.0.0.1");
