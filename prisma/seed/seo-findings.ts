import type { Prisma } from "#prisma/postgres";
import type { Rows } from "./rows";

export type Finding = Pick<Rows["SeoInsight"], "source" | "rule" | "severity" | "resource" | "title"> & {
  /** OPEN when absent */
  status?: "DONE" | "DISMISSED";
  evidence: Prisma.JsonObject;
  outOfStock?: true;
};

/** Brand queries are left out, Bing's positions are its raw values, query rows are never summed into a site total. */
export const SEARCH_FINDINGS: Finding[] = [
  {
    source: "GSC",
    rule: "HIGH_IMPR_OUT_OF_STOCK",
    severity: "CRITICAL",
    resource: "/products/hand-grinder-mk-ii",
    title: "1,940 people saw the Hand Grinder in Google, and it is sold out",
    outOfStock: true,
    evidence: { impressions: 1940, clicks: 131, position: 5.2, estimatedLostOrders: 6 },
  },
  {
    source: "GSC",
    rule: "HIGH_IMPR_OUT_OF_STOCK",
    severity: "WARNING",
    resource: "/products/waxed-roll-bag-18-l",
    title: "The Waxed Roll Bag is found for “waxed canvas backpack”, and Tan is sold out",
    outOfStock: true,
    evidence: { impressions: 880, clicks: 24, position: 8.1, estimatedLostOrders: 1 },
  },
  {
    source: "GSC",
    rule: "LOW_CTR",
    severity: "WARNING",
    resource: "/products/enamel-mug",
    title: "“enamel camp mug”: seen often, clicked rarely",
    evidence: {
      query: "enamel camp mug",
      impressions: 2310,
      clicks: 39,
      ctr: 0.0169,
      expectedCtr: 0.05,
      position: 5.1,
      estimatedClicks: 76,
    },
  },
  {
    source: "GSC",
    rule: "LOW_CTR",
    severity: "INFO",
    resource: "/products/paper-filters-02",
    title: "“size 02 coffee filters”: the description says nothing",
    evidence: {
      query: "size 02 coffee filters",
      impressions: 640,
      clicks: 8,
      ctr: 0.0125,
      expectedCtr: 0.035,
      position: 6.3,
      estimatedClicks: 14,
    },
  },
  {
    source: "GSC",
    rule: "STRIKING",
    severity: "WARNING",
    resource: "storm lantern",
    title: "“storm lantern” is one push away from the first results",
    evidence: {
      query: "storm lantern",
      page: "/products/storm-lantern",
      impressions: 1480,
      clicks: 22,
      position: 8.7,
      estimatedClicks: 118,
    },
  },
  {
    source: "GSC",
    rule: "STRIKING",
    severity: "INFO",
    resource: "stoneware pour over dripper",
    title: "“stoneware pour over dripper” stands at the top of page two",
    evidence: {
      query: "stoneware pour over dripper",
      page: "/products/cairn-pour-over-dripper",
      impressions: 310,
      clicks: 3,
      position: 11.4,
      estimatedClicks: 28,
    },
  },
  {
    source: "GSC",
    rule: "CANNIBAL",
    severity: "INFO",
    resource: "camp coffee kit",
    title: "Two pages compete for “camp coffee kit”",
    status: "DISMISSED",
    evidence: {
      query: "camp coffee kit",
      impressions: 420,
      pages: ["/collections/brewing (54 %)", "/pages/camp-coffee (46 %)"],
      topShare: 0.54,
    },
  },
  {
    source: "GSC",
    rule: "DECAY",
    severity: "WARNING",
    resource: "/pages/how-to-season-enamel",
    title: "The enamel care guide lost a third of its clicks",
    evidence: { clicks: 96, clicksBefore: 148, change: -0.35, siteChange: 0.04 },
  },
  {
    source: "GSC",
    rule: "SEO_NO_TRAFFIC",
    severity: "INFO",
    resource: "/products/canvas-filter-pouch",
    title: "Nobody has seen the Canvas Filter Pouch in Google for 28 days",
    evidence: { impressions: 0, clicks: 0 },
  },
  {
    source: "GA4",
    rule: "LANDING_LOW_PURCHASE_RATE",
    severity: "WARNING",
    resource: "/products/wool-camp-blanket",
    title: "Visitors from search land on the Wool Camp Blanket and leave",
    evidence: { sessions: 512, purchases: 3, purchaseRate: 0.0059, shopMedian: 0.021 },
  },
  {
    source: "GA4",
    rule: "LANDING_LOW_PURCHASE_RATE",
    severity: "INFO",
    resource: "/collections/lighting",
    title: "The Lighting collection converts at half the shop's rate",
    status: "DONE",
    evidence: { sessions: 268, purchases: 2, purchaseRate: 0.0075, shopMedian: 0.021 },
  },
  {
    source: "BING",
    rule: "BING_OPPORTUNITY",
    severity: "INFO",
    resource: "folding kettle",
    title: "Bing shows the Folding Camp Kettle for “folding kettle” at 9",
    evidence: { query: "folding kettle", impressions: 190, clicks: 2, averagePositionRaw: 9 },
  },
  {
    source: "BING",
    rule: "BING_OPPORTUNITY",
    severity: "INFO",
    resource: "wool bed socks",
    title: "“wool bed socks” is seen on Bing and hardly clicked",
    status: "DONE",
    evidence: { query: "wool bed socks", impressions: 240, clicks: 4, averagePositionRaw: 6 },
  },
];
