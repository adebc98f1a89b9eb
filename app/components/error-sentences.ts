/** What an error page says. A sentence for people: what happened and what they can do; never the error's own words. */
export type ErrorSentence = { title: string; body: string; retry: boolean };

export function errorSentence(status: number | undefined): ErrorSentence {
  return (status !== undefined && SENTENCES[status]) || UNEXPECTED;
}

const SENTENCES: Record<number, ErrorSentence> = {
  400: {
    title: "This request could not be read",
    body: "Go back and try again. If you followed a link, it may be incomplete.",
    retry: false,
  },
  401: {
    title: "Your session has ended",
    body: "Open Backroom again from the Apps menu of your Shopify admin.",
    retry: false,
  },
  403: {
    title: "You may not see this page",
    body: "Ask the owner of the store to give you access to Backroom.",
    retry: false,
  },
  404: {
    title: "There is nothing here",
    body: "The page or item does not exist, or it belongs to another store.",
    retry: false,
  },
  405: {
    title: "This page only shows things",
    body: "What you sent cannot be done here. Go back and try again.",
    retry: false,
  },
  503: {
    title: "The database is not answering",
    body: "Nothing is lost. Try again in a minute.",
    retry: true,
  },
};

const UNEXPECTED: ErrorSentence = {
  title: "Something went wrong",
  body: "It is not your doing, and it has been logged. Try again; if it stays, send the reference below to support.",
  retry: true,
};
