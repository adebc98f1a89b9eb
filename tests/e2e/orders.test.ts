import { afterAll, beforeAll, expect, it } from "vitest";
import { appFrame, axeViolations, PHONE, screenshot, useBrowser } from "./support/browser";
import { startDemo, type Demo } from "./support/demo";

let demo: Demo;
beforeAll(async () => void (demo = await startDemo()));
afterAll(() => demo?.stop());
const { open } = useBrowser();

it("the orders page resolves a flag, and lists it as resolved after a reload", async () => {
  const { page, problems } = await open();
  await page.goto(demo.url("/app/orders"));
  let frame = await appFrame(page, "Orders");
  const first = frame.locator("[data-primary-link]").first();
  const path = await first.getAttribute("href");
  await frame.getByRole("row").nth(1).getByRole("checkbox").check();
  await screenshot(page, "orders-selected");
  expect(await axeViolations(frame)).toEqual([]);
  await frame.getByRole("button", { name: "Resolve", exact: true }).click();
  await page.getByText("1 flag resolved").waitFor();
  await frame.locator(`[data-primary-link][href="${path}"]`).waitFor({ state: "detached" });

  await page.reload();
  frame = await appFrame(page, "Orders");
  await frame.locator("[data-primary-link]").first().waitFor();
  expect(await frame.locator(`[data-primary-link][href="${path}"]`).count()).toBe(0);

  await page.goto(demo.url("/app/orders?status=RESOLVED"));
  frame = await appFrame(page, "Orders");
  expect(await frame.locator(`[data-primary-link][href="${path}"]`).count()).toBe(1);
  expect(problems).toEqual([]);
});

it("the orders page snoozes two flags for three days", async () => {
  const { page, problems } = await open();
  await page.goto(demo.url("/app/orders"));
  const frame = await appFrame(page, "Orders");
  for (const row of [1, 2]) await frame.getByRole("row").nth(row).getByRole("checkbox").check();
  await frame.getByRole("button", { name: "Snooze", exact: true }).click();
  const threeDays = frame.getByRole("button", { name: "Snooze 3 days", exact: true });
  await threeDays.waitFor();
  expect(await axeViolations(frame)).toEqual([]);
  await threeDays.click();
  await page.getByText("2 flags snoozed for 3 days").waitFor();
  expect(problems).toEqual([]);
});

it("the page of a flag shows why it was raised, and saves a note", async () => {
  const { page, problems } = await open();
  await page.goto(demo.url("/app/orders?rule=RISK_HIGH"));
  let frame = await appFrame(page, "Orders");
  await frame.locator("[data-primary-link]").first().click();
  await frame.getByRole("heading", { name: "Why it was flagged" }).waitFor();
  await frame.getByText("3 payment attempts with different cards").waitFor();
  await frame.getByLabel("Note").fill("Called the customer; no answer yet.");
  await frame.getByRole("button", { name: "Save note" }).click();
  await page.getByText("Note saved").waitFor();
  await screenshot(page, "flag-desktop");
  expect(await axeViolations(frame)).toEqual([]);
  await page.reload();
  frame = await appFrame(page);
  expect(await frame.getByLabel("Note").inputValue()).toBe("Called the customer; no answer yet.");
  expect(problems).toEqual([]);
});

it("the page of a flag keeps a note that was typed and not saved, whichever way it is left", async () => {
  const { page, problems } = await open();
  await page.goto(demo.url("/app/orders?rule=RISK_HIGH"));
  const frame = await appFrame(page, "Orders");
  await frame.locator("[data-primary-link]").first().click();
  const note = frame.getByLabel("Note");
  await note.fill("Called twice.");
  const bar = page.getByRole("region", { name: "Unsaved changes" });
  await bar.waitFor();
  const ways: [string, () => Promise<unknown>][] = [
    ["the app's menu", () => page.locator("#app-nav").getByRole("link", { name: "Inbox" }).click()],
    ["the page's own link", () => frame.getByRole("link", { name: "Orders" }).first().click()],
    ["the browser's back button", () => page.goBack()],
  ];
  for (const [way, leave] of ways) {
    await leave();
    // Long enough for a navigation that is not held back.
    await page.waitForTimeout(400);
    expect(await note.inputValue(), way).toBe("Called twice.");
  }
  await screenshot(page, "flag-unsaved");
  await bar.getByRole("button", { name: "Discard" }).click();
  await bar.waitFor({ state: "hidden" });
  expect(await note.inputValue()).not.toBe("Called twice.");
  await page.locator("#app-nav").getByRole("link", { name: "Inbox" }).click();
  await appFrame(page, "Inbox");
  expect(problems).toEqual([]);
});

it("the orders page searches, reports that nothing matches, and clears its filters", async () => {
  const { page, problems } = await open(PHONE);
  await page.goto(demo.url("/app/orders"));
  const frame = await appFrame(page, "Orders");
  await frame.getByRole("button", { name: /search and filter/i }).click();
  await frame.getByPlaceholder("Search by order or customer").fill("nobody of this name");
  await frame.getByText("No flag matches").waitFor();
  await frame.getByRole("button", { name: "Severity" }).click();
  await frame.getByLabel("Critical").waitFor();
  expect(await axeViolations(frame)).toEqual([]);
  await frame.getByRole("button", { name: "Severity" }).click();
  await screenshot(page, "orders-no-match-phone");
  expect(await axeViolations(frame)).toEqual([]);
  await frame.getByRole("link", { name: "Clear all" }).click();
  await frame.locator("[data-primary-link]").first().waitFor();
  expect(problems).toEqual([]);
});

it("the orders page pages to older flags and back", async () => {
  const { page, problems } = await open();
  await page.goto(demo.url("/app/orders"));
  const frame = await appFrame(page, "Orders");
  const links = () =>
    frame.locator("[data-primary-link]").evaluateAll((all) => all.map((link) => link.getAttribute("href")));
  const firstPage = await links();
  const first = frame.locator(`[data-primary-link][href="${firstPage[0]}"]`);
  await frame.getByRole("button", { name: "Next" }).click();
  await first.waitFor({ state: "detached" });
  await frame.getByRole("button", { name: "Previous" }).click();
  await first.waitFor();
  expect(await links()).toEqual(firstPage);
  expect(problems).toEqual([]);
});
