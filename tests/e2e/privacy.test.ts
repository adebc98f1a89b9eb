import { json } from "node:stream/consumers";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { DAY_MS } from "~/platform/clock";
import { connectDatabase, type Db } from "~/platform/db/client.server";
import { SEED_NOW } from "../../prisma/seed/instant";
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
let db: Db;
let opened: Visit[] = [];

beforeAll(async () => {
  [demo, browser] = await Promise.all([startDemo(), launch()]);
  db = await connectDatabase(demo.databaseUrl);
});
afterEach(async () => {
  for (const visit of opened) await visit.close();
  opened = [];
});
afterAll(async () => {
  await db?.$disconnect();
  await browser?.close();
  await demo?.stop();
});

async function openPrivacy(viewport = DESKTOP) {
  const tab = await visit(browser, viewport);
  opened.push(tab);
  await tab.page.goto(demo.url("/app/settings/privacy"));
  return { ...tab, frame: await appFrame(tab.page, "Privacy requests") };
}

const openRequest = () =>
  db.complianceRequest.findFirstOrThrow({
    where: { shopDomain: demo.shop, topic: "CUSTOMERS_DATA_REQUEST" },
  });
/** Open again, and due `days` after the demo's now. */
const reopen = async (days: number) =>
  db.complianceRequest.update({
    where: { id: (await openRequest()).id },
    data: {
      ...{ status: "RECEIVED", closedAt: null, result: {} },
      dueAt: new Date(SEED_NOW.getTime() + days * DAY_MS),
    },
  });

it("is found from the settings", async () => {
  const tab = await visit(browser);
  opened.push(tab);
  await tab.page.goto(demo.url("/app/settings"));
  const frame = await appFrame(tab.page, "Settings");
  await frame.getByRole("link", { name: "Privacy requests" }).click();
  await frame.getByRole("heading", { level: 1, name: "Privacy requests" }).waitFor();
  expect(tab.problems).toEqual([]);
});

it("hands a customer's report to the browser as a file, and is done with that", async () => {
  await reopen(27);
  const { page, frame, problems } = await openPrivacy();
  await frame.getByText("Due in", { exact: false }).first().waitFor();
  await screenshot(page, "privacy-desktop");
  expect(await axeViolations(frame)).toEqual([]);

  const downloading = page.waitForEvent("download");
  await frame.getByRole("button", { name: "Download report" }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toBe("customer-data-2026-11-13.json");
  const report = (await json(await download.createReadStream())) as {
    shop: string;
    customer: { email: string };
    found: Record<string, number>;
    tickets: { customerEmail: string; messages: { body: string }[] }[];
  };
  expect(report.shop).toBe(demo.shop);
  expect(report.found.Ticket).toBeGreaterThan(0);
  expect(report.tickets[0]!.customerEmail).toBe(report.customer.email);
  expect(report.tickets[0]!.messages.length).toBeGreaterThan(0);

  await frame.getByText("rows handed over").waitFor();
  await frame.getByRole("button", { name: "Download this report again" }).waitFor();
  expect(await openRequest()).toMatchObject({ status: "COMPLETED" });
  expect(demo.log()).not.toContain(report.customer.email);
  expect(problems).toEqual([]);
});

it("shouts when a request is overdue, and is told that it was answered", async () => {
  await reopen(-1);
  const { page, frame, problems } = await openPrivacy(PHONE);
  await frame.getByText("A privacy request is overdue").waitFor();
  await frame.getByText("Overdue", { exact: true }).waitFor();
  await screenshot(page, "privacy-overdue-phone");
  expect(await axeViolations(frame)).toEqual([]);
  expect(
    await frame.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
  ).toBe(0);

  await frame.getByRole("button", { name: "Mark as handed over" }).click();
  await page.getByText("Marked as handed over").waitFor();
  await frame.getByText("A privacy request is overdue").waitFor({ state: "detached" });
  await frame.getByText("marked as handed over").waitFor();
  await screenshot(page, "privacy-done-phone");
  expect(problems).toEqual([]);
});

it("says on the page, and not in passing, that a report is no more", async () => {
  const request = await reopen(27);
  const { frame } = await openPrivacy();
  await frame.getByRole("button", { name: "Download report" }).waitFor();
  await db.complianceRequest.update({ where: { id: request.id }, data: { subject: null } });
  await frame.getByRole("button", { name: "Download report" }).click();
  await frame.getByText("This customer's data has been erased, so there is no report any more.").waitFor();
});

it("says that nobody has asked yet", async () => {
  await db.complianceRequest.deleteMany({ where: { shopDomain: demo.shop } });
  const { page, frame, problems } = await openPrivacy();
  await frame.getByText("No privacy requests yet").waitFor();
  await screenshot(page, "privacy-empty");
  expect(await axeViolations(frame)).toEqual([]);
  expect(problems).toEqual([]);
});
