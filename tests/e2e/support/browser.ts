/** A browser that watches for what must not happen: console errors, failed requests, accessibility violations. */
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import {
  chromium,
  type Browser,
  type BrowserContext,
  type Frame,
  type Locator,
  type Page,
} from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, inject } from "vitest";
import { USER_AGENT } from "../../support/user-agent";

const PATIENCE_MS = 10_000;
const SCREENSHOTS = "test-results/screenshots";
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"];
export const ALL_RULES = [...WCAG, "wcag22aa", "best-practice"];

export const DESKTOP = { width: 1280, height: 900 };
export const PHONE = { width: 390, height: 844 };

/** The run's browser; closing it closes its pages and their cache. */
export function launch(): Promise<Browser> {
  return chromium.connect(inject("chromium"));
}

/** A browser for one file of tests. The tabs that `open` makes are closed after each test. */
export function useBrowser() {
  let browser: Browser;
  const tabs: Visit[] = [];
  beforeAll(async () => void (browser = await launch()));
  afterEach(async () => {
    for (const tab of tabs.splice(0)) await tab.close();
  });
  afterAll(() => browser?.close());
  return {
    open: async (viewport = DESKTOP): Promise<Visit> => {
      const tab = await visit(await contextOf(browser), viewport);
      tabs.push(tab);
      return tab;
    },
    /** With an empty cache, and with scripts and fonts that come after the first paint. */
    openCold: async (viewport = DESKTOP): Promise<Visit> => {
      const context = await coldContext(browser);
      const tab = await visit(context, viewport);
      tabs.push({ ...tab, close: () => context.close() });
      return tab;
    },
  };
}

export type Visit = { page: Page; problems: string[]; close: () => Promise<void> };

/** Of each browser one: what a page has loaded the next one finds in its cache, compiled. */
const contexts = new WeakMap<Browser, Promise<BrowserContext>>();

function contextOf(browser: Browser): Promise<BrowserContext> {
  const context = contexts.get(browser) ?? newContext(browser);
  contexts.set(browser, context);
  return context;
}

async function newContext(browser: Browser): Promise<BrowserContext> {
  const context = await browser.newContext(PERSON);
  await context.addInitScript(() => {
    const seen: PerformanceEntry[] = [];
    const observer = new PerformanceObserver((list) => void seen.push(...list.getEntries()));
    observer.observe({ type: "layout-shift", buffered: true });
    Object.assign(window, { layoutShifts: () => [...seen, ...observer.takeRecords()] });
  });
  return context;
}

const PERSON = {
  userAgent: USER_AGENT,
  locale: "en-US",
  // Not the shop's: what the page shows must not depend on where the merchant sits.
  timezoneId: "Asia/Tokyo",
};

const LATE_MS = { script: 250, font: 400 };

async function coldContext(browser: Browser): Promise<BrowserContext> {
  const context = await newContext(browser);
  await context.route(/\/build\/.+\.(js|woff2)$/, async (route) => {
    const late = route.request().url().endsWith("js") ? LATE_MS.script : LATE_MS.font;
    await new Promise((resolve) => setTimeout(resolve, late));
    await route.continue();
  });
  return context;
}

