/** What an error says to people: what happened and what they can do; never the error's own words. */
import { causeOf, type Cause } from "./failure";

export type ErrorSentence = {
  title: string;
  body: string;
  /** Whether trying again may help */
  retry: boolean;
  /** The same beside a button or a form: what became of what was asked for */
  action: string;
};

export function errorSentence(cause: Cause): ErrorSentence {
  return SENTENCES[cause] ?? UNEXPECTED;
}

/** What went wrong, for the place beside the button that was pressed. */
export function actionSentence(error: unknown): string {
  return errorSentence(causeOf(error)).action;
}

const UNEXPECTED: ErrorSentence = {
  title: "Something went wrong",
  body: "It is not your doing. Try again; if it stays, ask support.",
  retry: true,
  action: "Something went wrong, and it is not your doing. Reload the page to see whether it was done.",
};

const AWAY: ErrorSentence = {
  title: "Backroom is not answering",
  body: "Try again in a minute.",
  retry: true,
  action: "Backroom is not answering. Try again in a minute.",
};

const SENTENCES: Partial<Record<Cause, ErrorSentence>> = {
  400: {
    title: "This request could not be read",
    body: "Go back and try again. If you followed a link, it may be incomplete.",
    retry: false,
    action: "This request could not be read, so nothing was changed. Reload the page and try again.",
  },
  401: {
    title: "Your session has ended",
    body: "Open Backroom again from the Apps menu of your Shopify admin.",
    retry: true,
    action:
      "Shopify does not confirm your session, so nothing was changed. Sign in to Shopify in another tab, then try again here.",
  },
  403: {
    title: "You may not see this page",
    body: "Ask the owner of the store to give you access to Backroom.",
    retry: false,
    action: "You may not do this. Ask the owner of the store to give you access.",
  },
  404: {
    title: "There is nothing here",
    body: "The page or item does not exist, or it belongs to another store.",
    retry: false,
    action: "This no longer exists, so nothing was changed. Reload the page.",
  },
  405: {
    title: "This page only shows things",
    body: "What you sent cannot be done here. Go back and try again.",
    retry: false,
    action: "This cannot be done here. Reload the page and try again.",
  },
  409: {
    title: "This has changed meanwhile",
    body: "Try again to see it as it is now.",
    retry: true,
    action: "This has changed meanwhile, so nothing was done. Reload the page to see it as it is now.",
  },
  410: {
    title: "This is no longer here",
    body: "Go to the overview and look for it from there.",
    retry: false,
    action: "This is no longer here, so nothing was changed. Reload the page.",
  },
  413: {
    title: "This is too large",
    body: "Send less at once.",
    retry: false,
    action: "This is too large, so nothing was changed. Send less at once.",
  },
  422: {
    title: "This could not be used",
    body: "Go back, check what you entered and try again.",
    retry: false,
    action: "This could not be used, so nothing was changed. Check what you entered.",
  },
  429: {
    title: "Too many requests at once",
    body: "Wait a minute, then try again.",
    retry: true,
    action: "Too many requests came at once, so nothing was changed. Wait a minute, then try again.",
  },
  502: AWAY,
  503: {
    title: "The database is not answering",
    body: "Nothing is lost. Try again in a minute.",
    retry: true,
    action: "The database is not answering. Nothing that you typed is lost; try again in a minute.",
  },
  504: AWAY,
  ROBOT: {
    title: "Backroom takes your browser for a robot",
    body: "Use an ordinary browser, or switch off the extension that changes the browser's name (its user agent).",
    retry: true,
    action:
      "Backroom takes your browser for a robot, so nothing was changed. Use an ordinary browser, or switch off the extension that changes its name.",
  },
  SHOPIFY: {
    title: "Shopify did not let Backroom in",
    body: "If Backroom was uninstalled from this store, install it again. Otherwise try again in a minute.",
    retry: true,
    action:
      "Shopify did not let Backroom in, so nothing was changed. If Backroom was uninstalled, install it again; otherwise try again in a minute.",
  },
  OFFLINE: {
    title: "You are offline",
    body: "Check your internet connection, then try again.",
    retry: true,
    action: "You are offline. Check your internet connection, then try again.",
  },
  UNREACHABLE: {
    title: "Backroom cannot be reached",
    body: "Check your internet connection, then try again. If it works, Backroom itself is away for a moment.",
    retry: true,
    action:
      "Backroom cannot be reached, so it is not certain whether this was done. Check your internet connection, then try again.",
  },
  NO_SESSION: {
    title: "You are signed out, or Backroom was uninstalled",
    body: "Sign in to Shopify, and open Backroom again from the Apps menu. If it is not there, install it again.",
    retry: true,
    action:
      "Shopify gives Backroom no session, so nothing was sent. You were signed out, or Backroom was uninstalled: sign in or install it in another tab, then try again here.",
  },
};
