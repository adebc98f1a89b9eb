import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appFrame, axeViolations, DESKTOP, look, PHONE, useBrowser } from "./support/browser";
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
beforeAll(async () => void (demo = await startDemo()));
afterAll(() => demo?.stop());
const { open } = useBrowser();

describe.each([
  { name: "desktop", viewport: DESKTOP },
  { name: "phone", viewport: PHONE },
])("the app on a $name", ({ name, viewport }) => {
  it("opens the overview inside the admin", async () => {
    const { page, problems } = await open(viewport);
    await page.goto(demo.url());
    const frame = await appFrame(page, "Overview");
    await frame.getByText("Orders needing attention").waitFor();
    expect(await frame.getByText("Total sales", { exact: true }).isVisible()).toBe(true);
    await look(page, frame, `overview-${name}`);
    expect(await axeViolations(page)).toEqual([]);
    expect(problems).toEqual([]);
  });

  it.each(SECTIONS)("opens $entry at its own address", async ({ path, heading }) => {
    const { page, problems } = await open(viewport);
    await page.goto(demo.url(path));
    const frame = await appFrame(page, heading);
    await look(page, frame, `${path.slice(5).replace("/", "-")}-${name}`);
    expect(await axeViolations(page)).toEqual([]);
    expect(problems).toEqual([]);
  });
});

it("the app follows every entry of the admin's navigation without a reload", async () => {
  const { page, problems } = await open();
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
