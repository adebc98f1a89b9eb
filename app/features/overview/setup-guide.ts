/** The setup guide: a few steps, each of them done when the store's data says so. */
export type SetupStep = {
  id: string;
  title: string;
  body: string;
  done: boolean;
  action: { label: string; url: string } | null;
};

export type SetupFacts = {
  hasFigures: boolean;
  /** To a search or analytics account; an MCP server is none */
  connected: boolean;
  connectionWorks: boolean;
  thresholdsReviewed: boolean;
};

export function setupSteps(facts: SetupFacts): SetupStep[] {
  return [
    {
      id: "figures",
      title: "Load your figures",
      body: "Nothing is loaded at the moment: no figure from your orders and stock is stored. There is nothing for you to do here.",
      done: facts.hasFigures,
      action: null,
    },
    {
      id: "thresholds",
      title: "Review your thresholds",
      body: "They say which orders count as high in value, late or unpaid, and when stock counts as running out.",
      done: facts.thresholdsReviewed,
      action: { label: "Review thresholds", url: "/app/settings" },
    },
    {
      id: "connect",
      title: "Connect a search or analytics account",
      body: "Google Analytics, Search Console or Bing. A connection is tested; its data is not read yet.",
      done: facts.connected,
      action: { label: "See connections", url: "/app/settings/connections" },
    },
    {
      id: "working",
      title: "See a connection test succeed",
      body: "A test makes one real call, so you know that the credentials work.",
      done: facts.connectionWorks,
      action: { label: "See connections", url: "/app/settings/connections" },
    },
  ];
}
