import { json } from "node:stream/consumers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { DAY_MS } from "~/platform/clock";
import { connectDatabase, type Db } from "~/platform/db/client.server";
import { SEED_NOW } from "../../prisma/seed/instant";
import { appFrame, axeViolations, DESKTOP, look, PHONE, screenshot, useBrowser } from "./support/browser";
import { startDemo, type Demo } from "./support/demo";

let demo: Demo;
let db: Db;
beforeAll(async () => {
  demo = await startDemo();
  db = await connectDatabase(demo.databaseUrl);
});
afterAll(async () => {
  await db?.$disconnect();
  await demo?.stop();
});
const tabs = useBrowser();

async function openPrivacy(viewport = DESKTOP) {
  const tab = await tabs.open(viewport);
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
      ...{ downloadedAt: null, downloadedBy: null, sentAt: null, sentBy: null },
      dueAt: new Date(SEED_NOW.getTime() + days * DAY_MS),
    },
  });

it("the privacy page is linked from the settings", async () => {
  const { page, problems } = await tabs.open();
  await page.goto(demo.url("/app/settings"));
  const frame = await appFrame(page, "Settings");
  await frame.getByRole("link", { name: "Privacy requests" }).click();
  await frame.getByRole("heading", { level: 1, name: "Privacy requests" }).waitFor();
  expect(problems).toEqual([]);
});

it("the privacy page downloads a customer's report, and completes the request once it is marked as sent", async () => {
  await reopen(27);
  const { page, frame, problems } = await openPrivacy();
  await frame.getByText("Due in", { exact: false }).first().waitFor();
  await frame.getByText("Customer: ", { exact: false }).waitFor();
  await screenshot(page, "privacy-desktop");
  expect(await axeViolations(frame)).toEqual([]);

  const downloading = page.waitForEvent("download");
  await frame.getByRole("button", { name: "Download as JSON" }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toBe("customer-data-2026-11-13.json");
  const report = (await json(await download.createReadStream())) as {
    shop: string;
    customer: { email: string };
    found: Record<string, number>;
    conversations: { customerEmail: string; messages: { text: string }[] }[];
  };
  expect(report.shop).toBe(demo.shop);
  expect(report.found.Ticket).toBeGreaterThan(0);
  expect(report.conversations[0]!.customerEmail).toBe(report.customer.email);
  expect(report.conversations[0]!.messages.length).toBeGreaterThan(0);
  await frame.getByText("not marked as sent yet", { exact: false }).waitFor();
  expect(await openRequest()).toMatchObject({ status: "RECEIVED", sentAt: null });

  await frame.getByRole("button", { name: "Mark as sent: " }).click();
  await frame.getByRole("dialog").getByRole("button", { name: "Mark as sent", exact: true }).click();
  await page.getByText("Recorded as sent").waitFor();
  await frame.getByRole("button", { name: "Not sent after all: " }).waitFor();
  expect(await openRequest()).toMatchObject({ status: "COMPLETED" });
  expect(demo.log()).not.toContain(report.customer.email);
  expect(problems).toEqual([]);
});

it("the privacy page warns of an overdue request until it is marked as sent", async () => {
  await reopen(-1);
  const { page, frame, problems } = await openPrivacy(PHONE);
  await frame.getByText("A privacy request is overdue").waitFor();
  await frame.getByText("Overdue", { exact: true }).waitFor();
  await look(page, frame, "privacy-overdue-phone");

  await frame.getByRole("button", { name: "Mark as sent: " }).click();
  await frame.getByRole("dialog").getByRole("button", { name: "Mark as sent", exact: true }).click();
  await page.getByText("Recorded as sent").waitFor();
  await frame.getByText("A privacy request is overdue").waitFor({ state: "detached" });
  await frame.getByText("sent to the customer", { exact: false }).first().waitFor();
  await screenshot(page, "privacy-done-phone");
  expect(problems).toEqual([]);
});

it("the privacy page says when a report no longer exists because the customer was erased", async () => {
  const request = await reopen(27);
  const { frame } = await openPrivacy();
  await frame.getByRole("button", { name: "Download report" }).waitFor();
  await db.complianceRequest.update({ where: { id: request.id }, data: { subject: null } });
  await frame.getByRole("button", { name: "Download report" }).click();
  await frame
    .getByText("This customer's data has been erased, so there is no report any more.", { exact: false })
    .waitFor();
});

it("the privacy page says that there are no requests yet", async () => {
  await db.complianceRequest.deleteMany({ where: { shopDomain: demo.shop } });
  const { page, frame, problems } = await openPrivacy();
  await frame.getByText("No privacy requests yet").waitFor();
  await screenshot(page, "privacy-empty");
  expect(await axeViolations(frame)).toEqual([]);
  expect(problems).toEqual([]);
});
