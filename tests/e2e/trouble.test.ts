import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { embeddedUrl, hostParameter } from "../../dev/local-admin/embedded-url";
import { mintSessionToken } from "../../dev/local-admin/session-token";
import { appFrame, axeViolations, screenshot, useBrowser } from "./support/browser";
import { USER_AGENT } from "../support/user-agent";
import { API_KEY, API_SECRET, startDemo, type Demo } from "./support/demo";

const APP = { apiKey: API_KEY, apiSecret: API_SECRET };

let demo: Demo;
beforeAll(async () => void (demo = await startDemo({ engine: "postgres" })));
afterAll(() => demo?.stop());
const { open } = useBrowser();

/** As a browser asks, straight from the app and without following a redirect. */
function ask(path: string, headers: Record<string, string> = {}) {
  const init = { headers: { "User-Agent": USER_AGENT, ...headers }, redirect: "manual" as const };
  return fetch(new URL(path, demo.appOrigin), init);
}

async function embeddedPath(path: string): Promise<string> {
  const url = new URL(await embeddedUrl(demo.appOrigin, path, demo.shop, APP));
  return url.pathname + url.search;
}

/** The token with its payload changed: the shop next door. */
function tampered(token: string): string {
  const [header, payload, signature] = token.split(".");
  const claims = JSON.parse(Buffer.from(payload ?? "", "base64url").toString());
  const forged = { ...claims, dest: "https://another-shop.myshopify.com" };
  return [header, Buffer.from(JSON.stringify(forged)).toString("base64url"), signature].join(".");
}

describe("the authentication of a request", () => {
  it("refuses a tampered session token of a page, and redirects to the page that renews it", async () => {
    const path = new URL(await embeddedPath("/app"), demo.appOrigin);
    path.searchParams.set("id_token", tampered(path.searchParams.get("id_token") ?? ""));
    const answer = await ask(path.pathname + path.search);
    expect(answer.status).toBe(302);
    expect(answer.headers.get("location")).toMatch(/^\/auth\/session-token\?/);
  });

  it("answers 401 to a tampered session token of a loader, and asks App Bridge to retry", async () => {
    const token = tampered(await mintSessionToken({ ...APP, shop: demo.shop }));
    const answer = await ask("/app/orders?_data=routes%2Fapp.orders", { Authorization: `Bearer ${token}` });
    expect(answer.status).toBe(401);
    expect(answer.headers.get("x-shopify-retry-invalid-session-request")).toBe("1");
    expect(await answer.json()).toEqual({ requestId: answer.headers.get("x-request-id") });
  });

  it("redirects a request without a shop to the landing page, which has no form", async () => {
    const app = await ask("/app");
    expect(app.headers.get("location")).toBe("/auth/login");
    const login = await ask("/auth/login");
    expect([login.status, login.headers.get("location")]).toEqual([302, "/"]);
    const landing = await ask("/");
    const html = await landing.text();
    expect(html).toContain("Install it from the Shopify App Store");
    expect(html).not.toMatch(/<(form|input)\b/);
    expect(html).not.toContain("app-bridge.js");
  });

  it("redirects to the app when Shopify opens the app's address", async () => {
    const answer = await ask(`/?shop=${demo.shop}&host=${hostParameter(demo.shop)}`);
    expect([answer.status, answer.headers.get("location")]).toEqual([
      302,
      `/app?shop=${demo.shop}&host=${hostParameter(demo.shop)}`,
    ]);
  });
});

describe("a page", () => {
  it("of a shop may be framed by that shop and the admin only, and is not cached", async () => {
    const { headers, status } = await ask(await embeddedPath("/app"));
    expect(status).toBe(200);
    expect(headers.get("content-security-policy")).toBe(
      `frame-ancestors https://${demo.shop} https://admin.shopify.com;`,
    );
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
  });

  it("without a shop may not be framed", async () => {
    expect((await ask("/")).headers.get("content-security-policy")).toBe("frame-ancestors 'none';");
  });

  it("that renews the token of an invalid shop may not be framed", async () => {
    const { headers } = await ask("/auth/session-token?shop=evil.example.com");
    expect(headers.get("content-security-policy")).toBe("frame-ancestors 'none';");
  });

  it("begins with the script of App Bridge", async () => {
    const html = await (await ask(await embeddedPath("/app"))).text();
    expect(html).toMatch(
      /<head><script src="https:\/\/cdn\.shopify\.com\/shopifycloud\/app-bridge\.js" data-api-key="local-api-key"><\/script>/,
    );
    expect(html.match(/app-bridge\.js/g)).toHaveLength(1);
  });
});

describe("the app in trouble", () => {
  it("shows a page in its frame for an unknown address", async () => {
    const { page } = await open();
    await page.goto(demo.url("/app/no-such-page"));
    const frame = await appFrame(page, "There is nothing here");
    expect(await axeViolations(frame)).toEqual([]);
    await page.locator("#app-nav").getByRole("link", { name: "Orders", exact: true }).click();
    await appFrame(page, "Orders");
  });

  it("answers 404 for an unknown flag", async () => {
    expect((await ask(await embeddedPath("/app/orders/none-of-ours"))).status).toBe(404);
  });

  it("answers 400 to a POST that is not a form", async () => {
    const token = await mintSessionToken({ ...APP, shop: demo.shop });
    const answer = await fetch(new URL("/app/orders?_data=routes%2Fapp.orders", demo.appOrigin), {
      method: "POST",
      headers: {
        Authorization: `Bearer ${token}`,
        "User-Agent": USER_AGENT,
        "Content-Type": "application/json",
      },
      body: "{",
    });
    expect(answer.status).toBe(400);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(await answer.json()).toMatchObject({ ok: false });
  });

  it("shows a page without technical detail while the database is away, and recovers by its button", async () => {
    const { page } = await open();
    await page.goto(demo.url("/app"));
    const frame = await appFrame(page, "Overview");
    await demo.cable?.cut();
    await page.locator("#app-nav").getByRole("link", { name: "Orders", exact: true }).click();
    await frame.getByRole("heading", { name: "The database is not answering" }).waitFor();
    await screenshot(page, "database-away");
    expect(await axeViolations(frame)).toEqual([]);
    const text = await frame.locator("body").innerText();
    expect(text).not.toMatch(/prisma|postgres|ECONN|127\.0\.0\.1|at .*\.js/i);

    await demo.cable?.mend();
    await frame.getByRole("button", { name: "Try again" }).click();
    await frame.getByRole("heading", { level: 1, name: "Orders" }).waitFor();
  });

  it("recovers by its button also when the first load of a page met no database", async () => {
    const { page } = await open();
    await demo.cable?.cut();
    await page.goto(demo.url("/app/inbox"));
    const frame = await appFrame(page, "The database is not answering");
    await demo.cable?.mend();
    await frame.getByRole("button", { name: "Try again" }).click();
    await frame.getByRole("heading", { level: 1, name: "Inbox" }).waitFor();
  });

  it("answers 503 with Retry-After to a document while the database is away, and 200 once it is back", async () => {
    await demo.cable?.cut();
    const answer = await ask(await embeddedPath("/app"));
    expect(answer.status).toBe(503);
    expect(answer.headers.get("retry-after")).toBe("60");
    expect(answer.headers.get("content-security-policy")).toContain(`https://${demo.shop}`);
    expect(await answer.text()).not.toMatch(/prisma|ECONN|127\.0\.0\.1:\d+\/|\bat .*index\.js/i);
    await demo.cable?.mend();
    expect((await ask(await embeddedPath("/app"))).status).toBe(200);
  });
});
