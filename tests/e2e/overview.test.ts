import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectDatabase } from "~/platform/db/client.server";
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

  it("names what is missing when days are not computed, and shows neither their totals nor a percentage", async () => {
    const db = await connectDatabase(demo.databaseUrl);
    const middle = { gte: "2026-10-10", lte: "2026-10-12" };
    await db.kpiCache.deleteMany({ where: { kind: "SALES", fromDay: middle } });
    await db.$disconnect();
    const { page, problems } = await open(PHONE);
    await page.goto(demo.url("/app?range=last90"));
    const frame = await appFrame(page, "Overview");
    const tile = frame
      .locator("div")
      .filter({ has: frame.getByRole("heading", { name: "Total sales", exact: true }) });
    const text = await tile.last().innerText();
    expect(text).toMatch(/Not computed yet\s+8\d of 90 days: \$/);
    expect(text).not.toContain("%");
    const days = frame.getByRole("table", { name: "Total sales by day" }).getByRole("row");
    expect(await days.filter({ hasText: "Oct 11" }).first().innerText()).toContain("Not computed yet");
    await frame.getByText(/left out of the chart: \d+ of 90 days of this period/).waitFor();
    await screenshot(page, "overview-gaps-phone");
    expect(await axeViolations(frame)).toEqual([]);
    expect(problems).toEqual([]);
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

  it("fails the accessibility check when an image has no text, or a button another name than it shows", async () => {
    const { page } = await open();
    await page.goto(demo.url());
    const frame = await appFrame(page, "Overview");
    await frame.evaluate(() => {
      document.body.append(document.createElement("img"));
      const button = document.createElement("button");
      button.textContent = "Discard changes";
      button.ariaLabel = "Save everything";
      document.body.append(button);
    });
    const violations = (await axeViolations(frame)).join();
    expect(violations).toContain("image-alt");
    expect(violations).toContain("label-content-name-mismatch");
  });
});

const CLAIMS =
  /has an answer|in the background|appear here|as orders come in|that sells lasts|up to date|looks at every order|everything is processed|is due within/i;

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
      // What no code has done for this store yet is not said of it.
      expect(await frame.locator("main").innerText()).not.toMatch(CLAIMS);
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
