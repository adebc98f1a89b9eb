/**
 * The local admin as a process of its own, started by `npm run demo`. It takes its values from the environment:
 * LOCAL_ADMIN_PORT, LOCAL_ADMIN_TUNNEL_PORT, LOCAL_ADMIN_APP_ORIGIN, LOCAL_PROVIDERS_PORT, SHOPIFY_API_KEY,
 * SHOPIFY_API_SECRET, SCOPES, DEMO_NOW. The local providers run in the same process.
 */
import { clockStartingAt, systemClock } from "~/platform/clock";
import { scriptOption } from "~/platform/env.server";
import { demoCatalogue } from "../../prisma/seed/catalogue";
import { openDesk } from "../local-providers/desk";
import { startLocalProviders } from "../local-providers/server";
import { fromCatalogue } from "./catalogue";
import { startLocalAdmin } from "./server";

function required(name: string): string {
  const value = scriptOption(name);
  if (!value) throw new Error(`${name} is not set; npm run demo sets it.`);
  return value;
}

const start = scriptOption("DEMO_NOW");
// Google refuses who signs by another clock than its own, so the providers have the app's.
const now = start ? clockStartingAt(new Date(start)) : systemClock;
const catalogue = demoCatalogue();
const hostname = "localhost";
const { domain: shop, currency: currencyCode, ianaTimezone: timeZone } = catalogue.shop;
const providers = await startLocalProviders({
  port: Number(required("LOCAL_PROVIDERS_PORT")),
  hostname,
  now,
  property: { timeZone, currencyCode },
});
const admin = await startLocalAdmin({
  port: Number(required("LOCAL_ADMIN_PORT")),
  tunnelPort: Number(required("LOCAL_ADMIN_TUNNEL_PORT")),
  appOrigin: required("LOCAL_ADMIN_APP_ORIGIN"),
  apiKey: required("SHOPIFY_API_KEY"),
  apiSecret: required("SHOPIFY_API_SECRET"),
  shops: [fromCatalogue(catalogue, required("SCOPES").split(","))],
  hostname,
  now,
  desk: openDesk(providers, shop),
});
console.log(
  `The local admin listens at ${admin.origin}, the app's tunnel at ${admin.tunnelOrigin}, the providers at ${providers.origin}.`,
);
for (const signal of ["SIGTERM", "SIGINT"])
  process.on(signal, () => void Promise.all([admin.close(), providers.close()]).then(() => process.exit(0)));
