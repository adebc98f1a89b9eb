import type { Frame, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { adviceFor, classLabel } from "~/features/connections/advice";
import type { ErrorClass } from "~/features/connections/connection-error";
import { connectionUrl, PROVIDER_NAMES, type Provider } from "~/features/connections/provider";
import { GA4_PROPERTY, GSC_SITE, BING_SITE } from "../../dev/local-providers/desk";
import {
  appFrame,
  axeViolations,
  describedText,
  look as lookAt,
  PHONE,
  press,
  screenshot,
  useBrowser,
} from "./support/browser";
import { startDemo, type Demo } from "./support/demo";

const TALL = { width: 1280, height: 1700 };
const WRONG_BING_KEY = "0123456789abcdef0123456789abcdef";

let demo: Demo;
const tabs = useBrowser();
/** Every body that the app has sent to the browser */
let bodies: Promise<string>[] = [];

afterEach(() => void (bodies = []));

async function open(path: string, heading: string, viewport = TALL) {
  const { page, problems } = await tabs.open(viewport);
  page.on("response", (response) => {
    // A redirect has no body, and a page that was left takes its answers along.
    if (response.url().startsWith(demo.admin.tunnelOrigin)) bodies.push(response.text().catch(() => ""));
  });
  await page.goto(demo.url(path));
  return { page, problems, frame: await appFrame(page, heading) };
}

const openProvider = (provider: Provider, viewport?: typeof PHONE) =>
  open(connectionUrl(provider), PROVIDER_NAMES[provider], viewport);

function handed(provider: Provider, label: string): string {
  return demo.desk.handout(provider).find((one) => one.label === label)!.value;
}

const field = (frame: Frame, label: string) => frame.getByLabel(label, { exact: true });
/** Polaris draws its own circle over the radio button, as merchants know it. */
const choose = (frame: Frame, label: string) => frame.locator("label", { hasText: label }).click();
const tests = (frame: Frame) =>
  frame.getByRole("list", { name: "Tests, the newest first" }).getByRole("listitem");

/** The field's own error, by the way that a screen reader finds it. */
async function errorOf(frame: Frame, label: string): Promise<string> {
  const input = field(frame, label);
  await frame.waitForFunction(
    (node) => node?.getAttribute("aria-invalid") === "true",
    await input.elementHandle(),
  );
  return describedText(input);
}

const look = (page: Page, frame: Frame, name: string) => lookAt(page, frame, `connections-${name}`);

async function breaks(
  frame: Frame,
  provider: Provider,
  trouble: Parameters<Demo["desk"]["setTrouble"]>[1],
  errorClass: ErrorClass,
) {
  demo.desk.setTrouble(provider, trouble);
  await press(frame, "Test connection");
  const { title, body } = adviceFor(provider, errorClass);
  await frame.getByText(title).first().waitFor();
  await frame.getByText(body).waitFor();
  await tests(frame).first().getByText(classLabel(errorClass)).waitFor();
}

async function mends(page: Page, frame: Frame, provider: Provider) {
  demo.desk.setTrouble(provider, null);
  await press(frame, "Test connection");
  await page.getByText(/answered in \d+ ms/).waitFor();
  await tests(frame).first().getByText("Worked").waitFor();
}

/** What the app refuses on purpose is no problem of the page. */
function unexpected(problems: string[]): string[] {
  return problems.filter(
    (problem) =>
      !/^(400|409|422) \S+\/app\/settings\/connections\//.test(problem) &&
      !/^Failed to load resource: .* status of (400|409|422) /.test(problem),
  );
}

async function expectNoSecret(frame: Frame, secrets: string[]) {
  const seen = [...(await Promise.all(bodies)), await frame.content()];
  expect(seen.length).toBeGreaterThan(3);
  for (const secret of secrets) expect(seen.findIndex((text) => text.includes(secret))).toBe(-1);
}

/** A line from the middle of the key: however it is escaped, it is there. */
function lineOfKey(file: string): string {
  return (JSON.parse(file) as { private_key: string }).private_key.split("\n")[7]!;
}

describe("a store without connections", () => {
  beforeAll(async () => {
    demo = await startDemo({ seeded: false });
  });
  afterAll(() => demo?.stop());

  it("lists the four providers with their purpose", async () => {
    const { page, problems, frame } = await open("/app/settings/connections", "Connections");
    for (const name of Object.values(PROVIDER_NAMES))
      await frame.getByRole("heading", { name, exact: true }).waitFor();
    await look(page, frame, "none");
    await frame.getByRole("link", { name: "Connect Google Analytics 4" }).click();
    await frame.getByRole("heading", { level: 1, name: "Google Analytics 4" }).waitFor();
    expect(problems).toEqual([]);
  });

  it("connects Google Analytics with a service account, shows advice when it fails, and rotates its key", async () => {
    const { page, problems, frame } = await openProvider("GA4");
    await look(page, frame, "ga4-form");
    for (const [typed, sentence] of [
      ["0", /0 is no property/],
      ["G-1A2B3C4D", /G- is a measurement ID/],
    ] as const) {
      await field(frame, "Property ID").fill(typed);
      await field(frame, "Service account's JSON key").fill('{"type": "service_account", ');
      await press(frame, "Test and connect");
      await frame.getByText(sentence).first().waitFor();
      expect(await errorOf(frame, "Property ID")).toMatch(sentence);
      expect(await errorOf(frame, "Service account's JSON key")).toContain("This is no JSON file");
    }
    await look(page, frame, "ga4-errors");
    const key = handed("GA4", "Service account's JSON key");
    await field(frame, "Property ID").fill(GA4_PROPERTY);
    await field(frame, "Service account's JSON key").fill(key);
    await press(frame, "Test and connect");
    await page.getByText("Google Analytics 4 is connected").waitFor();
    await tests(frame).first().getByText("Worked").waitFor();
    await look(page, frame, "ga4-connected");

    await breaks(frame, "GA4", "unavailable", "PROVIDER_ERROR");
    await look(page, frame, "ga4-failing");
    await breaks(frame, "GA4", "disabled", "API_DISABLED");
    await breaks(frame, "GA4", "quota", "QUOTA_EXHAUSTED");
    await mends(page, frame, "GA4");
    expect(await tests(frame).count()).toBe(5);

    await frame.getByRole("link", { name: "Rotate secret" }).click();
    await field(frame, "Service account's JSON key").fill(key);
    await look(page, frame, "ga4-rotate");
    await press(frame, "Test and rotate");
    await frame.getByText("This is the secret that is stored already").waitFor();
    await look(page, frame, "ga4-rotate-same");
    demo.desk.renew("GA4");
    const next = handed("GA4", "Service account's JSON key");
    await field(frame, "Service account's JSON key").fill(next);
    await press(frame, "Test and rotate");
    await page.getByText("Google Analytics 4 has its new secret").waitFor();
    await field(frame, "Service account's JSON key").waitFor({ state: "detached" });
    await frame.getByText("Earlier", { exact: true }).waitFor();
    expect(unexpected(problems)).toEqual([]);
    await expectNoSecret(frame, [lineOfKey(key), lineOfKey(next)]);
  });

  it("connects Search Console with OAuth, lists its properties, and suggests the right one", async () => {
    const { page, problems, frame } = await openProvider("GSC");
    await choose(frame, "An OAuth client and a refresh token");
    await press(frame, "Find mine");
    await frame.getByText("Enter the OAuth client's ID").first().waitFor();
    expect(await errorOf(frame, "Client ID")).toContain(".apps.googleusercontent.com");
    const secrets = [handed("GSC", "Client secret"), handed("GSC", "Refresh token")];
    for (const label of ["Client ID", "Client secret", "Refresh token"])
      await field(frame, label).fill(handed("GSC", label));

    await field(frame, "Property").fill("fernhill.example.com");
    await press(frame, "Test and connect");
    await frame.getByText("Search Console has two kinds of property").first().waitFor();
    expect(await errorOf(frame, "Property")).toContain("sc-domain:fernhill.example.com");
    await look(page, frame, "gsc-errors");

    await field(frame, "Property").fill("https://www.fernhill.example.com/");
    await press(frame, "Test and connect");
    await frame.getByText(`Did you mean ${GSC_SITE}?`, { exact: true }).waitFor();
    expect(await frame.getByText(/^It said:/).textContent()).not.toContain("Did you mean");
    await look(page, frame, "gsc-did-you-mean");
    await frame.getByRole("button", { name: GSC_SITE }).click();
    expect(await field(frame, "Property").inputValue()).toBe(GSC_SITE);

    await field(frame, "Property").fill("");
    await press(frame, "Find mine");
    await choose(frame, GSC_SITE);
    await look(page, frame, "gsc-sites");
    await press(frame, "Test and connect");
    await page.getByText("Google Search Console is connected").waitFor();
    await tests(frame).first().getByText("Worked").waitFor();

    await breaks(frame, "GSC", "forbidden", "FORBIDDEN");
    await breaks(frame, "GSC", "html", "PROTOCOL_MISMATCH");
    await look(page, frame, "gsc-failing");
    await mends(page, frame, "GSC");
    // The grant is taken back; a new one is stored.
    demo.providers.google.revoke(handed("GSC", "Refresh token"));
    await press(frame, "Test connection");
    await frame.getByText(adviceFor("GSC", "AUTH_EXPIRED").body).waitFor();
    demo.desk.renew("GSC");
    await frame.getByRole("link", { name: "Replace" }).click();
    for (const label of ["Client ID", "Client secret", "Refresh token"])
      await field(frame, label).fill(handed("GSC", label));
    await look(page, frame, "gsc-replace");
    await press(frame, "Test and replace");
    await page.getByText("Google Search Console is replaced").waitFor();
    await field(frame, "Refresh token").waitFor({ state: "detached" });
    await tests(frame).first().getByText("Worked").waitFor();
    secrets.push(handed("GSC", "Client secret"), handed("GSC", "Refresh token"));
    expect(unexpected(problems)).toEqual([]);
    await expectNoSecret(frame, secrets);
  });

  it("stores no key that Bing refuses, connects with the right one, and deletes it on a disconnect", async () => {
    const { page, problems, frame } = await openProvider("BING");
    await field(frame, "API key").fill(WRONG_BING_KEY);
    await field(frame, "Site").fill("sc-domain:fernhill.example.com");
    await press(frame, "Test and connect");
    await frame.getByText("“sc-domain:” is Google's way").first().waitFor();
    expect(await errorOf(frame, "Site")).toContain("https://www.example.com/");
    await field(frame, "Site").fill(BING_SITE);
    await press(frame, "Test and connect");
    await frame.getByText(adviceFor("BING", "AUTH_INVALID").title).waitFor();
    await frame.getByText("store it here").waitFor();
    await frame.getByText("Nothing was stored.").waitFor();
    await look(page, frame, "bing-wrong-key");

    const key = handed("BING", "API key");
    await field(frame, "API key").fill(key);
    await press(frame, "Find mine");
    await frame.getByText("not verified in Bing").waitFor();
    await press(frame, "Test and connect");
    await page.getByText("Bing Webmaster Tools is connected").waitFor();
    await tests(frame).nth(1).getByText("Tested before storing").waitFor();

    await breaks(frame, "BING", "rate", "RATE_LIMITED");
    await breaks(frame, "BING", "cut", "NETWORK");
    await breaks(frame, "BING", "nonsense", "INVALID_RESPONSE");
    await look(page, frame, "bing-failing");
    await mends(page, frame, "BING");

    await press(frame, "Disconnect");
    await frame.getByRole("dialog").getByText("cannot be brought back").waitFor();
    await look(page, frame, "bing-disconnect");
    await frame.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    await frame.getByRole("dialog").waitFor({ state: "detached" });
    await press(frame, "Disconnect");
    await frame.getByRole("dialog").getByRole("button", { name: "Disconnect", exact: true }).click();
    await page.getByText("Bing Webmaster Tools is disconnected; its secret is deleted").waitFor();
    await field(frame, "API key").waitFor();
    await look(page, frame, "bing-disconnected");
    expect(unexpected(problems)).toEqual([]);
    await expectNoSecret(frame, [key, WRONG_BING_KEY]);
  });

  it("connects an MCP server with its token, and never sends the token to another server", async () => {
    const { page, problems, frame } = await openProvider("MCP");
    const token = handed("MCP", "Token");
    await field(frame, "Token").fill(token);
    for (const [typed, sentence] of [
      ["http://mcp.example.com/mcp", /https/],
      ["https://me:secret@mcp.example.com/mcp", /Leave the user name and password out/],
    ] as const) {
      await field(frame, "Server address").fill(typed);
      await press(frame, "Test and connect");
      await frame.getByText(sentence).first().waitFor();
      expect(await errorOf(frame, "Server address")).toMatch(sentence);
    }
    await look(page, frame, "mcp-errors");
    await field(frame, "Server address").fill(demo.providers.mcpUrl);
    await field(frame, "Tools that Backroom may call").fill("search_products\nlookup_order");
    await press(frame, "Test and connect");
    await page.getByText("MCP server is connected").waitFor();
    await tests(frame).first().getByText("Worked").waitFor();
    await look(page, frame, "mcp-connected");

    await breaks(frame, "MCP", "revoked", "AUTH_INVALID");
    await breaks(frame, "MCP", "unavailable", "PROVIDER_ERROR");
    await breaks(frame, "MCP", "html", "PROTOCOL_MISMATCH");
    await mends(page, frame, "MCP");

    await frame.getByRole("link", { name: "Replace" }).click();
    await field(frame, "Server address").fill(demo.providers.mcpUrl.replace("127.0.0.1", "localhost"));
    await press(frame, "Test and replace");
    await frame.getByText("This is another server than before").first().waitFor();
    expect(await errorOf(frame, "Token")).toContain("the stored one is not sent there");
    await look(page, frame, "mcp-elsewhere");
    await field(frame, "Token").fill(token);
    await press(frame, "Test and replace");
    await page.getByText("MCP server is replaced").waitFor();
    await field(frame, "Token").waitFor({ state: "detached" });
    expect(unexpected(problems)).toEqual([]);
    await expectNoSecret(frame, [token]);
  });

  it("reports a timeout for a provider that never answers", async () => {
    const { page, problems, frame } = await openProvider("GSC", PHONE);
    demo.desk.setTrouble("GSC", "hang");
    await press(frame, "Test connection");
    await frame.getByText(adviceFor("GSC", "TIMEOUT").title).waitFor({ timeout: 15_000 });
    await look(page, frame, "gsc-timeout-phone");
    demo.desk.setTrouble("GSC", null);
    expect(problems).toEqual([]);
  });

  it("shows every connection form on a phone without scrolling sideways", async () => {
    for (const [provider, form] of [
      ["GA4", "replace"],
      ["GSC", "rotate"],
      ["BING", undefined],
      ["MCP", "replace"],
    ] as const) {
      const { page, problems, frame } = await open(connectionUrl(provider, form), PROVIDER_NAMES[provider], {
        width: 390,
        height: 1600,
      });
      await look(page, frame, `${provider.toLowerCase()}-phone`);
      expect(problems).toEqual([]);
    }
  });
});

describe("the seeded store", () => {
  beforeAll(async () => {
    demo = await startDemo();
  });
  afterAll(() => demo?.stop());

  it.each([
    ["desktop", TALL],
    ["phone", { width: 390, height: 2600 }],
  ])(
    "lists its connections on a %s with a failure, a rotation that is due, and success rates",
    async (name, size) => {
      const { page, problems, frame } = await open("/app/settings/connections", "Connections", size);
      await frame.getByText("A secret is due for rotation").waitFor();
      await frame.getByText(adviceFor("BING", "AUTH_INVALID").body).waitFor();
      expect(await frame.getByText(/worked [\d.]+% of the time/).count()).toBe(4);
      expect(await frame.getByText(/\(p50\), \d+ ms \(p95\)/).count()).toBe(4);
      await look(page, frame, `seeded-${name}`);
      expect(problems).toEqual([]);
    },
  );

  it("tests working connections from the list", async () => {
    const { page, problems, frame } = await open("/app/settings/connections", "Connections");
    for (const name of ["Google Analytics 4", "Google Search Console"]) {
      await frame.getByRole("button", { name: `Test connection to ${name}` }).click();
      await page.getByText(`${name} answered in`).waitFor();
    }
    expect(problems).toEqual([]);
  });

  it("shows that Bing refuses its key, and works again with a new key", async () => {
    const { page, problems, frame } = await openProvider("BING");
    await look(page, frame, "seeded-bing");
    await press(frame, "Test connection");
    await tests(frame).first().getByText("Tested by hand").waitFor();
    await tests(frame).first().getByText("Credential refused").waitFor();
    await frame.getByRole("link", { name: "Replace" }).click();
    const key = handed("BING", "API key");
    await field(frame, "API key").fill(key);
    await press(frame, "Test and replace");
    await page.getByText("Bing Webmaster Tools is replaced").waitFor();
    await field(frame, "API key").waitFor({ state: "detached" });
    await frame.getByText("Working", { exact: true }).waitFor();
    expect(unexpected(problems)).toEqual([]);
    await expectNoSecret(frame, [key]);
  });

  it("shows the health of its connections on the overview", async () => {
    const { page, problems, frame } = await open("/app", "Overview", { width: 1280, height: 2200 });
    const list = frame.getByRole("list", { name: "Health of each connection" });
    expect(await list.getByRole("listitem").count()).toBe(4);
    await frame.getByText("Secrets to rotate").waitFor();
    await look(page, frame, "overview");
    expect(problems).toEqual([]);
  });

  it.each([
    ["desktop", { width: 1280, height: 1700 }],
    ["phone", { width: 390, height: 2600 }],
  ])("has credentials of its providers on a page of the local admin, on a %s", async (name, size) => {
    const { page, problems } = await tabs.open(size);
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.goto(demo.url("/app"));
    await page.goto(new URL("../../providers", demo.url("/app")).href);
    await page.getByRole("button", { name: "Copy API key of Bing Webmaster Tools" }).click();
    await page.getByText("API key of Bing Webmaster Tools copied").waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(handed("BING", "API key"));
    await page.getByLabel("What MCP server does").selectOption({ label: "It answers 503" });
    await page.getByRole("button", { name: "Apply to MCP server" }).click();
    await page.locator("#mcp .state").getByText("Fails").waitFor();
    await screenshot(page, `connections-providers-${name}`);
    expect(await axeViolations(page)).toEqual([]);
    expect(
      await page.evaluate(() => {
        const main = document.querySelector("main")!;
        return main.scrollWidth - main.clientWidth;
      }),
    ).toBe(0);
    demo.desk.setTrouble("MCP", null);
    expect(problems).toEqual([]);
  });
});
