import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  appFrame,
  axeViolations,
  DESKTOP,
  launch,
  PHONE,
  screenshot,
  visit,
  type Visit,
} from "./support/browser";
import { startDemo, type Demo } from "./support/demo";

let demo: Demo;
let browser: Browser;
let open: Visit | undefined;

beforeAll(async () => {
  browser = await launch();
});
afterEach(() => open?.close());
afterAll(() => browser?.close());

describe("the overview of a busy store", () => {
  beforeAll(async () => {
    demo = await startDemo();
  });
  afterAll(() => demo?.stop());

  it.each([
    ["Today", "today"],
    ["Yesterday", "yesterday"],
    ["Last 7 days", "last7"],
    ["Last 90 days", "last90"],
  ])("shows %s, in an address that can be kept", async (label, range) => {
    open = await visit(browser);
    const { page, problems } = open;
    await page.goto(demo.url());
    let frame = await appFrame(page, "Overview");
    await frame.getByLabel("Period").selectOption({ label });
    await page.waitForURL(demo.url(`/app?range=${range}`));
    await page.reload();
    frame = await appFrame(page, "Overview");
    expect(await frame.getByLabel("Period").inputValue()).toBe(range);
    await screenshot(page, `overview-${range}`);
    expect(await axeViolations(frame)).toEqual([]);
    expect(problems).toEqual([]);
  });

  it("explains a figure to who reaches it by keyboard", async () => {
    open = await visit(browser);
    const { page } = open;
    await page.goto(demo.url());
    const frame = await appFrame(page, "Overview");
    const term = frame.locator("h3 [tabindex]").filter({ hasText: "Average order value" });
    const explanation = frame.getByText("Gross sales minus discounts, divided by the number of orders.");
    // The tooltip listens from its own effect on, a moment after React took the page over.
    await expect
      .poll(
        async () => {
          await term.blur();
          await term.focus();
          return explanation.waitFor({ timeout: 1_000 }).then(
            () => "shown",
            () => "not yet",
          );
        },
        { timeout: 20_000 },
      )
      .toBe("shown");
    expect(await axeViolations(frame)).toEqual([]);
  });

  it("gives the chart's figures as a table to who cannot see it", async () => {
    open = await visit(browser);
    await open.page.goto(demo.url("/app?range=last7"));
    const frame = await appFrame(open.page, "Overview");
    const table = frame.getByRole("table", { name: "Total sales by day" });
    expect(await table.getByRole("row").count()).toBe(8);
  });

  it("opens an order's flag from its card, in the same frame", async () => {
    open = await visit(browser);
    const { page, problems } = open;
    await page.goto(demo.url());
    const frame = await appFrame(page, "Overview");
    await frame.getByRole("list", { name: "Latest flags" }).getByRole("link").first().click();
    await frame.getByRole("heading", { name: "Why it was flagged" }).waitFor();
    expect(problems).toEqual([]);
  });

  it("shows a skeleton, and no empty page, while the next page takes its time", async () => {
    open = await visit(browser);
    const { page } = open;
    await page.goto(demo.url());
    const frame = await appFrame(page, "Overview");
    await page.route(/_data=routes%2Fapp\.inventory/, async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      await route.continue();
    });
    await page.locator("#app-nav").getByRole("link", { name: "Inventory", exact: true }).click();
    await frame.getByRole("status", { name: "Loading the page" }).waitFor();
    await screenshot(page, "loading");
    await frame.getByRole("heading", { level: 1, name: "Inventory" }).waitFor();
  });

  it("is looked at by a checker that finds what is wrong", async () => {
    open = await visit(browser);
    await open.page.goto(demo.url());
    const frame = await appFrame(open.page, "Overview");
    await frame.evaluate(() => document.body.append(document.createElement("img")));
    expect((await axeViolations(frame)).join()).toContain("image-alt");
  });
});

describe("a store on its first day", () => {
  beforeAll(async () => {
    demo = await startDemo({ seeded: false });
  });
  afterAll(() => demo?.stop());

  it.each([
    ["/app", "Overview", "Set up Backroom"],
    ["/app/orders", "Orders", "No order has been flagged yet"],
    ["/app/inbox", "Inbox", "No messages yet"],
    ["/app/inventory", "Inventory", "No forecast yet"],
    ["/app/seo", "SEO", "Nothing to do"],
    ["/app/settings/connections", "Connections", "Which pages bring visitors who buy."],
    ["/app/webhooks", "Webhooks", "No delivery has come in yet"],
  ])("finds %s calm and empty", async (path, heading, text) => {
    for (const [name, viewport] of [
      ["desktop", DESKTOP],
      ["phone", PHONE],
    ] as const) {
      open = await visit(browser, viewport);
      const { page, problems } = open;
      await page.goto(demo.url(path));
      const frame = await appFrame(page, heading);
      await frame.getByText(text).first().waitFor();
      await screenshot(page, `first-day-${heading.toLowerCase()}-${name}`);
      expect(await axeViolations(frame)).toEqual([]);
      expect(problems).toEqual([]);
      await open.close();
    }
  });

  it("dismisses the setup guide, and it stays away", async () => {
    open = await visit(browser);
    const { page, problems } = open;
    await page.goto(demo.url());
    let frame = await appFrame(page, "Overview");
    await frame.getByRole("button", { name: "Dismiss the setup guide" }).click();
    await frame.getByText("Set up Backroom").waitFor({ state: "detached" });
    await page.reload();
    frame = await appFrame(page, "Overview");
    expect(await frame.getByText("Set up Backroom").count()).toBe(0);
    expect(problems).toEqual([]);
  });
});
