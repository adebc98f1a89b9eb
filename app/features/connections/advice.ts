/** What a merchant does about a connection that does not work: per class, and where a provider needs its own words. */
import type { ErrorClass } from "./connection-error";
import { PROVIDER_NAMES, type Provider } from "./provider";

export type Advice = { title: string; body: string };

/** A title that says what is wrong, and one or two sentences that say what to do. Never the provider's own words. */
export function adviceFor(provider: Provider, errorClass: ErrorClass): Advice {
  return {
    title: TITLES[errorClass].replace("{name}", PROVIDER_NAMES[provider]),
    body: BY_PROVIDER[provider][errorClass] ?? GENERAL[errorClass],
  };
}

/** The same where the form is open already, which on a connection's page is behind “Replace”. */
export function adviceInForm(provider: Provider, errorClass: ErrorClass): Advice {
  const { title, body } = adviceFor(provider, errorClass);
  return { title, body: body.replaceAll(" with “Replace”", " here") };
}

const TITLES: Record<ErrorClass, string> = {
  AUTH_INVALID: "{name} does not accept the credential",
  AUTH_EXPIRED: "The permission for {name} has ended",
  FORBIDDEN: "The credential is good, but has no access",
  API_DISABLED: "The API is switched off in the Google Cloud project",
  NOT_FOUND: "{name} does not know what was asked for",
  BAD_CONFIG: "Something in the settings is not right",
  RATE_LIMITED: "{name} asks to slow down",
  QUOTA_EXHAUSTED: "The quota is used up for now",
  TIMEOUT: "{name} did not answer in time",
  NETWORK: "{name} could not be reached",
  PROVIDER_ERROR: "{name} has trouble of its own",
  PROTOCOL_MISMATCH: "Something else answered",
  INVALID_RESPONSE: "The answer made no sense",
};

const GENERAL: Record<ErrorClass, string> = {
  AUTH_INVALID: "Make a new key at the provider and store it with “Replace”.",
  AUTH_EXPIRED: "Give the permission again at the provider and store the new credential with “Replace”.",
  FORBIDDEN: "Give this account access at the provider, then test again.",
  API_DISABLED: "Switch the API on in the Google Cloud console, wait a few minutes, then test again.",
  NOT_FOUND: "Check what you entered against the provider's own list, and correct it with “Replace”.",
  BAD_CONFIG: "Correct it with “Replace”; the message below says which part.",
  RATE_LIMITED: "Nothing is wrong with the connection. Backroom waits and tests again by itself.",
  QUOTA_EXHAUSTED:
    "Nothing is wrong with the connection. It comes back by itself when the provider's quota is renewed.",
  TIMEOUT: "Test again in a few minutes. If it stays, look at the provider's status page.",
  NETWORK: "Test again in a few minutes. If it stays, ask whoever runs the network or the server.",
  PROVIDER_ERROR: "There is nothing to do on your side. Backroom tests again by itself.",
  PROTOCOL_MISMATCH:
    "An address or a gateway in between is probably wrong: what answered is not the service.",
  INVALID_RESPONSE: "Test again later. If it stays, the service has changed and Backroom needs an update.",
};

const GOOGLE: Partial<Record<ErrorClass, string>> = {
  AUTH_INVALID:
    "The key was deleted, belongs to another account, or was cut when it was copied. Make a new JSON key in the Google Cloud console (IAM & Admin › Service accounts › Keys) and store it with “Replace”.",
  AUTH_EXPIRED:
    "Google no longer honours the refresh token: it was revoked, unused for six months, or issued while the consent screen was in “Testing”, where it lasts seven days. Sign in again for a new one and store it with “Replace”; a service account does not expire.",
  PROTOCOL_MISMATCH:
    "What answered is not Google's API. Ask whoever runs this app whether requests go through a gateway or firewall.",
};

