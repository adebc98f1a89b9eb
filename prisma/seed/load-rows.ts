import type { KeyProvider } from "~/platform/crypto/keyring.server";
import { idFor, uuidFor } from "./ids";
import { after, before, DAY, daysEnding, HOUR, MINUTE, SEED_NOW } from "./instant";
import { random, type Random } from "./random";
import { mergeRows, stamp, type Rows, type SeedRows } from "./rows";
import { storeIdOf, storeRows } from "./stores";
import { API_VERSION } from "./webhooks";

/** load-0001.myshopify.com and so on. */
export function loadDomain(n: number): string {
  return `load-${String(n).padStart(4, "0")}.myshopify.com`;
}

const DAYS = daysEnding("2026-11-16", 30);
const COMPUTED_AT = before(SEED_NOW, 20 * MINUTE);
const LOCATION = "gid://shopify/Location/90000000001";
const FLAG_RULES = ["HIGH_VALUE", "LATE_FULFILMENT", "RISK_MEDIUM", "ADDRESS_MISMATCH", "NOTE_PRESENT"];

/** The rows of store `n`; no prose, all shape. */
export async function loadStoreRows(n: number, keys: KeyProvider): Promise<SeedRows> {
  const domain = loadDomain(n);
  const plan = {
    domain,
    gid: `gid://shopify/Shop/${90_000_000_000 + n}`,
    name: `Load store ${n}`,
    currency: "USD",
    ianaTimezone: "UTC",
    planLevel: "STARTER" as const,
    installedDaysAgo: 60,
    onboarding: [],
    settings: {
      version: 1,
      thresholds: {},
      featureToggles: {},
      connectionMetadata: {},
      lastRotationDates: {},
    },
  };
  const part: Part = { domain, storeId: storeIdOf(domain), n, rng: random(domain) };
  return mergeRows([
    await storeRows(plan, keys),
    {
      KpiCache: DAYS.flatMap((day) => kpis(part, day)),
      OrderFlag: times(20, (i) => flag(part, i)),
      Ticket: times(10, (i) => ticket(part, i)),
      TicketMessage: times(10, (i) => message(part, i)),
      SeoInsight: times(3, (i) => insight(part, i)),
      ProductVelocity: times(15, (i) => velocity(part, i)),
      ConnectionEvent: times(4, (i) => connectionEvent(part, i)),
      WebhookEvent: times(5, (i) => webhookEvent(part, i)),
    },
  ]);
}

type Part = { domain: string; storeId: string; n: number; rng: Random };

function kpis({ domain, storeId, rng }: Part, day: string): Rows["KpiCache"][] {
  const grossMinor = rng.int(20_000, 400_000);
  const orders = rng.int(4, 60);
  const payloads = {
    SALES: {
      grossMinor,
      discountsMinor: 0,
      returnsMinor: 0,
      netMinor: grossMinor,
      shippingMinor: 0,
      taxesMinor: 0,
      totalMinor: grossMinor,
    },
    ORDERS: {
      orders,
      units: orders * 2,
      customers: orders,
      returningCustomers: 0,
      firstTimeCustomers: orders,
      cancelled: 0,
    },
    INVENTORY: {
      units: rng.int(100, 4000),
      valueMinor: rng.int(100_000, 9_000_000),
      skus: 15,
      outOfStockSkus: rng.int(0, 3),
    },
  };
  return (["SALES", "ORDERS", "INVENTORY"] as const).map((kind) => ({
    id: idFor("KpiCache", domain, kind, day),
    ...stamp(COMPUTED_AT),
    storeId,
    kind,
    fromDay: day,
    toDay: day,
    currency: "USD",
    payload: payloads[kind],
    computedAt: COMPUTED_AT,
    expiresAt: after(COMPUTED_AT, 6 * HOUR),
  }));
}

function flag({ domain, storeId, n, rng }: Part, i: number): Rows["OrderFlag"] {
  const placedAt = before(SEED_NOW, rng.int(10, 20_000) * MINUTE);
  const status = (["ATTENTION", "ATTENTION", "RESOLVED", "ARCHIVED"] as const)[i % 4]!;
  const settledAt = status === "ATTENTION" ? null : after(placedAt, 9 * MINUTE);
  return {
    id: idFor("OrderFlag", domain, i),
    ...stamp(placedAt, settledAt ?? placedAt),
    storeId,
    orderGid: `gid://shopify/Order/${n * 1000 + i}`,
    orderName: `#${1000 + i}`,
    rule: FLAG_RULES[i % FLAG_RULES.length]!,
    severity: (["INFO", "WARNING", "CRITICAL"] as const)[i % 3]!,
    status,
    orderTotalMinor: BigInt(rng.int(900, 90_000)),
    currency: "USD",
    customerName: `Customer ${i}`,
    orderPlacedAt: placedAt,
    orderUpdatedAt: placedAt,
    note: null,
    evidence: { measured: "1", threshold: "1", facts: [] },
    snoozedUntil: null,
    resolvedAt: settledAt,
    resolvedBy: settledAt && "Load",
  };
}