/** A fresh tab; `problems` collects what the console and the network complained about. */
async function visit(context: BrowserContext, viewport: typeof DESKTOP): Promise<Visit> {
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  await page.setViewportSize(viewport);
  const problems: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("requestfailed", (request) => {
    // A navigation that overtakes another aborts it.
    if (request.failure()?.errorText !== "net::ERR_ABORTED")
      problems.push(`${request.failure()?.errorText} ${request.url()}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400) problems.push(`${response.status()} ${response.url()}`);
  });
  return { page, problems, close: () => page.close() };
}

/** The app's frame once it is hydrated and shows `heading`. */
export async function appFrame(page: Page, heading?: string): Promise<Frame> {
  const element = await page.waitForSelector("iframe");
  const frame = await element.contentFrame();
  if (!frame) throw new Error("The admin's iframe holds no document.");
  const title = frame.getByRole("heading", { level: 1, ...(heading ? { name: heading } : {}) });
  await title.first().waitFor();
  await frame.waitForFunction(() => document.readyState === "complete");
  // React has taken over what the server drew: from now on a click or a key does something.
  await frame.waitForFunction(() =>
    Object.keys(document.querySelector("h1") ?? {}).some((key) => key.startsWith("__reactFiber")),
  );
  // Effects, in which listeners are attached, run after the first paint.
  await frame.evaluate(() => new Promise<void>((resolve) => requestIdleCallback(() => resolve())));
  return frame;
}

export function press(frame: Frame, name: string): Promise<void> {
  return frame.getByRole("button", { name, exact: true }).click();
}

/** The text that a screen reader adds to a field, its error for one. */
export function describedText(field: Locator): Promise<string> {
  return field.evaluate((node) =>
    (node.getAttribute("aria-describedby") ?? "")
      .split(" ")
      .map((id) => document.getElementById(id)?.textContent ?? "")
      .join(" "),
  );
}

/** How many pixels the document is wider than its window. */
export function overflow(target: Page | Frame): Promise<number> {
  return target.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/**
 * What moved by itself so far, as Chromium's Cumulative Layout Shift; the fonts have come by then. 0 is a page that stands still.
 */
export async function layoutShift(frame: Frame): Promise<number> {
  return frame.evaluate(async () => {
    await document.fonts.ready;
    for (let i = 0; i < 3; i++) await new Promise((resolve) => requestAnimationFrame(resolve));
    type Shift = PerformanceEntry & { value: number; hadRecentInput: boolean };
    const { layoutShifts } = window as unknown as { layoutShifts: () => Shift[] };
    return layoutShifts()
      .filter(({ hadRecentInput }) => !hadRecentInput)
      .reduce((sum, { value }) => sum + value, 0);
  });
}

/** Takes a screenshot, and expects no violation of the accessibility rules and no sideways scrolling. */
export async function look(page: Page, frame: Frame, name: string) {
  await settled(frame);
  await screenshot(page, name);
  expect(await axeViolations(frame)).toEqual([]);
  expect(await overflow(frame)).toBe(0);
}

/** Every violation in one line each: the rule, and where. */
export async function axeViolations(target: Page | Frame, rules = WCAG): Promise<string[]> {
  await settled(target);
  await target.evaluate(AXE);
  return target.evaluate(async (runOnly) => {
    type Axe = { run: (context: object, options: object) => Promise<{ violations: AxeViolation[] }> };
    type AxeViolation = { id: string; nodes: { html: string; failureSummary: string }[] };
    const { axe } = window as unknown as { axe: Axe };
    // A frame is looked at by itself, and from outside as one element.
    const { violations } = await axe.run(
      { exclude: [["iframe"]] },
      // Experimental, so in no set of rules: who says what a button shows must find it.
      { runOnly, rules: { "label-content-name-mismatch": { enabled: true } }, iframes: false },
    );
    return violations.map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map((n) => `${n.html.slice(0, 160)} (${n.failureSummary})`).join(" | ")}`,
    );
  }, rules);
}

/**
 * Nothing fades or slides any more: a dialog on its way in has no contrast yet. A circle that turns without an end, as Polaris
 * keeps one out of sight, is not waited for; two seconds are enough for anything that ends.
 */
export async function settled(target: Page | Frame) {
  await target.evaluate(async () => {
    const isUnderWay = ({ playState, effect }: Animation) =>
      playState === "running" && effect?.getComputedTiming().endTime !== Infinity;
    const end = performance.now() + 2_000;
    // A transition begins in the frame after the one in which its class was set.
    for (let quiet = 0; quiet < 3 && performance.now() < end; quiet++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (document.getAnimations().some(isUnderWay)) quiet = -1;
    }
  });
}

export async function screenshot(page: Page, name: string) {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: `${SCREENSHOTS}/${name}.png` });
}
