/**
 * A tiny shop in another currency, language and time zone: one of its rows on the first shop's page is a tenancy
 * mistake that nobody can overlook.
 */
import type { KeyProvider } from "~/platform/crypto/keyring.server";
import { gid, idFor, uuidFor } from "./ids";
import { after, before, DAY, daysEnding, HOUR, MINUTE, SEED_NOW } from "./instant";
import { mergeRows, stamp, type Rows, type SeedRows } from "./rows";
import { secretRows } from "./secrets";
import { storeIdOf, storeRows, type StorePlan } from "./stores";
import { API_VERSION } from "./webhooks";

export const SECOND_SHOP: StorePlan = {
  domain: "backroom-second.myshopify.com",
  gid: gid("Shop", 1),
  name: "Kleinholz Berlin",
  currency: "EUR",
  ianaTimezone: "Europe/Berlin",
  planLevel: "STARTER",
  installedDaysAgo: 31,
  onboarding: ["thresholds", "connections"],
  settings: {
    version: 2,
    thresholds: { highValueMinor: 20_000, lateFulfilmentHours: 72, lowCoverDays: 10 },
    featureToggles: { aiDrafts: false, seoInsights: true, inventoryForecast: true },
    connectionMetadata: { GSC: { siteUrl: "sc-domain:kleinholz.example.com" } },
    lastRotationDates: {},
  },
};

const { domain, currency } = SECOND_SHOP;
const storeId = storeIdOf(domain);

export async function secondStoreRows(keys: KeyProvider): Promise<SeedRows> {
  return mergeRows([
    await storeRows(SECOND_SHOP, keys),
    {
      StoreSecret: await secretRows(domain, storeId, keys, ["GSC"]),
      KpiCache: daysEnding("2026-11-16", 3).map(salesOf),
      OrderFlag: [
        flag("#1007", "HIGH_VALUE", "INFO", 24_900, 7),
        flag("#1009", "NOTE_PRESENT", "INFO", 4_200, 2),
      ],
      ...ticket(),
      SeoInsight: [insight],
      ProductVelocity: [
        velocity(1, "KHZ-SPIEL-1", "Steckspiel Wald", 0.8, 12),
        velocity(2, "KHZ-KREISEL", "Holzkreisel, 3 Stück", 0.3, 0),
      ],
      ConnectionEvent: [connectionTest],
      WebhookRegistry: [registration],
      WebhookEvent: [delivery],
    },
  ]);
}

function salesOf(day: string, i: number): Rows["KpiCache"] {
  const grossMinor = [18_400, 9_650, 24_900][i]!;
  const taxesMinor = Math.round(grossMinor * 0.19);
  const computedAt = before(SEED_NOW, 50 * MINUTE);
  return {
    id: idFor("KpiCache", domain, "SALES", day),
    ...stamp(computedAt),
    storeId,
    kind: "SALES",
    fromDay: day,
    toDay: day,
    currency,
    payload: {
      grossMinor,
      discountsMinor: 0,
      returnsMinor: 0,
      netMinor: grossMinor,
      shippingMinor: 490,
      taxesMinor,
      totalMinor: grossMinor + 490 + taxesMinor,
    },
    computedAt,
    expiresAt: after(computedAt, 6 * HOUR),
  };
}

function flag(
  name: string,
  rule: string,
  severity: Rows["OrderFlag"]["severity"],
  minor: number,
  hoursAgo: number,
): Rows["OrderFlag"] {
  const placedAt = before(SEED_NOW, hoursAgo * HOUR);
  return {
    id: idFor("OrderFlag", domain, name, rule),
    ...stamp(after(placedAt, 2 * MINUTE)),
    storeId,
    orderGid: `gid://shopify/Order/77104200${name.slice(1)}`,
    orderName: name,
    rule,
    severity,
    status: "ATTENTION",
    orderTotalMinor: BigInt(minor),
    currency,
    customerName: "Anneliese Vogt",
    orderPlacedAt: placedAt,
    orderUpdatedAt: placedAt,
    note: null,
    evidence:
      rule === "HIGH_VALUE"
        ? { measured: "€249.00", threshold: "€200.00", facts: ["3 × Steckspiel Wald"] }
        : {
            measured: "Bitte beim Nachbarn abgeben (Hof links).",
            threshold: "a note from the customer",
            facts: [],
          },
    snoozedUntil: null,
    resolvedAt: null,
    resolvedBy: null,
  };
}

