import type { Browser, Frame, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { connectDatabase, type Db } from "~/platform/db/client.server";
import {
  appFrame,
  axeViolations,
  DESKTOP,
  launch,
  PHONE,
  screenshot,
  settled,
  visit,
  type Visit,
} from "./support/browser";
import { SEED_NOW } from "../../prisma/seed/instant";
import { startDemo, type Demo } from "./support/demo";

const TALL = { width: 1280, height: 2600 };

let demo: Demo;
let db: Db;
let browser: Browser;
let open: Visit | undefined;

beforeAll(async () => {
  // Postgres, because this test looks into the database while the app writes it.
  [demo, browser] = await Promise.all([startDemo({ engine: "postgres" }), launch()]);
  db = await connectDatabase(demo.databaseUrl);
});
afterEach(() => open?.close());
afterAll(async () => {
  await browser?.close();
  await db?.$disconnect();
  await demo?.stop();
});

async function show(path: string, heading: string, viewport = TALL) {
  open = await visit(browser, viewport);
  await open.page.goto(demo.url(path));
  return { ...open, frame: await appFrame(open.page, heading) };
}

const press = (frame: Frame, name: string) => frame.getByRole("button", { name, exact: true }).click();
const deliveries = (frame: Frame) =>
  frame.getByRole("list", { name: "Deliveries, the newest first" }).getByRole("listitem");
const topics = (frame: Frame) => frame.getByRole("list", { name: "Topics", exact: true });
const dialog = (frame: Frame) => frame.getByRole("dialog");

/** Nothing to complain about by eye, by axe, or by the width of the page. */
async function look(page: Page, frame: Frame, name: string) {
  await settled(frame);
  await screenshot(page, `webhooks-${name}`);
  expect(await axeViolations(frame)).toEqual([]);
  expect(
    await frame.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
  ).toBe(0);
}

describe.each([
  { name: "desktop", viewport: TALL },
  { name: "phone", viewport: { ...PHONE, height: 3200 } },
])("on a $name", ({ name, viewport }) => {
  it("shows the inbox, what fails with its error, and every topic", async () => {
    const { page, frame, problems } = await show("/app/webhooks", "Webhooks", viewport);
    await frame.getByText("Given up, waits for you").waitFor();
    await topics(frame).getByText("orders/create").waitFor();
    await look(page, frame, name);
    expect(problems).toEqual([]);
  });

  it("shows one delivery with its payload masked", async () => {
    const { id, webhookId } = await db.webhookEvent.findFirstOrThrow({
      where: { shopDomain: demo.shop, topic: "orders/create", status: "DEAD" },
    });
    const customer = { id: 7, first_name: "Theodora", last_name: "Quillfeather", email: "theo@quill.test" };
    const payload = { id: 1001, name: "#1001", email: customer.email, total_price: "42.00", customer };
    await db.webhookEvent.update({ where: { id }, data: { payload } });
    const { page, frame, problems } = await show(`/app/webhooks/${webhookId}`, "orders/create", viewport);
    await frame.getByText("Given up after 8 attempts").waitFor();
    const shown = (await frame.getByRole("region", { name: "Payload" }).textContent()) ?? "";
    for (const kept of ["#1001", "42.00", "•••"]) expect(shown).toContain(kept);
    const html = await frame.content();
    for (const personal of ["Theodora", "Quillfeather", "quill.test"]) expect(html).not.toContain(personal);
    await look(page, frame, `delivery-${name}`);
    expect(problems).toEqual([]);
  });
});

it("tells what a replay of the given up would do, does it, and says who did", async () => {
  const dead = await db.webhookEvent.count({ where: { shopDomain: demo.shop, status: "DEAD" } });
  const { page, frame, problems } = await show("/app/webhooks", "Webhooks");
  const opener = frame.getByRole("button", { name: "Replay all given up…" });
  await opener.focus();
  await page.keyboard.press("Enter");
  await dialog(frame).getByText(`${dead} deliveries, the oldest from`).waitFor();
  await look(page, frame, "replay-dialog");
  expect(await db.webhookEvent.count({ where: { shopDomain: demo.shop, status: "DEAD" } })).toBe(dead);

  await page.keyboard.press("Escape");
  await dialog(frame).waitFor({ state: "detached" });
  await expect.poll(() => opener.evaluate((button) => button === document.activeElement)).toBe(true);

  await page.keyboard.press("Enter");
  await press(frame, `Replay ${dead} deliveries`);
  await page.getByText(`${dead} deliveries will run again`).waitFor();
  await frame
    .getByRole("list", { name: "Last replays, the newest first" })
    .getByText("By you")
    .first()
    .waitFor();
  const replayed = await db.webhookEvent.findMany({ where: { replayedAt: { not: null } } });
  expect(replayed).toHaveLength(dead);
  expect(new Set(replayed.map(({ replayedBy }) => replayedBy))).toEqual(
    new Set([expect.stringMatching(/^gid:\/\/shopify\/StaffMember\//)]),
  );
  expect(problems).toEqual([]);
});

it("filters by state and topic, and dismisses what the filter shows", async () => {
  // Of a topic of their own, and not due while this lasts: the worker of the app is at the others.
  const failing = { topic: "carts/update", shopDomain: demo.shop, payload: {}, status: "FAILED" as const };
  const nextAttemptAt = new Date(Date.now() + 3_600_000);
  for (const webhookId of ["failing-1", "failing-2"])
    await db.webhookEvent.create({
      data: { ...failing, webhookId, attempts: 3, lastError: "boom", nextAttemptAt, receivedAt: SEED_NOW },
    });
  const { page, frame, problems } = await show("/app/webhooks?status=FAILED&topic=carts/update", "Webhooks");
  await expect.poll(() => deliveries(frame).count()).toBe(2);
  await frame
    .getByText(/^boom · Tried again in/)
    .first()
    .waitFor();
  await press(frame, "Dismiss these…");
  await dialog(frame).getByText("2 deliveries, the oldest from").waitFor();
  await look(page, frame, "dismiss-dialog");
  await press(frame, "Dismiss 2 deliveries");
  await page.getByText("2 deliveries dismissed").waitFor();
  await frame.getByText("No delivery matches").waitFor();
  await look(page, frame, "none-left");
  const dismissed = await db.webhookEvent.findMany({ where: { lastError: { startsWith: "Dismissed by" } } });
  expect(dismissed.map(({ webhookId }) => webhookId).sort()).toEqual(["failing-1", "failing-2"]);

  const { webhookId } = dismissed[0]!;
  await page.goto(demo.url(`/app/webhooks/${webhookId}`));
  const detail = await appFrame(page);
  await detail.getByText(/^Dismissed by you: /).waitFor();
  expect(problems).toEqual([]);
});

it("searches by webhook id, says when nothing matches, and clears", async () => {
  const { webhookId } = await db.webhookEvent.findFirstOrThrow({
    where: { shopDomain: demo.shop, status: "SUCCEEDED" },
  });
  const { page, frame, problems } = await show("/app/webhooks", "Webhooks", DESKTOP);
  await frame.getByRole("button", { name: /search and filter/i }).click();
  await frame.getByPlaceholder("Search by webhook id").fill("none-like-it");
  await frame.getByText("No delivery matches").waitFor();
  await look(page, frame, "no-match");
  await frame.getByPlaceholder("Search by webhook id").fill(webhookId);
  await expect.poll(() => deliveries(frame).count()).toBe(1);
  await deliveries(frame).first().getByRole("link").click();
  await frame.getByText(webhookId).first().waitFor();
  expect(problems).toEqual([]);
});

it("turns to older deliveries and back", async () => {
  const { frame, problems } = await show("/app/webhooks", "Webhooks");
  const links = () =>
    deliveries(frame)
      .getByRole("link")
      .evaluateAll((all) => all.map((link) => link.getAttribute("href")));
  const firstPage = await links();
  expect(firstPage).toHaveLength(25);
  await press(frame, "Next");
  await frame.locator(`a[href="${firstPage[0]}"]`).waitFor({ state: "detached" });
  await press(frame, "Previous");
  await expect.poll(links).toEqual(firstPage);
  expect(problems).toEqual([]);
});

it("finds at Shopify what is stale, comes twice or is not expected, and repairs it once it was told to", async () => {
  const { subscriptions } = demo.admin.state(demo.shop);
  const now = new Date("2026-11-01T00:00:00Z");
  const door = `${demo.admin.tunnelOrigin}/webhooks`;
  subscriptions.create("ORDERS_CREATE", { uri: door }, now);
  subscriptions.create("PRODUCTS_UPDATE", { uri: "https://backroom-old.example.com/webhooks" }, now);
  subscriptions.create("THEMES_PUBLISH", { uri: door }, now);
  const { page, frame, problems } = await show("/app/webhooks", "Webhooks");
  await press(frame, "Check with Shopify");
  await frame.getByText("To repair: 1 stale, 1 duplicate, 1 unexpected.").waitFor();
  await topics(frame).getByText("Comes twice", { exact: true }).waitFor();
  await look(page, frame, "audit");

  await press(frame, "Repair…");
  await dialog(frame).getByText("This will be changed at Shopify").waitFor();
  await look(page, frame, "repair-dialog");
  expect(subscriptions.all).toHaveLength(3);
  await press(frame, "Make 3 changes");
  await page.getByText("Subscriptions repaired").waitFor();
  await frame.getByText("Everything is in place.").waitFor();
  expect(subscriptions.all).toEqual([]);
  const row = await db.webhookRegistry.findFirstOrThrow({
    where: { shopDomain: demo.shop, topicKey: "PRODUCTS_UPDATE" },
  });
  expect(row).toMatchObject({ operation: "REMOVE", handshakeResult: "SUCCESS" });
  await look(page, frame, "repaired");
  expect(problems).toEqual([]);
});

it("sends a test by the public address, and says how it went", async () => {
  const { page, frame } = await show("/app/webhooks", "Webhooks", DESKTOP);
  await press(frame, "Send a test…");
  await look(page, frame, "test-dialog");
  await frame.getByLabel("Topic", { exact: true }).selectOption("products/update");
  await press(frame, "Send test");
  const sent = dialog(frame).getByText(
    new RegExp(`^Signed, and sent on .* to ${demo.admin.tunnelOrigin}/webhooks$`),
  );
  await sent.waitFor();
  await dialog(frame)
    .getByText(/^Answered 200 after \d+ ms$/)
    .waitFor();
  await dialog(frame)
    .getByText(/^Processed, nothing to do after \d+ ms/)
    .waitFor();
  await look(page, frame, "test-sent");
});

it("shows a phone every dialog without scrolling sideways", async () => {
  const { page, frame, problems } = await show("/app/webhooks", "Webhooks", PHONE);
  await press(frame, "Repair…");
  await dialog(frame).getByText("Nothing has to be changed at Shopify").waitFor();
  await look(page, frame, "repair-phone");
  await press(frame, "Cancel");
  expect(problems).toEqual([]);
});
