/** Where each credential is found, in steps. */
import type { Provider } from "./provider";

const AFTERWARDS = "Once the new one is stored here, revoke the old one there.";

const SERVICE_ACCOUNT =
  "In the Google Cloud console open IAM & Admin › Service accounts, choose or make one, and under Keys add a JSON key. The file is downloaded.";

const CONNECT: Record<Provider, string[]> = {
  GA4: [
    "In the Google Cloud console enable the “Google Analytics Data API”.",
    SERVICE_ACCOUNT,
    "In Google Analytics under Admin › Property access management, add the account's e-mail address as a Viewer.",
  ],
  GSC: [
    "In the Google Cloud console enable the “Google Search Console API”.",
    SERVICE_ACCOUNT,
    "In Search Console under Settings › Users and permissions, add the account's e-mail address. If it is not found there, add it as an owner at google.com/webmasters/verification.",
  ],
  BING: [
    "In Bing Webmaster Tools open Settings › API access › API key.",
    "Accept the terms and choose Generate. One key serves every site of the account.",
  ],
  MCP: [
    "Ask whoever runs the server for its MCP address and, if it needs one, a token.",
    "List the tools that Backroom may call; leave the rest out.",
  ],
};

const ROTATE: Record<Provider, string[]> = {
  GA4: ["In the Google Cloud console add a second JSON key to the same service account.", AFTERWARDS],
  GSC: ["In the Google Cloud console add a second JSON key to the same service account.", AFTERWARDS],
  BING: [
    "In Bing Webmaster Tools › Settings › API access, generate a new key. Bing ends the old one at once.",
  ],
  MCP: ["Ask whoever runs the server for a second token.", AFTERWARDS],
};

export function guideFor(provider: Provider, mode: "connect" | "replace" | "rotate"): string[] {
  return mode === "rotate" ? ROTATE[provider] : CONNECT[provider];
}