function ticket({ domain, storeId }: Part, i: number): Rows["Ticket"] {
  const writtenAt = before(SEED_NOW, (i + 1) * 7 * HOUR);
  return {
    id: idFor("Ticket", domain, i),
    ...stamp(writtenAt),
    storeId,
    channel: i % 2 ? "EMAIL" : "CONTACT_FORM",
    status: (["OPEN", "PENDING", "SOLVED", "ARCHIVED"] as const)[i % 4]!,
    priority: "NORMAL",
    subject: `Question ${i}`,
    customerGid: null,
    customerName: `Customer ${i}`,
    customerEmail: `customer-${i}@example.com`,
    orderGid: null,
    orderName: null,
    assignee: null,
    tags: [],
    metadata: {},
    lastMessageAt: writtenAt,
    solvedAt: null,
  };
}

function message({ domain, storeId }: Part, i: number): Rows["TicketMessage"] {
  const writtenAt = before(SEED_NOW, (i + 1) * 7 * HOUR);
  return {
    id: idFor("TicketMessage", domain, i),
    ...stamp(writtenAt),
    storeId,
    ticketId: idFor("Ticket", domain, i),
    kind: "CUSTOMER",
    author: `Customer ${i}`,
    body: `Could you tell me more about item ${i}? I have looked at the page and did not find its size.`,
    metadata: {},
    writtenAt,
    sentAt: null,
  };
}

function insight({ domain, storeId, rng }: Part, i: number): Rows["SeoInsight"] {
  return {
    id: idFor("SeoInsight", domain, i),
    ...stamp(before(SEED_NOW, (i + 1) * DAY)),
    storeId,
    source: "GSC",
    rule: "STRIKING",
    severity: "INFO",
    status: "OPEN",
    resource: `query ${i}`,
    title: `“query ${i}” is close to the first results`,
    evidence: { query: `query ${i}`, impressions: rng.int(50, 2000), clicks: 3, position: 8 },
    decidedAt: null,
    decidedBy: null,
  };
}

function velocity({ domain, storeId, n, rng }: Part, i: number): Rows["ProductVelocity"] {
  const available = rng.int(0, 200);
  const unitsPerDay = rng.int(1, 40) / 8;
  const daysOfCover = Math.round((available / unitsPerDay) * 10) / 10;
  return {
    id: idFor("ProductVelocity", domain, i),
    ...stamp(COMPUTED_AT),
    storeId,
    variantGid: `gid://shopify/ProductVariant/${n * 1000 + i}`,
    productGid: `gid://shopify/Product/${n * 1000 + i}`,
    inventoryItemGid: `gid://shopify/InventoryItem/${n * 1000 + i}`,
    sku: `LOAD-${i}`,
    productTitle: `Item ${i}`,
    variantTitle: null,
    vendor: `Vendor ${i % 4}`,
    demandClass: "SMOOTH",
    unitsPerDay,
    windowDays: 60,
    available,
    stockLevels: { [LOCATION]: { available, updatedAt: COMPUTED_AT.toISOString() } },
    incoming: 0,
    leadTimeDays: 14,
    daysOfCover,
    stockoutDay: after(SEED_NOW, Math.floor(daysOfCover) * DAY)
      .toISOString()
      .slice(0, 10),
    reorderPoint: Math.ceil(unitsPerDay * 18),
    reorderQuantity: 0,
    unitCostMinor: BigInt(rng.int(200, 6000)),
    currency: "USD",
    stockUpdatedAt: COMPUTED_AT,
    productUpdatedAt: null,
    computedAt: COMPUTED_AT,
  };
}

function connectionEvent({ domain, storeId, rng }: Part, i: number): Rows["ConnectionEvent"] {
  return {
    id: idFor("ConnectionEvent", domain, i),
    ...stamp(before(SEED_NOW, (i + 1) * 12 * HOUR)),
    storeId,
    provider: "GA4",
    trigger: "SCHEDULED",
    outcome: "SUCCESS",
    errorClass: null,
    retryable: false,
    httpStatus: 200,
    providerCode: null,
    latencyMs: rng.int(100, 900),
    message: null,
  };
}

function webhookEvent({ n, domain, storeId }: Part, i: number): Rows["WebhookEvent"] {
  const receivedAt = before(SEED_NOW, (i + 1) * 5 * HOUR);
  return {
    id: idFor("WebhookEvent", domain, i),
    ...stamp(receivedAt),
    webhookId: uuidFor("webhook", domain, i),
    eventId: uuidFor("event", domain, i),
    topic: "orders/create",
    shopDomain: domain,
    storeId,
    apiVersion: API_VERSION,
    payload: {
      admin_graphql_api_id: `gid://shopify/Order/${n * 1000 + i}`,
      name: `#${1000 + i}`,
      created_at: receivedAt.toISOString(),
      updated_at: receivedAt.toISOString(),
      currency: "USD",
      total_price: "10.00",
    },
    status: "SUCCEEDED",
    attempts: 1,
    nextAttemptAt: null,
    leaseToken: null,
    lastError: null,
    triggeredAt: receivedAt,
    receivedAt,
    processedAt: after(receivedAt, 900),
    replayedAt: null,
    replayedBy: null,
  };
}

function times<T>(count: number, make: (i: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => make(i));
}