const BY_PROVIDER: Record<Provider, Partial<Record<ErrorClass, string>>> = {
  GA4: {
    ...GOOGLE,
    FORBIDDEN:
      "In Google Analytics open Admin › Property access management, add the account's e-mail address as a Viewer, then test again. It may take a few minutes.",
    API_DISABLED:
      "Open the Google Cloud console in the key's project, enable the “Google Analytics Data API”, wait five minutes, then test again.",
    NOT_FOUND:
      "Look up the property ID in Google Analytics under Admin › Property details, and correct it with “Replace”.",
    QUOTA_EXHAUSTED:
      "The property's tokens for this hour or day are used up, also by other tools. They come back by themselves; no change is needed.",
  },
  GSC: {
    ...GOOGLE,
    FORBIDDEN:
      "In Search Console open Settings › Users and permissions of this property and add the account's e-mail address. If the dialog does not find a service account's address, add it as an owner at google.com/webmasters/verification. Then test again.",
    API_DISABLED:
      "Open the Google Cloud console in the key's project, enable the “Google Search Console API”, wait five minutes, then test again.",
    NOT_FOUND:
      "Search Console has no property of exactly this name. A domain property is written sc-domain:example.com, a URL prefix https://www.example.com/ with its slash. Correct it with “Replace”.",
    QUOTA_EXHAUSTED:
      "Search Console's load quota is used up. It comes back within 15 minutes, or the next day; no change is needed.",
  },
  BING: {
    AUTH_INVALID:
      "Open Bing Webmaster Tools › Settings › API access › API key, generate a key, and store it with “Replace”. Generating a new key ends the old one at once.",
    FORBIDDEN: "Verify the site in Bing Webmaster Tools with the account that made the key, then test again.",
    NOT_FOUND: "The site is not in this Bing account. Add it there, or correct its address with “Replace”.",
    RATE_LIMITED:
      "Bing throttles the account. Nothing is wrong with the key; Backroom tests again by itself.",
  },
  MCP: {
    AUTH_INVALID:
      "The server refuses the token. Ask whoever runs it for a new one and store it with “Replace”.",
    AUTH_EXPIRED:
      "The token has run out. Ask whoever runs the server for a new one and store it with “Replace”.",
    FORBIDDEN: "The token is known, but may not do this. Ask whoever runs the server to widen its rights.",
    NOT_FOUND: "There is no MCP endpoint at this address; it often ends in /mcp. Correct it with “Replace”.",
    BAD_CONFIG:
      "What it said below tells which part. An address must begin with https:// and lead to a server on the public internet. Correct it with “Replace”.",
    RATE_LIMITED:
      "The server asks to slow down. Nothing is wrong with the connection; Backroom tests again by itself.",
    TIMEOUT: "The server was too slow. Test again, or allow it more time with “Replace”.",
    NETWORK: "Check that the server runs and that its address and certificate are right, then test again.",
    PROVIDER_ERROR: "The server answered with an error of its own. Ask whoever runs it to look at its log.",
    PROTOCOL_MISMATCH:
      "What answered does not speak MCP over HTTP, or only a revision that Backroom does not know. Check the address; it often ends in /mcp.",
  },
};

/** What a merchant calls the class, for a table of tests. */
export function classLabel(errorClass: ErrorClass): string {
  return LABELS[errorClass];
}

const LABELS: Record<ErrorClass, string> = {
  AUTH_INVALID: "Credential refused",
  AUTH_EXPIRED: "Permission ended",
  FORBIDDEN: "No access",
  API_DISABLED: "API switched off",
  NOT_FOUND: "Not found",
  BAD_CONFIG: "Wrong settings",
  RATE_LIMITED: "Slowed down",
  QUOTA_EXHAUSTED: "Quota used up",
  TIMEOUT: "Too slow",
  NETWORK: "Not reachable",
  PROVIDER_ERROR: "Provider's fault",
  PROTOCOL_MISMATCH: "Something else answered",
  INVALID_RESPONSE: "Unusable answer",
};
