// A very small app on Shopify's real library, to be run behind dev/preload.mjs. Configuration comes from the environment.
import { createServer } from "node:http";
import "@shopify/shopify-app-remix/adapters/node";
import { ApiVersion, AppDistribution, shopifyApp } from "@shopify/shopify-app-remix/server";
import { MemorySessionStorage } from "./memory-session-storage.mjs";

const { SHOPIFY_API_KEY, SHOPIFY_API_SECRET, SHOPIFY_APP_URL, SCOPES, PORT } = process.env;
const sessionStorage = new MemorySessionStorage();
const shopify = shopifyApp({
  apiKey: SHOPIFY_API_KEY,
  apiSecretKey: SHOPIFY_API_SECRET,
  appUrl: SHOPIFY_APP_URL,
  scopes: SCOPES.split(","),
  apiVersion: ApiVersion.July26,
  distribution: AppDistribution.AppStore,
  future: { unstable_newEmbeddedAuthStrategy: true, expiringOfflineAccessTokens: true },
  logger: { level: 0 },
  sessionStorage,
});

createServer((req, res) => void serve(req, res)).listen(Number(PORT), "127.0.0.1", () =>
  console.log("listening"),
);

async function serve(req, res) {
  const chunks = [];
  for await (const chunk of req) chunks.push(chunk);
  const body = chunks.length ? Buffer.concat(chunks) : undefined;
  const request = new Request(new URL(req.url, SHOPIFY_APP_URL), {
    method: req.method,
    headers: req.headers,
    body,
  });
  const response = await answer(request).catch((thrown) =>
    thrown instanceof Response ? thrown : new Response(String(thrown?.stack), { status: 500 }),
  );
  res.writeHead(response.status, [...response.headers].flat());
  res.end(Buffer.from(await response.arrayBuffer()));
}

async function answer(request) {
  const { pathname } = new URL(request.url);
  if (pathname === "/webhooks") {
    const { topic, shop, webhookId } = await shopify.authenticate.webhook(request);
    return Response.json({ topic, shop, webhookId });
  }
  const { admin, session } = await shopify.authenticate.admin(request);
  const { data } = await (await admin.graphql("{ shop { name currencyCode } }")).json();
  const { accessToken, refreshToken, expires } = session;
  const headers = new Headers({ "Content-Type": "text/html" });
  shopify.addDocumentResponseHeaders(request, headers);
  const found = JSON.stringify({
    ...data.shop,
    expiring: Boolean(refreshToken && expires),
    token: accessToken.slice(0, 6),
  });
  return new Response(
    `<script src="https://cdn.shopify.com/shopifycloud/app-bridge.js"></script><pre>${found}</pre>`,
    { headers },
  );
}
