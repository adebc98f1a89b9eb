import { DemoError } from "./terminal.mjs";

/** Shopify's library answers robots with 410, and takes everything that is not a browser for one. */
const BROWSER = {
  "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/150 Safari/537.36",
  Accept: "text/html",
};

/**
 * Opens the admin's page and the app's page in its frame, as a browser would.
 * @throws {DemoError} when either is not there, or the app's page is not the authenticated one
 */
export async function checkPages(url) {
  const adminPage = await (await fetch(url)).text();
  const frame = /<iframe[^>]*\ssrc="([^"]+)"/.exec(adminPage)?.[1]?.replaceAll("&#38;", "&");
  if (!frame) throw new DemoError(`The page at ${url} has no frame with the app.`);
  const response = await fetch(frame, { headers: BROWSER, redirect: "manual" });
  const html = await response.text();
  const origin = new URL(url).origin;
  if (response.status !== 200 || !html.includes(`${origin}/app-bridge.js`))
    throw new DemoError(
      `The app's page answered ${response.status}, not the authenticated page:\n${html.slice(0, 500)}`,
    );
}
