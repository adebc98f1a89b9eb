import { readFileSync } from "node:fs";
import { DATABASE } from "./database.mjs";
import { namesIn } from "./state.mjs";

/**
 * What `npm run prisma:seed` seals with on a laptop without a .env (prisma/seed/keys.ts). It comes second, for reading: a
 * database that was seeded by hand opens in the demo.
 */
export const PUBLISHED_KEY = "development:YmFja3Jvb20tZGV2ZWxvcG1lbnQta2V5LW5vdC1zYWY=";

/**
 * The environment of everything that the demo starts: explicit for each variable that it has a value for, absent for the
 * others that the app reads. A .env is not read (READ_ENV_FILE), nor by tools that look for one by themselves. So neither a .env
 * nor the shell changes what is shown.
 */
export function demoEnvironment({ shell, keys, ports, hostname }) {
  const providers = `http://${hostname}:${ports.providers}`;
  const inherited = { ...shell };
  for (const name of namesIn(".env.example")) delete inherited[name];
  return {
    ...inherited,
    ...Object.fromEntries(namesIn(".env").map((name) => [name, ""])),
    READ_ENV_FILE: "off",
    NODE_ENV: "development",
    DATABASE_URL: `file:./${DATABASE}`,
    PORT: String(ports.app),
    SHOPIFY_API_KEY: keys.apiKey,
    SHOPIFY_API_SECRET: keys.apiSecret,
    SHOPIFY_APP_URL: `http://${hostname}:${ports.tunnel}`,
    SCOPES: scopes(),
    ENCRYPTION_KEY: `${keys.encryptionKey},${PUBLISHED_KEY}`,
    CRON_SECRET: keys.cronSecret,
    LOG_LEVEL: "warn",
    LOCAL_ADMIN_ORIGIN: `http://${hostname}:${ports.admin}`,
    LOCAL_ADMIN_PORT: String(ports.admin),
    LOCAL_ADMIN_TUNNEL_PORT: String(ports.tunnel),
    LOCAL_ADMIN_APP_ORIGIN: `http://127.0.0.1:${ports.app}`,
    // As dev/local-providers/server.ts has them.
    LOCAL_PROVIDERS_PORT: String(ports.providers),
    GOOGLE_TOKEN_URL: `${providers}/google/token`,
    GA4_BASE_URL: `${providers}/ga4`,
    GSC_BASE_URL: `${providers}/gsc`,
    BING_BASE_URL: `${providers}/bing/webmaster/api.svc/json`,
    ALLOW_LOOPBACK_CONNECTIONS: "1",
  };
}

/** From shopify.app.toml; one line of a known form, and no package to parse it with before the installation. */
function scopes() {
  const found = /^scopes\s*=\s*"([^"]+)"/m.exec(readFileSync("shopify.app.toml", "utf8"));
  if (!found) throw new Error('shopify.app.toml has no line scopes = "…".');
  return found[1];
}
