import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectDatabase } from "~/platform/db/client.server";
import {
  appFrame,
  axeViolations,
  DESKTOP,
  layoutShift,
  look,
  PHONE,
  screenshot,
  useBrowser,
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

/** What is not in the navigation, and a list with a filter, which starts with its fields open. */
const OTHERS = [
  { entry: "a period of one day", path: "/app?range=today", heading: "Overview" },
  { entry: "filtered flags", path: "/app/orders?rule=RISK_HIGH", heading: "Orders" },
  { entry: "resolved flags", path: "/app/orders?status=RESOLVED", heading: "Orders" },
  { entry: "failed deliveries", path: "/app/webhooks?status=DEAD", heading: "Webhooks" },
  { entry: "a connection", path: "/app/settings/connections/ga4", heading: "Google Analytics 4" },
  {
    entry: "the form of a connection",
    path: "/app/settings/connections/gsc?form=replace",
    heading: "Google Search Console",
  },
  { entry: "privacy requests", path: "/app/settings/privacy", heading: "Privacy requests" },
  { entry: "what is kept", path: "/app/settings/data", heading: "Data and retention" },
];

/** Google's line for "good" is 0.1; a fifth of it is hardly seen. */
const MOST_SHIFT = 0.02;

let demo: Demo;
beforeAll(async () => void (demo = await startDemo()));
afterAll(() => demo?.stop());
const { open, openCold } = useBrowser();

describe.each([
  { name: "desktop", viewport: DESKTOP, visit: open },
  { name: "phone", viewport: PHONE, visit: openCold },
])("the app on a $name", ({ name, viewport, visit }) => {
  it("opens the overview inside the admin", async () => {
    const { page, problems } = await visit(viewport);
    await page.goto(demo.url());
    const frame = await appFrame(page, "Overview");
    await frame.getByText("Orders needing attention").waitFor();
    expect(await layoutShift(frame)).toBeLessThanOrEqual(MOST_SHIFT);
    expect(await frame.getByText("Total sales", { exact: true }).isVisible()).toBe(true);
    await look(page, frame, `overview-${name}`);
    expect(await axeViolations(page)).toEqual([]);
    expect(problems).toEqual([]);
  });

  it.each(SECTIONS)("opens $entry at its own address", async ({ path, heading }) => {
    const { page, problems } = await visit(viewport);
    await page.goto(demo.url(path));
    const frame = await appFrame(page, heading);
    expect(await layoutShift(frame)).toBeLessThanOrEqual(MOST_SHIFT);
    await look(page, frame, `${path.slice(5).replace("/", "-")}-${name}`);
    expect(await axeViolations(page)).toEqual([]);
    expect(problems).toEqual([]);
  });
});

it.each(OTHERS)("shows $entry on a phone, standing still", async ({ path, heading }) => {
  const { page, problems } = await openCold(PHONE);
  await page.goto(demo.url(path));
  const frame = await appFrame(page, heading);
  expect(await layoutShift(frame)).toBeLessThanOrEqual(MOST_SHIFT);
  await look(page, frame, `${path.slice(4).replace(/\W+/g, "-").slice(1)}-phone`);
  expect(problems).toEqual([]);
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

it("the page of a flag and that of a delivery stand still on a phone", async () => {
  const db = await connectDatabase(demo.databaseUrl);
  const [flag, delivery] = await Promise.all([db.orderFlag.findFirst(), db.webhookEvent.findFirst()]);
  await db.$disconnect();
  for (const path of [`/app/orders/${flag?.id}`, `/app/webhooks/${delivery?.webhookId}`]) {
    const { page, problems } = await openCold(PHONE);
    await page.goto(demo.url(path));
    const frame = await appFrame(page);
    expect(await layoutShift(frame)).toBeLessThanOrEqual(MOST_SHIFT);
    expect(await axeViolations(frame)).toEqual([]);
    expect(problems).toEqual([]);
  }
});

it("notices a page that moves", async () => {
  const { page } = await openCold(PHONE);
  await page.goto(demo.url("/app/inbox"));
  const frame = await appFrame(page, "Inbox");
  await frame.evaluate(() => {
    const late = document.createElement("div");
    late.style.height = "200px";
    document.querySelector("main")?.prepend(late);
  });
  expect(await layoutShift(frame)).toBeGreaterThan(MOST_SHIFT);
});

it("a page whose styles never come shows its words", async () => {
  const { page } = await openCold();
  await page.route(/\/build\/.+\.css$/, (route) => route.abort());
  await page.goto(demo.url("/app/inbox"));
  const frame = await appFrame(page, "Inbox");
  expect(await frame.getByText("waiting for you").first().isVisible()).toBe(true);
});

describe("with forced colours", () => {
  it.each([
    ["the history of a connection", "/app/settings/connections/ga4", ".test-strip i"],
    ["the bars of a single day", "/app?range=yesterday", ".bar"],
    ["the badges and cards of a list", "/app/inbox", ".Polaris-Badge, .Polaris-ShadowBevel"],
  ])("%s can be told from the page", async (_name, path, bars) => {
    const { page } = await open();
    await page.emulateMedia({ forcedColors: "active" });
    await page.goto(demo.url(path));
    const frame = await appFrame(page);
    const styles = await frame.locator(bars).evaluateAll((nodes) => {
      const canvas = getComputedStyle(document.body).backgroundColor;
      return nodes.map((node) => {
        const { backgroundColor, borderTopWidth, borderTopColor } = getComputedStyle(node);
        return backgroundColor !== canvas || (borderTopWidth !== "0px" && borderTopColor !== canvas);
      });
    });
    expect(styles.length).toBeGreaterThan(1);
    expect(styles).toEqual(styles.map(() => true));
    await screenshot(page, `forced-colours-${bars.replace(/\W+/g, "")}`);
  });
});
