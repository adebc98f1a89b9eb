import { describe, expect, it, onTestFinished } from "vitest";
import type { LocalAdmin } from "../../dev/local-admin/server";
import { mintExpiredSessionToken, mintSessionToken } from "../../dev/local-admin/session-token";
import { start } from "../support/child-process";
import { eventually } from "../support/eventually";
import freePort from "../support/free-port";
import { USER_AGENT } from "../support/user-agent";
import { SCOPES, SHOP } from "./support/catalogue";
import { APP, framedUrl, localAdmin } from "./support/local-admin";

const BROWSER = { "User-Agent": USER_AGENT, Accept: "text/html" };

/** An app on Shopify's own library, unchanged, in a process that the preload prepared. */
async function libraryApp(): Promise<LocalAdmin> {
  const port = await freePort();
  const admin = await localAdmin({ appOrigin: `http://127.0.0.1:${port}` });
  const args = ["--import", "./dev/preload.mjs", "tests/dev/support/real-library-app.mjs"];
  const { child, printed } = start(process.execPath, args, {
    environment: {
      PORT: String(port),
      LOCAL_ADMIN_ORIGIN: admin.origin,
      SHOPIFY_API_KEY: APP.apiKey,
      SHOPIFY_API_SECRET: APP.apiSecret,
      SHOPIFY_APP_URL: admin.tunnelOrigin,
      SCOPES: SCOPES.join(","),
    },
  });
  onTestFinished(() => void child.kill());
  await eventually(() => expect(printed.output).toBe("listening\n"));
  return admin;
}

describe("Shopify's own authenticate.admin behind the local admin", () => {
  it("opens the framed page, exchanges the session token and queries the Admin API", async () => {
    const admin = await libraryApp();
    const response = await fetch(await framedUrl(admin.adminUrl(SHOP)), { headers: BROWSER });
    const html = await response.text();
    expect(response.status).toBe(200);
    expect(html).toContain('{"name":"North Pine","currencyCode":"EUR","expiring":true,"token":"shpat_"}');
    expect(html).toContain(`${admin.origin}/app-bridge.js`);
    expect(response.headers.get("content-security-policy")).toContain(admin.origin);
    expect(admin.oauthLog).toEqual([expect.objectContaining({ shop: SHOP, status: 200 })]);
    expect(admin.graphqlLog.map(({ query }) => query)).toEqual(["{ shop { name currencyCode } }"]);
  });

  it("answers a stale token with a bounce for a document and with a request to retry for a fetch", async () => {
    const admin = await libraryApp();
    const stale = await mintExpiredSessionToken({ ...APP, shop: SHOP });
    const url = await framedUrl(admin.adminUrl(SHOP));
    url.searchParams.set("id_token", stale);
    const bounced = await fetch(url, { headers: BROWSER });
    expect(new URL(bounced.url).pathname).toBe("/auth/session-token");
    expect(new URL(bounced.url).searchParams.get("shopify-reload")).toContain(`${admin.tunnelOrigin}/app?`);
    expect(await bounced.text()).toContain(`${admin.origin}/app-bridge.js`);

    const headers = { ...BROWSER, Authorization: `Bearer ${stale}` };
    const refused = await fetch(`${admin.tunnelOrigin}/app`, { headers });
    expect(refused.status).toBe(401);
    expect(refused.headers.get("x-shopify-retry-invalid-session-request")).toBe("1");

    const fresh = await mintSessionToken({ ...APP, shop: SHOP });
    const accepted = await fetch(`${admin.tunnelOrigin}/app`, {
      headers: { ...BROWSER, Authorization: `Bearer ${fresh}` },
    });
    expect(accepted.status).toBe(200);
  });

  it("accepts the local admin's webhooks and refuses one that is signed with another secret", async () => {
    const admin = await libraryApp();
    const [good] = await admin.sendWebhook({ shop: SHOP, topic: "orders/create" });
    expect(good).toMatchObject({ status: 200 });
    const [bad] = await admin.sendWebhook({ shop: SHOP, topic: "orders/create", secret: "another secret" });
    expect(bad).toMatchObject({ status: 401 });
  });

  it("is refused a token once the merchant has uninstalled the app", async () => {
    const admin = await libraryApp();
    const url = await framedUrl(admin.adminUrl(SHOP));
    admin.shop(SHOP).installed = false;
    expect((await fetch(url, { headers: BROWSER })).status).toBe(500);
    expect(admin.oauthLog.at(-1)).toMatchObject({ error: "application_cannot_be_found" });
  });
});
