import type { Frame, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { connectDatabase } from "~/platform/db/client.server";
import { eventually } from "../support/eventually";
import {
  appFrame,
  axeViolations,
  describedText,
  DESKTOP,
  overflow,
  PHONE,
  screenshot,
  useBrowser,
} from "./support/browser";
import { startDemo, type Demo } from "./support/demo";

let demo: Demo;
beforeAll(async () => void (demo = await startDemo()));
afterEach(async () => {
  // Every test begins with the seed's values.
  const db = await connectDatabase(demo.databaseUrl);
  const { id } = await db.store.findUniqueOrThrow({ where: { shopDomain: demo.shop } });
  await db.storeSettings.update({
    where: { storeId: id },
    data: { thresholds: { highValueMinor: 40_000 }, featureToggles: {} },
  });
  await db.$disconnect();
});
afterAll(() => demo?.stop());
const tabs = useBrowser();

async function openSettings(viewport = DESKTOP) {
  const { page, problems } = await tabs.open(viewport);
  await page.goto(demo.url("/app/settings"));
  return { page, problems, frame: await appFrame(page, "Settings"), bar: saveBarOf(page) };
}

const saveBarOf = (page: Page) => page.getByRole("region", { name: "Unsaved changes" });
const save = (page: Page) => saveBarOf(page).getByRole("button", { name: "Save" }).click();
const field = (frame: Frame, label: string) => frame.getByRole("textbox", { name: label });
const valueOf = (frame: Frame, label: string) => field(frame, label).inputValue();
/** The name of the field or the role of what has the keyboard */
const focused = (frame: Frame) =>
  frame.evaluate(
    () => document.activeElement?.getAttribute("name") ?? document.activeElement?.getAttribute("role"),
  );

it("the settings page shows the save bar while there are changes, and saves them", async () => {
  const { page, problems, frame, bar } = await openSettings();
  await screenshot(page, "settings-desktop");
  expect(await valueOf(frame, "High-value order")).toBe("400.00");
  expect(await bar.isVisible()).toBe(false);

  await field(frame, "High-value order").fill("1,234.5");
  await bar.waitFor();
  await field(frame, "High-value order").fill("400");
  await bar.waitFor({ state: "hidden" });

  await field(frame, "High-value order").fill("1,234.5");
  await frame.getByRole("checkbox", { name: "AI drafts" }).uncheck();
  await bar.waitFor();
  await screenshot(page, "settings-unsaved");
  expect(await axeViolations(frame)).toEqual([]);
  expect(await axeViolations(page)).toEqual([]);
  await save(page);
  await page.getByText("Settings saved").waitFor();
  await bar.waitFor({ state: "hidden" });
  expect(await valueOf(frame, "High-value order")).toBe("1234.50");

  await page.reload();
  const again = await appFrame(page, "Settings");
  expect(await valueOf(again, "High-value order")).toBe("1234.50");
  expect(await again.getByRole("checkbox", { name: "AI drafts" }).isChecked()).toBe(false);
  expect(problems).toEqual([]);
});

it("the settings page resets a field to its default, and discards a change", async () => {
  const { problems, frame, bar } = await openSettings();
  await frame.getByRole("button", { name: "Reset to $500.00: High-value order" }).click();
  expect(await valueOf(frame, "High-value order")).toBe("500.00");
  expect(await focused(frame)).toBe("highValueMinor");
  await bar.getByRole("button", { name: "Discard" }).click();
  await bar.waitFor({ state: "hidden" });
  expect(await valueOf(frame, "High-value order")).toBe("400.00");
  expect(problems).toEqual([]);
});

it("the settings page saves with Enter", async () => {
  const { page, problems, frame } = await openSettings();
  await field(frame, "Late fulfilment").fill("72");
  await field(frame, "Late fulfilment").press("Enter");
  await page.getByText("Settings saved").waitFor();
  expect(problems).toEqual([]);
});

it("the settings page blocks its own links and the admin's menu while something is unsaved", async () => {
  const { page, problems, frame, bar } = await openSettings();
  await field(frame, "Late fulfilment").fill("72");
  await bar.waitFor();
  await frame.getByRole("link", { name: "Manage connections" }).click();
  await page.locator("#app-nav").getByRole("link", { name: "Orders" }).click();
  // Long enough for a navigation that was not blocked.
  await page.waitForTimeout(300);
  expect(await frame.getByRole("heading", { level: 1 }).textContent()).toBe("Settings");
  expect(await valueOf(frame, "Late fulfilment")).toBe("72");

  await bar.getByRole("button", { name: "Discard" }).click();
  await bar.waitFor({ state: "hidden" });
  await frame.getByRole("link", { name: "Manage connections" }).click();
  await frame.getByRole("heading", { level: 1, name: "Connections" }).waitFor();
  expect(problems).toEqual([]);
});

it("the settings page shows an error at its field, focuses the field, and removes the error once it is corrected", async () => {
  const { page, problems, frame, bar } = await openSettings();
  await field(frame, "Late fulfilment").fill("1.5");
  await field(frame, "Stock running out").fill("");
  await save(page);
  await frame.getByText("Enter whole hours, without decimals.").waitFor();
  await frame.getByText("Enter a number of days.").waitFor();
  await eventually(async () => expect(await focused(frame)).toBe("lateFulfilmentHours"));
  const late = field(frame, "Late fulfilment");
  expect(await late.getAttribute("aria-invalid")).toBe("true");
  expect(await describedText(late)).toContain("Enter whole hours, without decimals.");
  await screenshot(page, "settings-errors");
  expect(await axeViolations(frame)).toEqual([]);
  expect(await bar.isVisible()).toBe(true);

  await late.fill("36");
  await frame.getByText("Enter whole hours").waitFor({ state: "detached" });
  await field(frame, "Stock running out").fill("21");
  await save(page);
  await page.getByText("Settings saved").waitFor();
  expect(problems.filter((problem) => !/\b400\b/.test(problem))).toEqual([]);
});

/** The first tab saves 24 hours and 30 days; the second has typed 55 %, 21 days. */
async function conflict(viewport = DESKTOP) {
  const first = await openSettings();
  const second = await openSettings(viewport);
  await field(first.frame, "Late fulfilment").fill("24");
  await field(first.frame, "Stock running out").fill("30");
  await save(first.page);
  await first.page.getByText("Settings saved").waitFor();

  await field(second.frame, "Large discount").fill("55");
  await field(second.frame, "Stock running out").fill("21");
  await save(second.page);
  const banner = second.frame.getByRole("alert");
  await banner.getByText("Someone saved these settings while you were editing").waitFor();
  return { ...second, banner };
}

const fieldsOf = async (frame: Frame) =>
  Promise.all(
    ["Late fulfilment", "Large discount", "Stock running out"].map((label) => valueOf(frame, label)),
  );

it("the settings page shows a second tab what the first one saved, and saves both merchants' changes", async () => {
  const { page, problems, frame, bar, banner } = await conflict();
  await banner.getByText("Stock running out: theirs 30 days, yours 21 days").waitFor();
  await banner
    .getByText(
      "Late fulfilment: theirs 24 hours, yours 48 hours. You did not change it, so theirs is kept either way.",
    )
    .waitFor();
  await eventually(async () => expect(await focused(frame)).toBe("alert"));
  expect(await banner.getByRole("listitem").count()).toBe(2);
  expect(await fieldsOf(frame)).toEqual(["48", "55", "21"]);
  expect(await bar.isVisible()).toBe(true);
  await screenshot(page, "settings-conflict");
  expect(await axeViolations(frame)).toEqual([]);

  await banner.getByRole("button", { name: "Save mine anyway" }).click();
  await page.getByText("Settings saved").waitFor();
  await banner.waitFor({ state: "detached" });
  await bar.waitFor({ state: "hidden" });
  await page.reload();
  expect(await fieldsOf(await appFrame(page, "Settings"))).toEqual(["24", "55", "21"]);
  expect(problems.filter((problem) => !/\b409\b/.test(problem))).toEqual([]);
});

it("the settings page replaces the second tab's values by the first one's, on a phone", async () => {
  const { page, problems, frame, bar, banner } = await conflict(PHONE);
  await screenshot(page, "settings-conflict-phone");
  expect(await axeViolations(frame)).toEqual([]);
  expect(await overflow(frame)).toBe(0);
  await banner.getByRole("button", { name: "Take theirs" }).click();
  await banner.waitFor({ state: "detached" });
  await bar.waitFor({ state: "hidden" });
  expect(await fieldsOf(frame)).toEqual(["24", "40", "30"]);
  await page.reload();
  expect(await fieldsOf(await appFrame(page, "Settings"))).toEqual(["24", "40", "30"]);
  expect(problems.filter((problem) => !/\b409\b/.test(problem))).toEqual([]);
});

it("the settings page fits a phone without scrolling sideways", async () => {
  const { page, problems, frame } = await openSettings(PHONE);
  await screenshot(page, "settings-phone");
  await frame.getByText("From your Shopify settings").scrollIntoViewIfNeeded();
  await screenshot(page, "settings-phone-end");
  expect(await overflow(frame)).toBe(0);
  expect(await axeViolations(frame)).toEqual([]);
  expect(problems).toEqual([]);
});

it("the settings page hides a switched-off forecast and switched-off insights, with a link back", async () => {
  const { page, problems, frame } = await openSettings();
  await frame.getByRole("checkbox", { name: "Inventory forecast" }).uncheck();
  await frame.getByRole("checkbox", { name: "SEO insights" }).uncheck();
  await save(page);
  await page.getByText("Settings saved").waitFor();
  await page.goto(demo.url("/app/inventory"));
  await (await appFrame(page, "Inventory")).getByText("The forecast is off").waitFor();
  await screenshot(page, "inventory-off");
  await page.goto(demo.url("/app"));
  await (await appFrame(page, "Overview")).getByText("The inventory forecast is switched off.").waitFor();
  await page.goto(demo.url("/app/seo"));
  const seo = await appFrame(page, "SEO");
  await seo.getByText("SEO insights are off").waitFor();
  await seo.getByRole("link", { name: "Change settings" }).click();
  await seo.getByRole("heading", { level: 1, name: "Settings" }).waitFor();
  expect(problems).toEqual([]);
});
