/**
 * The demo as a merchant meets it: the production build behind the local Shopify admin, on a database that is a copy
 * of a migrated or a seeded one. Only what Shopify plays is local; the app is the one that `npm start` runs.
 */
import { clockStartingAt } from "~/platform/clock";
import type { Engine } from "~/platform/db/database-url";
import { fromCatalogue } from "../../../dev/local-admin/catalogue";
import { startLocalAdmin, type LocalAdmin } from "../../../dev/local-admin/server";
import { openDesk, type ProviderDesk } from "../../../dev/local-providers/desk";
import { startLocalProviders, type LocalProviders } from "../../../dev/local-providers/server";
import { demoCatalogue } from "../../../prisma/seed/catalogue";
import { SEED_NOW } from "../../../prisma/seed/instant";
import { answers, startApp } from "../../support/app-process";
import { ENCRYPTION_KEY } from "../../support/demo-key";
import { createTestDatabase } from "../../support/databases";
import freePort from "../../support/free-port";
import { layCable, type Cable } from "../../support/cable";

export const API_KEY = "local-api-key";
export const API_SECRET = "local-api-secret";
const SCOPES = "read_customers,read_inventory,read_locations,read_orders,read_products";
type Options = { engine?: Engine; seeded?: boolean };

export type Demo = {
  admin: LocalAdmin;
  /** Google, Bing and an MCP server, as the app's configuration has them */
  providers: LocalProviders;
  /** The keys to them, and the ways to break them */
  desk: ProviderDesk;
  shop: string;
  appOrigin: string;
  databaseUrl: string;
  /** Between the app and its Postgres; SQLite has none */
  cable: Cable | undefined;
  /** The page of the admin that frames `path` of the app */
  url: (path?: string) => string;
  /** What the app has written to its log so far */
  log: () => string;
  stop: () => Promise<void>;
};

/** On an empty database too, when it is not `seeded`: a shop that opens the app for the first time. */
export async function startDemo({ engine = "sqlite", seeded = true }: Options = {}): Promise<Demo> {
  const database = await createTestDatabase(engine, { seeded });
  const cable = engine === "postgres" ? await layCable(database.url) : undefined;

  const catalogue = demoCatalogue();
  const [appPort, adminPort, tunnelPort] = [await freePort(), await freePort(), await freePort()];
  const appOrigin = `http://127.0.0.1:${appPort}`;
  const { domain: shop, currency: currencyCode, ianaTimezone: timeZone } = catalogue.shop;
  const providers = await startLocalProviders({
    now: clockStartingAt(SEED_NOW),
    property: { timeZone, currencyCode },
  });
  const desk = openDesk(providers, shop);
  const admin = await startLocalAdmin({
    port: adminPort,
    tunnelPort,
    appOrigin,
    apiKey: API_KEY,
    apiSecret: API_SECRET,
    shops: [fromCatalogue(catalogue, SCOPES.split(","))],
    now: () => SEED_NOW,
    desk,
  });
  const app = await startApp({
    NODE_OPTIONS: "--import ./dev/preload.mjs",
    NODE_ENV: "development",
    PORT: String(appPort),
    DATABASE_URL: cable?.url ?? database.url,
    SHOPIFY_API_KEY: API_KEY,
    SHOPIFY_API_SECRET: API_SECRET,
    SHOPIFY_APP_URL: admin.tunnelOrigin,
    SCOPES,
    ENCRYPTION_KEY,
    DEMO_NOW: SEED_NOW.toISOString(),
    LOCAL_ADMIN_ORIGIN: admin.origin,
    GOOGLE_TOKEN_URL: providers.endpoints.googleToken,
    GA4_BASE_URL: providers.endpoints.ga4,
    GSC_BASE_URL: providers.endpoints.gsc,
    BING_BASE_URL: providers.endpoints.bing,
    ALLOW_LOOPBACK_CONNECTIONS: "1",
  });
  const stop = async () => {
    await app.stop();
    await Promise.all([admin.close(), providers.close()]);
    await cable?.cut().catch(() => undefined);
    await database.drop();
  };
  await answers(app, "/healthz", 200).catch(async (error: unknown) => {
    await stop();
    throw error;
  });

  return {
    admin,
    providers,
    desk,
    shop,
    appOrigin,
    databaseUrl: database.url,
    cable,
    url: (path) => admin.adminUrl(shop, path),
    log: app.output,
    stop,
  };
}
