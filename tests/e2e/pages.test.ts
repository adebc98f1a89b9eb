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

const SECTIONS = [
  { entry: "Orders", path: "/app/orders", heading: "Orders" },
  { entry: "Inbox", path: "/app/inbox", heading: "Inbox" },
  { entry: "Inventory", path: "/app/inventory", heading: "Inventory" },
  { entry: "SEO", path: "/app/seo", heading: "SEO" },
  { entry: "Settings", path: "/app/settings", heading: "Settings" },
  { entry: "Connections", path: "/app/settings/connections", heading: "Connections" },
  { entry: "Webhooks", path: "/app/webhooks", heading: "Webhooks" },
];

let demo: Demo;
let browser: Browser;
let open: Visit | undefined;

beforeAll(async () => {
  [demo, browser] = await Promise.all([startDemo(), launch()]);
});
afterEach(() => open?.close());
afterAll(async () => {
  await browser?.close();
  await demo?.stop();
});

describe.each([
  { name: "desktop", viewport: DESKTOP },
  { name: "phone", viewport: PHONE },
])("the pages on a $name", ({ name, viewport }) => {
  it("opens the overview inside the admin", async () => {
    open = await visit(browser, viewport);
    await open.page.goto(demo.url());
    const frame = await appFrame(open.page, "Overview");
    await frame.getByText("Orders needing attention").waitFor();
    await screenshot(open.page, `overview-${name}`);
    expect(await frame.getByText("Total sales", { exact: true }).isVisible()).toBe(true);
    expect(await axeViolations(frame)).toEqual([]);
    expect(await axeViolations(open.page)).toEqual([]);
    expect(await overflow(open)).toBe(0);
    expect(open.problems).toEqual([]);
  });

  it.each(SECTIONS)("opens $entry at its own address", async ({ path, heading }) => {
    open = await visit(browser, viewport);
    await open.page.goto(demo.url(path));
    const frame = await appFrame(open.page, heading);
    await screenshot(open.page, `${path.slice(5).replace("/", "-")}-${name}`);
    expect(await axeViolations(frame)).toEqual([]);
    expect(await axeViolations(open.page)).toEqual([]);
    expect(await overflow(open)).toBe(0);
    expect(open.problems).toEqual([]);
  });
});

it("follows every entry of the admin's navigation without loading the app anew", async () => {
  open = await visit(browser);
  const { page, problems } = open;
  await page.goto(demo.url());
  const frame = await appFrame(page, "Overview");
  await frame.evaluate(() => Object.assign(window, { loadedOnce: true }));
  for (const { entry, path, heading } of SECTIONS) {
    await page.locator("#app-nav").getByRole("link", { name: entry, exact: true }).click();
    await frame.getByRole("heading", { level: 1, name: heading, exact: true }).waitFor();
    await page.waitForURL(demo.url(path));
    await frame
      .locator("[aria-live]")
      .filter({ hasText: `${heading} · Backroom` })
      .waitFor({ state: "attached" });
  }
  expect(await frame.evaluate(() => "loadedOnce" in window)).toBe(true);
  expect(problems).toEqual([]);
});

/** How many pixels the app is wider than its frame. */
async function overflow({ page }: Visit): Promise<number> {
  const frame = page.frames()[1];
  return frame!.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