function ticket(): Pick<SeedRows, "Ticket" | "TicketMessage"> {
  const writtenAt = before(SEED_NOW, 5 * HOUR);
  const id = idFor("Ticket", domain, 0);
  return {
    Ticket: [
      {
        id,
        ...stamp(writtenAt),
        storeId,
        channel: "EMAIL",
        status: "OPEN",
        priority: "NORMAL",
        subject: "Fehlt ein Teil?",
        customerGid: "gid://shopify/Customer/880110042",
        customerName: "Anneliese Vogt",
        customerEmail: "anneliese.vogt@example.com",
        orderGid: null,
        orderName: null,
        assignee: null,
        tags: ["ersatzteil"],
        metadata: {},
        lastMessageAt: writtenAt,
        solvedAt: null,
      },
    ],
    TicketMessage: [
      {
        id: idFor("TicketMessage", id, 0),
        ...stamp(writtenAt),
        storeId,
        ticketId: id,
        kind: "CUSTOMER",
        author: "Anneliese Vogt",
        body: "Guten Tag, im Steckspiel Wald fehlt der kleine Fuchs. Der Enkel ist untröstlich. Können Sie ihn nachschicken?",
        metadata: {},
        writtenAt,
        sentAt: null,
      },
    ],
  };
}

const insight: Rows["SeoInsight"] = {
  id: idFor("SeoInsight", domain, 0),
  ...stamp(before(SEED_NOW, 2 * DAY)),
  storeId,
  source: "GSC",
  rule: "STRIKING",
  severity: "INFO",
  status: "OPEN",
  resource: "holzspielzeug berlin",
  title: "“holzspielzeug berlin” stands at 6.8",
  evidence: { query: "holzspielzeug berlin", impressions: 140, clicks: 5, position: 6.8 },
  decidedAt: null,
  decidedBy: null,
};

function velocity(
  n: number,
  sku: string,
  productTitle: string,
  unitsPerDay: number,
  available: number,
): Rows["ProductVelocity"] {
  const daysOfCover = Math.round((available / unitsPerDay) * 10) / 10;
  return {
    id: idFor("ProductVelocity", domain, sku),
    ...stamp(before(SEED_NOW, 50 * MINUTE)),
    storeId,
    variantGid: `gid://shopify/ProductVariant/99001${n}`,
    productGid: `gid://shopify/Product/99002${n}`,
    inventoryItemGid: `gid://shopify/InventoryItem/99003${n}`,
    sku,
    productTitle,
    variantTitle: null,
    vendor: "Drechslerei Harz",
    demandClass: "SMOOTH",
    unitsPerDay,
    windowDays: 60,
    available,
    stockLevels: {
      "gid://shopify/Location/990040": {
        available,
        updatedAt: before(SEED_NOW, 70 * MINUTE).toISOString(),
      },
    },
    incoming: 0,
    leadTimeDays: 10,
    daysOfCover,
    stockoutDay: available ? "2026-12-01" : "2026-11-16",
    reorderPoint: Math.ceil(unitsPerDay * 14),
    reorderQuantity: available ? 0 : Math.ceil(unitsPerDay * 44),
    unitCostMinor: 1150n,
    currency,
    stockUpdatedAt: before(SEED_NOW, 70 * MINUTE),
    productUpdatedAt: null,
    computedAt: before(SEED_NOW, 50 * MINUTE),
  };
}

const connectionTest: Rows["ConnectionEvent"] = {
  id: idFor("ConnectionEvent", domain, 0),
  ...stamp(before(SEED_NOW, 9 * HOUR)),
  storeId,
  provider: "GSC",
  trigger: "SCHEDULED",
  outcome: "SUCCESS",
  errorClass: null,
  retryable: false,
  httpStatus: 200,
  providerCode: null,
  latencyMs: 231,
  message: null,
};

const registration: Rows["WebhookRegistry"] = {
  id: idFor("WebhookRegistry", domain, "orders/create"),
  ...stamp(before(SEED_NOW, 31 * DAY)),
  shopDomain: domain,
  topicKey: "ORDERS_CREATE",
  storeId,
  deliveryMethod: "HTTP",
  operation: "REGISTER",
  callbackUrl: "https://backroom.example.com/webhooks",
  handshakeResult: "SUCCESS",
  handshakeDetail: null,
  lastHandshakeAt: before(SEED_NOW, 31 * DAY),
  recordedAt: before(SEED_NOW, 31 * DAY),
};

const delivery: Rows["WebhookEvent"] = {
  id: idFor("WebhookEvent", domain, 0),
  ...stamp(before(SEED_NOW, 2 * HOUR)),
  webhookId: uuidFor("webhook", domain, 0),
  eventId: uuidFor("event", domain, 0),
  topic: "orders/create",
  shopDomain: domain,
  storeId,
  apiVersion: API_VERSION,
  payload: {
    admin_graphql_api_id: "gid://shopify/Order/771042001009",
    name: "#1009",
    created_at: before(SEED_NOW, 2 * HOUR + 1500).toISOString(),
    updated_at: before(SEED_NOW, 2 * HOUR + 1500).toISOString(),
    currency,
    total_price: "42.00",
  },
  status: "SUCCEEDED",
  attempts: 1,
  nextAttemptAt: null,
  leaseToken: null,
  lastError: null,
  triggeredAt: before(SEED_NOW, 2 * HOUR + 1500),
  receivedAt: before(SEED_NOW, 2 * HOUR),
  processedAt: before(SEED_NOW, 2 * HOUR - 900),
  replayedAt: null,
  replayedBy: null,
};
