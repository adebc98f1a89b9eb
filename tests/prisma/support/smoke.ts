/** Whether a deploy has worked: the app is ready, and does once what it is there for. */
import { createHmac, randomUUID } from "node:crypto";
import { expect } from "vitest";
import { connectDatabase } from "~/platform/db/client.server";
import { mintSessionToken } from "../../../dev/local-admin/session-token";
import { answers, APP_ENVIRONMENT, type AppProcess } from "../../support/app-process";
import { start } from "../../support/child-process";
import freePort from "../../support/free-port";

const SHOP = "backroom-demo.myshopify.com";
const { SHOPIFY_API_KEY: apiKey, SHOPIFY_API_SECRET: apiSecret, CRON_SECRET } = APP_ENVIRONMENT;

/** A database with the demo store, which was sealed with APP_ENVIRONMENT's key. */
export async function smokeTest(app: AppProcess, databaseUrl: string) {
  await answers(app, "/readyz", 200);
  const db = await connectDatabase(databaseUrl);
  try {
    // The seed's own token is long past its time, and a new one would have to come from Shopify.
    await db.session.updateMany({
      where: { shop: SHOP },
      data: { expires: new Date(Date.now() + 3_600_000) },
    });
    expect((await openPage(app)).status).toBe(200);
    const webhookId = await deliver(app);
    expect(await db.webhookEvent.count({ where: { webhookId } })).toBe(1);
    const { runId, outcome } = await sweep(app);
    expect(outcome).toBe("COMPLETE");
    expect(await db.retentionRun.count({ where: { id: runId } })).toBe(1);
  } finally {
    await db.$disconnect();
  }
}

async function openPage(app: AppProcess): Promise<Response> {
  const query = new URLSearchParams({
    ...{ embedded: "1", shop: SHOP, host: Buffer.from("admin.shopify.com/store/demo").toString("base64url") },
    id_token: await mintSessionToken({ apiKey, apiSecret, shop: SHOP }),
  });
  // Anything but a browser is a bot to Shopify's library.
  const headers = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36",
  };
  return fetch(`${app.url}/app/orders?${query}`, { headers, redirect: "manual" });
}

/** @returns the id under which it must be stored */
async function deliver(app: AppProcess): Promise<string> {
  const webhookId = randomUUID();
  const body = JSON.stringify({ id: 820982911946154508, name: "#9999" });
  const { status } = await fetch(`${app.url}/webhooks`, {
    method: "POST",
    body,
    headers: {
      ...{ "Content-Type": "application/json", "X-Shopify-Topic": "orders/create" },
      ...{ "X-Shopify-Hmac-Sha256": createHmac("sha256", apiSecret).update(body).digest("base64") },
      ...{ "X-Shopify-Shop-Domain": SHOP, "X-Shopify-API-Version": "2026-07" },
      ...{ "X-Shopify-Webhook-Id": webhookId, "X-Shopify-Event-Id": randomUUID() },
      "X-Shopify-Triggered-At": new Date().toISOString(),
    },
  });
  expect(status).toBe(200);
  return webhookId;
}

async function sweep(app: AppProcess) {
  const headers = { Authorization: `Bearer ${CRON_SECRET}` };
  const response = await fetch(`${app.url}/cron/retention`, { method: "POST", headers });
  expect(response.status).toBe(200);
  return (await response.json()) as { runId: string; outcome: string };
}

/** The app as the image starts it. */
export async function startRelease(folder: string, databaseUrl: string): Promise<AppProcess> {
  const port = String(await freePort());
  const environment = { ...APP_ENVIRONMENT, NODE_ENV: "production", PORT: port, DATABASE_URL: databaseUrl };
  const { child, printed, ended } = start("node", ["build/index.js"], { cwd: folder, environment });
  const exit = ended.then(({ code }) => code);
  return {
    ...{ url: `http://127.0.0.1:${port}`, process: child, output: () => printed.output, exit },
    stop: (signal = "SIGTERM") => {
      child.kill(signal);
      return exit;
    },
  };
}
