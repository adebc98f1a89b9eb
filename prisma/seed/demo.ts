/** Every row of the demo: a shop at work, a tiny one beside it, and one that left. */
import type { KeyProvider } from "~/platform/crypto/keyring.server";
import type { Person } from "~/features/compliance/person";
import { DEMO_DAYS, DEMO_SHOP, demoCatalogue, demoIncidents } from "./catalogue";
import type { Catalogue } from "./catalogue-types";
import { connectionEventRows } from "./connections";
import { complianceRows, retentionRunRows } from "./duties";
import { flagRows, type Thresholds } from "./flags";
import { gid } from "./ids";
import { kpiRows } from "./kpis";
import { purchaseOrderRows, RECEIPTS } from "./purchase-orders";
import { mergeRows, type SeedRows } from "./rows";
import { SECOND_SHOP, secondStoreRows } from "./second";
import { lastRotationDates, secretRows } from "./secrets";
import { seoRows } from "./seo";
import { storeIdOf, storeRows, type StorePlan } from "./stores";
import { ticketRows } from "./tickets";
import { velocityRows } from "./velocities";
import { registryRows, webhookEventRows } from "./webhooks";

const THRESHOLDS = {
  highValueMinor: 40_000,
  lateFulfilmentHours: 48,
  partialStaleDays: 5,
  unpaidAgingDays: 3,
  highDiscountPercent: 40,
  lowCoverDays: 14,
} satisfies Thresholds & { lowCoverDays: number };

const DEMO: StorePlan = {
  domain: DEMO_SHOP.domain,
  gid: DEMO_SHOP.gid,
  name: DEMO_SHOP.name,
  currency: DEMO_SHOP.currency,
  ianaTimezone: DEMO_SHOP.ianaTimezone,
  planLevel: "GROWTH",
  installedDaysAgo: 200,
  onboarding: ["thresholds", "connections", "inbox", "inventory"],
  settings: {
    version: 4,
    thresholds: THRESHOLDS,
    featureToggles: { aiDrafts: true, seoInsights: true, inventoryForecast: true },
    connectionMetadata: {
      GA4: { propertyId: "412345678" },
      GSC: { siteUrl: "sc-domain:fernhill.example.com" },
      BING: { siteUrl: "https://fernhill.example.com/" },
      MCP: {
        endpoint: "http://localhost:4003/mcp",
        toolAllowList: ["search_products", "lookup_order", "shipping_estimate"],
        timeoutMs: 8000,
      },
    },
    lastRotationDates: lastRotationDates(),
  },
};

const AWAY: StorePlan = {
  domain: "backroom-away.myshopify.com",
  gid: gid("Shop", 2),
  name: "Saltmarsh Candles",
  currency: "GBP",
  ianaTimezone: "Europe/London",
  planLevel: "SCALE",
  installedDaysAgo: 120,
  uninstalledDaysAgo: 9,
  onboarding: ["thresholds"],
  settings: { version: 1, thresholds: {}, featureToggles: {}, connectionMetadata: {}, lastRotationDates: {} },
};

/** The shops of the demo; a production database that holds others is left alone. */
export const DEMO_DOMAINS = [DEMO.domain, SECOND_SHOP.domain, AWAY.domain];

export async function demoRows(keys: KeyProvider): Promise<SeedRows> {
  const catalogue = demoCatalogue();
  const { domain, ianaTimezone } = catalogue.shop;
  const storeId = storeIdOf(domain);
  const tickets = ticketRows(catalogue, storeId);
  return mergeRows([
    await storeRows(DEMO, keys),
    {
      StoreSecret: await secretRows(domain, storeId, keys),
      KpiCache: kpiRows(catalogue, storeId, DEMO_DAYS, RECEIPTS),
      OrderFlag: flagRows(catalogue, demoIncidents(), storeId, THRESHOLDS),
      ...tickets,
      SeoInsight: seoRows(catalogue, storeId),
      ProductVelocity: velocityRows(catalogue, storeId),
      ...purchaseOrderRows(catalogue, storeId),
      ConnectionEvent: connectionEventRows(domain, storeId, ianaTimezone),
      WebhookRegistry: registryRows(domain, storeId),
      WebhookEvent: webhookEventRows(catalogue, storeId),
      RetentionRun: retentionRunRows(),
      ComplianceRequest: await complianceRows(
        domain,
        SECOND_SHOP.domain,
        personWith(catalogue, tickets.Ticket[0]!.customerGid!),
        keys,
      ),
    },
    await secondStoreRows(keys),
    await storeRows(AWAY, keys),
  ]);
}

/** As customers/data_request names a customer. */
function personWith({ customers, orders }: Catalogue, gid: string): Person {
  const customer = customers.find((candidate) => candidate.gid === gid)!;
  const theirs = orders.filter((order) => order.customerGid === gid);
  return {
    customerId: numberOf(gid),
    email: customer.email,
    phone: customer.phone,
    orderIds: theirs.map((order) => numberOf(order.gid)),
  };
}

function numberOf(anyGid: string): string {
  return anyGid.slice(anyGid.lastIndexOf("/") + 1);
}
