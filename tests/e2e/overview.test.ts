import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually";
import { appFrame, axeViolations, DESKTOP, PHONE, screenshot, useBrowser } from "./support/browser";
import { startDemo, type Demo } from "./support/demo";

let demo: Demo;
const { open } = useBrowser();

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
  ])("shows the period %s at an address of its own", async (label, range) => {
    const { page, problems } = await open();
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

  it("explains a figure on keyboard focus", async () => {
    const { page } = await open();
    await page.goto(demo.url());
    const frame = await appFrame(page, "Overview");
    const term = frame.locator("h3 [tabindex]").filter({ hasText: "Average order value" });
    const explanation = frame.getByText("Gross sales minus discounts, divided by the number of orders.");
    // The tooltip listens from its own effect on, a moment after React took the page over.
    await eventually(async () => {
      await term.blur();
      await term.focus();
      await explanation.waitFor({ timeout: 1_000 });
    });
    expect(await axeViolations(frame)).toEqual([]);
  });

  it("has the chart's figures as a table for screen readers", async () => {
    const { page } = await open();
    await page.goto(demo.url("/app?range=last7"));
    const frame = await appFrame(page, "Overview");
    const table = frame.getByRole("table", { name: "Total sales by day" });
    expect(await table.getByRole("row").count()).toBe(8);
  });

  it("opens an order's flag from its card, in the same frame", async () => {
    const { page, problems } = await open();
    await page.goto(demo.url());
    const frame = await appFrame(page, "Overview");
    await frame.getByRole("list", { name: "Latest flags" }).getByRole("link").first().click();
    await frame.getByRole("heading", { name: "Why it was flagged" }).waitFor();
    expect(problems).toEqual([]);
  });

  it("shows a skeleton while the next page loads", async () => {
    const { page } = await open();
    await page.goto(demo.url());
    const frame = await appFrame(page, "Overview");
    let release = () => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    await page.route(/_data=routes%2Fapp\.inventory/, async (route) => {
      await released;
      await route.continue();
    });
    await page.locator("#app-nav").getByRole("link", { name: "Inventory", exact: true }).click();
    await frame.getByRole("status", { name: "Loading the page" }).waitFor();
    await screenshot(page, "loading");
    release();
    await frame.getByRole("heading", { level: 1, name: "Inventory" }).waitFor();
  });

  it("fails the accessibility check when an image has no alternative text", async () => {
    const { page } = await open();
    await page.goto(demo.url());
    const frame = await appFrame(page, "Overview");
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
    ["/app/seo", "SEO", "Nothing loaded yet"],
    ["/app/settings/connections", "Connections", "Which pages bring visitors who buy."],
    ["/app/webhooks", "Webhooks", "No delivery is stored"],
  ])("sees an empty state on %s", async (path, heading, text) => {
    for (const [name, viewport] of [
      ["desktop", DESKTOP],
      ["phone", PHONE],
    ] as const) {
      const { page, problems, close } = await open(viewport);
      await page.goto(demo.url(path));
      const frame = await appFrame(page, heading);
      await frame.getByText(text).first().waitFor();
      await screenshot(page, `first-day-${heading.toLowerCase()}-${name}`);
      expect(await axeViolations(frame)).toEqual([]);
      expect(problems).toEqual([]);
      await close();
    }
  });

  it("dismisses the setup guide for good", async () => {
    const { page, problems } = await open();
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
