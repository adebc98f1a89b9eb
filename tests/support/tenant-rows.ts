import { createSecretKey } from "node:crypto";
import cuid from "@bugsnag/cuid";
import { secretPlace } from "~/features/connections/secret-place";
import { seal } from "~/platform/crypto/envelope.server";
import { localKeyProvider } from "~/platform/crypto/keyring.server";
import type { Db } from "~/platform/db/client.server";

export const TEST_KEYS = localKeyProvider([{ id: "test", key: createSecretKey(Buffer.alloc(32, 1)) }]);
export const T0 = new Date("2026-11-16T15:00:00.000Z");

export type Tenant = {
  marker: string;
  storeId: string;
  shopDomain: string;
  gid: (type: string) => string;
  deadWebhook: string;
  flag: string;
  snoozedFlag: string;
  resolvedFlag: string;
  ticket: string;
  message: string;
  draft: string;
  insight: string;
  purchaseOrder: string;
  webhookEvent: string;
  connectionEvent: string;
};

/**
 * A store with one row in every tenant table. `marker` is in every text of it that can hold one, so that a row that
 * turns up where it should not is recognised.
 */
export async function insertTenant(db: Db, marker: string): Promise<Tenant> {
  const [tenant] = await insertTenants(db, [marker]);
  return tenant!;
}

/** One for each marker, in as many statements as for one. */
export async function insertTenants(db: Db, markers: string[]): Promise<Tenant[]> {
  const tenants = markers.map(newTenant);
  const rows = <T>(rowsOf: (tenant: Tenant) => T[]) => ({ data: tenants.flatMap(rowsOf) });
  await db.store.createMany(
    rows(({ storeId, shopDomain, marker }) => [
      { id: storeId, shopDomain, name: marker, onboardingFlags: {}, installedAt: T0 },
    ]),
  );
  await db.storeSettings.createMany(
    rows(({ storeId, marker }) => [
      {
        ...{ storeId, thresholds: {}, featureToggles: {}, connectionMetadata: {} },
        ...{ lastRotationDates: { [marker]: [T0.toISOString()] }, ...DATED },
      },
    ]),
  );
  await db.storeSecret.createMany({ data: await Promise.all(tenants.map(secretOf)) });
  await db.connectionEvent.createMany(rows(connectionEventOf));
  await db.kpiCache.createMany(rows(kpiOf));
  await db.orderFlag.createMany(rows(flagsOf));
  await db.ticket.createMany(rows(ticketOf));
  await db.ticketMessage.createMany(rows(messageOf));
  await db.aiDraft.createMany(
    rows(({ storeId, marker, draft, message }) => [
      { id: draft, storeId, messageId: message, model: marker, version: "1", text: marker, ...DATED },
    ]),
  );
  await db.seoInsight.createMany(rows(insightOf));
  await db.productVelocity.createMany(rows(velocityOf));
  await db.purchaseOrder.createMany(
    rows(({ storeId, marker, purchaseOrder }) => [
      {
        ...{ id: purchaseOrder, storeId, number: "PO-0001", vendor: marker },
        ...{ currency: "USD", totalMinor: 100n, ...DATED },
      },
    ]),
  );
  await db.purchaseOrderLine.createMany(rows(purchaseOrderLineOf));
  await db.webhookRegistry.createMany(rows(registryOf));
  await db.webhookEvent.createMany(rows(webhooksOf));
  return tenants;
}

const DATED = { createdAt: T0, updatedAt: T0 };

function newTenant(marker: string): Tenant {
  return {
    ...{ marker, storeId: cuid(), shopDomain: `${marker}.myshopify.com` },
    gid: (type) => `gid://shopify/${type}/${marker}`,
    deadWebhook: `dead-webhook-${marker}`,
    ...{ flag: cuid(), snoozedFlag: cuid(), resolvedFlag: cuid() },
    ...{ ticket: cuid(), message: cuid(), draft: cuid() },
    ...{ insight: cuid(), purchaseOrder: cuid(), webhookEvent: cuid(), connectionEvent: cuid() },
  };
}

async function secretOf({ storeId, marker }: Tenant) {
  const place = secretPlace(storeId, "GA4");
  const { envelope, keyId, version, fingerprint } = await seal(TEST_KEYS, place, `secret of ${marker}`);
  return {
    ...{ storeId, provider: "GA4" as const, cipherText: envelope, encryptionVersion: version, keyId },
    ...{ fingerprint, lastFour: "", setBy: marker, rotationReminderAt: T0, lastRotatedAt: T0 },
  };
}

const connectionEventOf = ({ storeId, marker, connectionEvent: id }: Tenant) => [
  {
    id,
    ...{ storeId, provider: "GA4" as const, outcome: "SUCCESS" as const },
    ...{ latencyMs: 5, message: marker, providerCode: "TEST_NOT_ENDED", ...DATED },
  },
];

