/**
 * The local admin as a process of its own, started by `npm run demo`. It takes its values from the environment:
 * LOCAL_ADMIN_PORT, LOCAL_ADMIN_TUNNEL_PORT, LOCAL_ADMIN_APP_ORIGIN, LOCAL_PROVIDERS_PORT, SHOPIFY_API_KEY,
 * SHOPIFY_API_SECRET, SCOPES. The local providers run in the same process.
 */
import { systemClock } from "~/platform/clock";
import { scriptOption } from "~/platform/env.server";
import { shopDayOf } from "~/platform/shop-day";
import { demoCatalogue } from "../../prisma/seed/catalogue";
import { SEED_NOW } from "../../prisma/seed/instant";
import { shifted, timeShift } from "../demo/time-shift";
import { openDesk } from "../local-providers/desk";
import { startLocalProviders } from "../local-providers/server";
import { fromCatalogue } from "./catalogue";
import { emptyShop } from "./empty-shop";
import { startLocalAdmin } from "./server";

function required(name: string): string {
  const value = scriptOption(name);
  if (!value) throw new Error(`${name} is not set; npm run demo sets it.`);
  return value;
}

const now = systemClock;
const hostname = "localhost";
const seeded = demoCatalogue();
const { domain: shop, currency: currencyCode, ianaTimezone: timeZone } = seeded.shop;
// As the rows of the database are (dev/demo/move-rows.ts).
const standing = { ianaTimezone: timeZone, day: shopDayOf(SEED_NOW, timeZone), at: SEED_NOW };
const catalogue = shifted(seeded, timeShift(standing, now()));
const scopes = required("SCOPES").split(",");
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
  shops: [fromCatalogue(catalogue, scopes), emptyShop(scopes)],
  hostname,
  now,
  desk: openDesk(providers, shop),
});
console.log(
  `The local admin listens at ${admin.origin}, the app's tunnel at ${admin.tunnelOrigin}, the providers at ${providers.origin}.`,
);
for (const signal of ["SIGTERM", "SIGINT"])
  process.on(signal, () => void Promise.all([admin.close(), providers.close()]).then(() => process.exit(0)));
