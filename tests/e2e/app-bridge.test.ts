import type { Browser, FrameLocator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { LocalAdmin } from "../../dev/local-admin/server";
import { SHOP } from "../dev/support/catalogue";
import { listening, localAdmin } from "../dev/support/local-admin";
import { tinyApp, type TinyAppLog } from "../dev/support/tiny-app";
import { eventually } from "../support/eventually";
import { ALL_RULES, axeViolations, launch, overflow } from "./support/browser";

let browser: Browser;

describe("the stand-in of App Bridge, in a browser", () => {
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  it("shows the app's menu in the sidebar, and navigates the app without a reload", async () => {
    const { page, frame, admin, log } = await opened();
    const menu = page.getByRole("navigation", { name: "Admin" });
    await menu.locator("#app-nav").getByRole("link", { name: "Orders" }).click();
    await frame.getByRole("heading", { name: "/app/orders" }).waitFor();
    await page.waitForURL(admin.adminUrl(SHOP, "/app/orders"));
    expect(await menu.locator("[aria-current=page]").textContent()).toBe("Orders");
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("Orders");
    expect(log.filter(({ path }) => path.startsWith("/app"))).toHaveLength(1);

    await page.goBack();
    await frame.getByRole("heading", { name: "/app", exact: true }).waitFor();
    await page.waitForURL(admin.adminUrl(SHOP, "/app"));
  });

  it("opens a deep link, also after a reload of the admin", async () => {
    const { page, frame } = await opened("/app/orders?flag=high");
    await frame.getByRole("heading", { name: "/app/orders" }).waitFor();
    expect(page.url()).toMatch(/\/app\/orders\?flag=high$/);
    await page.reload();
    await frame.getByRole("heading", { name: "/app/orders" }).waitFor();
  });

  it("adds a session token to the app's requests, and retries a request whose token was stale", async () => {
    const { page, log } = await opened();
    const answers = await page.frames()[1]!.evaluate(async () => {
      const post = await fetch("/api/echo", { method: "POST", body: "x" });
      const again = await fetch(new Request("/api/stale-once", { method: "PUT", body: "y" }));
      return [await post.json(), await again.json()];
    });
    expect(answers).toEqual([
      { authorized: true, method: "POST" },
      { authorized: true, method: "PUT" },
    ]);
    expect(log.filter(({ path }) => path === "/api/stale-once")).toHaveLength(2);
  });

  it("fetches a fresh token when the frame is loaded without one", async () => {
    const { page, frame, log } = await opened();
    await page.frames()[1]!.evaluate(() => location.assign("/app/settings"));
    await frame.getByRole("heading", { name: "/app/settings" }).waitFor();
    expect(log.map(({ path }) => path)).toContain("/auth/session-token");
    expect(page.url()).toMatch(/\/apps\/backroom\/app\/settings$/);
  });

  it("shows the title bar's button, and a toast whose action reaches the app", async () => {
    const { page, frame } = await opened();
    await page.getByRole("button", { name: "Export" }).click();
    await page.getByRole("status").getByText("Exported").waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await said(frame, "undone");
    expect(await page.locator(".toast").count()).toBe(0);
  });

  it("shows the save bar for a changed form, blocks navigation, and saves or discards", async () => {
    const { page, frame } = await opened();
    const bar = page.getByRole("region", { name: "Unsaved changes" });
    await frame.getByLabel("Threshold").fill("12");
    await bar.waitFor();
    await page.locator("#app-nav").getByRole("link", { name: "Orders" }).click();
    // Long enough for a navigation that was not blocked.
    await page.waitForTimeout(300);
    expect(await frame.locator("#where").textContent()).toBe("/app");
    await bar.getByRole("button", { name: "Discard" }).click();
    await bar.waitFor({ state: "hidden" });
    expect(await frame.getByLabel("Threshold").inputValue()).toBe("10");

    await frame.getByLabel("Threshold").fill("13");
    await bar.getByRole("button", { name: "Save" }).click();
    await said(frame, "saved");
    await bar.waitFor({ state: "hidden" });
  });

  it("opens a modal with its buttons", async () => {
    const { page, frame } = await opened();
    await page
      .frames()[1]!
      .evaluate(() => (window as never as { shopify: any }).shopify.modal.show("confirm")); // eslint-disable-line @typescript-eslint/no-explicit-any
    await frame.getByRole("dialog", { name: "Archive" }).getByRole("button", { name: "Archive" }).click();
    await said(frame, "archived");
    await frame.getByRole("dialog").waitFor({ state: "hidden" });
  });

  it("opens a link into Shopify's admin in the local admin", async () => {
    const { page, frame, admin } = await opened();
    await frame.getByRole("link", { name: "Order #1003 in Shopify" }).click();
    await page.waitForURL(`${admin.origin}/store/north-pine/orders/1003`);
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("Order #1003");
  });

  it("sends webhooks from the panel and lists their outcomes", async () => {
    const { page } = await opened("/app");
    await page.getByRole("link", { name: "Send a webhook" }).click();
    await page.getByLabel(/^Events/).fill("2");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await page.locator("#deliveries tr").nth(1).waitFor();
  });

  it.each([1280, 390])("has no accessibility violation and no sideways scroll at %i px", async (width) => {
    const { page, admin } = await opened();
    await page.setViewportSize({ width, height: 800 });
    for (const path of ["apps/backroom/app", "webhooks", "orders/1003"]) {
      await page.goto(`${admin.origin}/store/north-pine/${path}`);
      if (width < 500) await page.getByRole("button", { name: "Navigation" }).click();
      expect(await axeViolations(page, ALL_RULES)).toEqual([]);
      expect(await overflow(page)).toBe(0);
    }
  });
});

const said = (frame: FrameLocator, text: string) =>
  eventually(async () => expect(await frame.locator("#said").textContent()).toBe(text));

async function opened(
  path = "/app",
): Promise<{ page: Page; frame: FrameLocator; admin: LocalAdmin; log: TinyAppLog }> {
  const log: TinyAppLog = [];
  const admin = await localAdmin({ appOrigin: await listening(tinyApp(log)), hostname: "localhost" });
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  onTestFinished(() => page.close());
  await page.goto(admin.adminUrl(SHOP, path));
  const frame = page.frameLocator("#app-frame");
  await page.locator("#app-nav a").first().waitFor({ state: "attached" });
  return { page, frame, admin, log };
}