const SALES = {
  ...{ grossMinor: 1, discountsMinor: 0, returnsMinor: 0, netMinor: 1 },
  ...{ shippingMinor: 0, taxesMinor: 0, totalMinor: 1 },
};

const kpiOf = ({ storeId, marker }: Tenant) => [
  {
    ...{ storeId, kind: "SALES" as const, fromDay: "2026-11-15", toDay: "2026-11-15" },
    ...{ currency: marker, payload: SALES, computedAt: T0, expiresAt: T0, ...DATED },
  },
];

function flagsOf({ storeId, marker, gid, ...ids }: Tenant) {
  const flag = {
    ...{ storeId, orderGid: gid("Order"), orderName: `#${marker}`, severity: "WARNING" as const },
    ...{ customerName: marker, orderTotalMinor: 1n, currency: "USD" },
    ...{ orderPlacedAt: T0, orderUpdatedAt: T0, evidence: { marker }, ...DATED },
  };
  return [
    { ...flag, id: ids.flag, rule: "HIGH_VALUE" },
    {
      ...{ ...flag, id: ids.snoozedFlag, rule: "NOTE_PRESENT" },
      ...{ status: "SNOOZED" as const, snoozedUntil: T0 },
    },
    {
      ...{ ...flag, id: ids.resolvedFlag, rule: "OVERSOLD" },
      ...{ status: "RESOLVED" as const, resolvedAt: T0, resolvedBy: marker },
    },
  ];
}

const ticketOf = ({ storeId, marker, ticket }: Tenant) => [
  {
    ...{ id: ticket, storeId, channel: "EMAIL" as const, subject: marker },
    ...{ customerEmail: `${marker}@example.com`, tags: [marker], metadata: { marker } },
    ...{ lastMessageAt: T0, ...DATED },
  },
];

const messageOf = ({ storeId, marker, ticket, message }: Tenant) => [
  {
    ...{ id: message, storeId, ticketId: ticket, kind: "AI_DRAFT" as const, body: marker },
    ...{ metadata: { marker }, writtenAt: T0, ...DATED },
  },
];

const insightOf = ({ storeId, marker, insight }: Tenant) => [
  {
    ...{ id: insight, storeId, source: "GSC" as const, rule: "LOW_CTR", severity: "WARNING" as const },
    ...{ resource: marker, title: marker, evidence: { marker }, ...DATED },
  },
];

const velocityOf = ({ storeId, marker, gid }: Tenant) => [
  {
    ...{ storeId, variantGid: gid("ProductVariant"), productGid: gid("Product") },
    ...{ inventoryItemGid: gid("InventoryItem"), sku: marker, productTitle: marker, vendor: marker },
    ...{ demandClass: "SMOOTH" as const, unitsPerDay: 1, windowDays: 90, available: 3, leadTimeDays: 7 },
    ...{ stockoutDay: "2026-11-19", reorderPoint: 9, reorderQuantity: 20 },
    ...{ unitCostMinor: 100n, currency: "USD", stockUpdatedAt: T0, computedAt: T0, ...DATED },
  },
];

const purchaseOrderLineOf = ({ storeId, marker, gid, purchaseOrder }: Tenant) => [
  {
    ...{ storeId, purchaseOrderId: purchaseOrder, variantGid: gid("ProductVariant") },
    ...{ sku: marker, title: marker, quantity: 1, unitCostMinor: 100n, ...DATED },
  },
];

const registryOf = ({ storeId, shopDomain, marker }: Tenant) => [
  {
    ...{ shopDomain, storeId, topicKey: "ORDERS_CREATE", deliveryMethod: "HTTP" as const },
    ...{ operation: "REGISTER" as const, callbackUrl: `https://${marker}`, recordedAt: T0, ...DATED },
  },
];

function webhooksOf({ storeId, shopDomain, marker, webhookEvent, deadWebhook }: Tenant) {
  const event = { shopDomain, storeId, payload: { marker }, receivedAt: T0, ...DATED };
  return [
    { ...event, id: webhookEvent, webhookId: `webhook-${marker}`, topic: "orders/create" },
    {
      ...{ ...event, webhookId: deadWebhook, topic: "orders/updated", status: "DEAD" as const },
      ...{ attempts: 8, lastError: marker, replayedAt: T0, replayedBy: marker },
    },
  ];
}

/** A store and nothing else. */
export async function insertEmptyTenant(db: Db, marker: string): Promise<Tenant> {
  const shopDomain = `${marker}.myshopify.com`;
  const { id: storeId } = await db.store.create({
    data: { shopDomain, name: marker, onboardingFlags: {}, installedAt: T0 },
  });
  const none = {
    deadWebhook: "",
    flag: "",
    snoozedFlag: "",
    resolvedFlag: "",
    ticket: "",
    message: "",
    draft: "",
    insight: "",
    purchaseOrder: "",
    webhookEvent: "",
    connectionEvent: "",
  };
  return { ...none, marker, storeId, shopDomain, gid: (type) => `gid://shopify/${type}/${marker}` };
}
