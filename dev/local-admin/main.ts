/**
 * The local admin as a process of its own, started by `npm run demo`. It takes its values from the environment:
 * LOCAL_ADMIN_PORT, LOCAL_ADMIN_TUNNEL_PORT, LOCAL_ADMIN_APP_ORIGIN, SHOPIFY_API_KEY, SHOPIFY_API_SECRET, SCOPES, DEMO_NOW.
 */
import { scriptOption } from "~/platform/env.server";
import { demoCatalogue } from "../../prisma/seed/catalogue";
import { fromCatalogue } from "./catalogue";
import { startLocalAdmin } from "./server";

function required(name: string): string {
  const value = scriptOption(name);
  if (!value) throw new Error(`${name} is not set; npm run demo sets it.`);
  return value;
}

/** The demo's clock begins at DEMO_NOW and runs from there. */
function demoClock(): () => Date {
  const start = scriptOption("DEMO_NOW");
  const offset = start ? Date.parse(start) - Date.now() : 0;
  return () => new Date(Date.now() + offset);
}

const admin = await startLocalAdmin({
  port: Number(required("LOCAL_ADMIN_PORT")),
  tunnelPort: Number(required("LOCAL_ADMIN_TUNNEL_PORT")),
  appOrigin: required("LOCAL_ADMIN_APP_ORIGIN"),
  apiKey: required("SHOPIFY_API_KEY"),
  apiSecret: required("SHOPIFY_API_SECRET"),
  shops: [fromCatalogue(demoCatalogue(), required("SCOPES").split(","))],
  hostname: "localhost",
  now: demoClock(),
});
console.log(`The local admin listens at ${admin.origin}, the app's tunnel at ${admin.tunnelOrigin}.`);
process.on("SIGTERM", () => void admin.close().then(() => process.exit(0)));
process.on("SIGINT", () => void admin.close().then(() => process.exit(0)));
