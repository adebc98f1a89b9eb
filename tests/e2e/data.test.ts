import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { DAY_MS } from "~/platform/clock";
import { connectDatabase, type Db } from "~/platform/db/client.server";
import { databaseNow } from "~/platform/db/clock.server";
import { SEED_NOW } from "../../prisma/seed/instant";
import { appFrame, axeViolations, DESKTOP, look, PHONE, screenshot, useBrowser } from "./support/browser";
import { startDemo, type Demo } from "./support/demo";

let demo: Demo;
let db: Db;
beforeAll(async () => {
  demo = await startDemo();
  db = await connectDatabase(demo.databaseUrl);
});
/** What is due depends on the day on which the tests run; here it is what each test puts in. */
beforeEach(async () => {
  await db.kpiCache.deleteMany();
  await db.connectionEvent.deleteMany();
  await db.webhookEvent.deleteMany();
  await db.aiDraft.deleteMany();
  await db.retentionRun.deleteMany();
});
afterAll(async () => {
  await db?.$disconnect();
  await demo?.stop();
});
const tabs = useBrowser();

const TALL = { ...DESKTOP, height: 1900 };

async function openData(viewport = TALL) {
  const tab = await tabs.open(viewport);
  await tab.page.goto(demo.url("/app/settings/data"));
  return { ...tab, frame: await appFrame(tab.page, "Data and retention") };
}

const run = (daysBefore: number, values: object = {}) => {
  const startedAt = new Date(SEED_NOW.getTime() - daysBefore * DAY_MS);
  const finishedAt = new Date(startedAt.getTime() + 4_200);
  return db.retentionRun.create({
    data: { startedAt, finishedAt, outcome: "COMPLETE", policies: [], ...values },
  });
};
const webhook = (id: string, shopDomain: string, values: object) =>
  db.webhookEvent.create({
    data: {
      webhookId: id,
      topic: "orders/create",
      shopDomain,
      payload: {},
      receivedAt: new Date(0),
      ...values,
    },
  });

it("the data page is linked from the settings", async () => {
  const { page, problems } = await tabs.open();
  await page.goto(demo.url("/app/settings"));
  const frame = await appFrame(page, "Settings");
  await frame.getByRole("link", { name: "Data and retention" }).click();
  await frame.getByRole("heading", { level: 1, name: "Data and retention" }).waitFor();
  expect(problems).toEqual([]);
});

it("the data page shows the retention periods, what the next sweep deletes, and the last sweeps", async () => {
  const now = await databaseNow(db);
  const past = new Date(now.getTime() - 15 * DAY_MS);
  for (const id of ["a", "b", "c"])
    await webhook(id, demo.shop, { status: "SUCCEEDED", receivedAt: past, processedAt: past });
  await webhook("fresh", demo.shop, { status: "SUCCEEDED", receivedAt: now, processedAt: now });
  await webhook("dead", demo.shop, { status: "DEAD" });
  await webhook("stranger", "somebody-else.myshopify.com", { status: "SKIPPED", processedAt: past });
  for (let day = 1; day <= 4; day++) await run(day, day === 3 ? { outcome: "FAILED" } : {});

  const { page, frame, problems } = await openData();
  const due = frame.getByRole("list", { name: "What the next sweep would delete" });
  const line = due.getByRole("listitem").filter({ hasText: "Webhooks" });
  await line.getByText("3 to delete").waitFor();
  await line.getByText("1 older one stays: waiting for a replay or a dismissal").waitFor();
  const rules = frame.getByRole("list", { name: "How long data is kept" });
  expect(await rules.getByRole("listitem").count()).toBe(9);
  await rules.getByText("Kept, archived or not: no sweep deletes them.").first().waitFor();
  const sweeps = frame.getByRole("list", { name: "Last sweeps, the newest first" }).getByRole("listitem");
  expect(await sweeps.first().innerText()).toContain("Took 4 seconds");
  expect(await sweeps.allInnerTexts()).toHaveLength(4);
  await frame.getByText("Failed in part").waitFor();
  await frame.getByRole("heading", { name: "Secrets to rotate" }).waitFor();
  await screenshot(page, "data-desktop");
  expect(await axeViolations(frame)).toEqual([]);

  await line.getByRole("link").click();
  await frame.getByRole("heading", { level: 1, name: "Webhooks" }).waitFor();
  expect(problems).toEqual([]);
});

it("the data page warns that the last sweep was incomplete, on a phone without scrolling sideways", async () => {
  await run(1, { outcome: "INCOMPLETE", backlog: 1_240 });
  await run(2);
  await db.retentionRun.create({ data: { startedAt: new Date(), policies: [] } });
  await webhook("dead", demo.shop, { status: "DEAD" });
  const { page, frame, problems } = await openData({ ...PHONE, height: 3_000 });
  await frame.getByText("The last sweep did not get to its end").waitFor();
  await frame.getByText("Ended early").waitFor();
  await frame.getByText("Running", { exact: true }).waitFor();
  expect(await frame.locator("body").innerText()).not.toContain("1,240");
  await look(page, frame, "data-incomplete-phone");
  expect(problems).toEqual([]);
});

it("the data page warns that a part of the last sweep failed", async () => {
  await run(1, { outcome: "FAILED" });
  const { frame } = await openData();
  await frame.getByText("A part of the last sweep failed").waitFor();
});

it("the data page warns of a last sweep three days ago, and of one that never finished", async () => {
  await run(3);
  const { frame } = await openData();
  await frame.getByText("The last sweep was 3 days ago").waitFor();
  const silent = new Date(Date.now() - DAY_MS);
  await run(0, { outcome: "RUNNING", finishedAt: null, updatedAt: silent });
  const again = await openData();
  await again.frame.getByText("Not finished").waitFor();
  await again.frame.getByText("The last sweep did not get to its end").waitFor();
});

it("the data page says that nothing is due and that no sweep has run yet", async () => {
  const { page, frame, problems } = await openData();
  await frame.getByText("Nothing of your store has passed its time.").waitFor();
  await frame.getByText("No sweep has run yet").waitFor();
  await screenshot(page, "data-empty");
  expect(await axeViolations(frame)).toEqual([]);
  expect(problems).toEqual([]);
});
