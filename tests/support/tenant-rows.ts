import { createSecretKey } from "node:crypto";
import { StoreSecretRepository } from "~/features/connections/store-secret.repository.server";
import { localKeyProvider } from "~/platform/crypto/keyring.server";
import type { Db } from "~/platform/db/client.server";

export const TEST_KEYS = localKeyProvider([{ id: "test", key: createSecretKey(Buffer.alloc(32, 1)) }]);
export const T0 = new Date("2026-11-16T15:00:00.000Z");

export type Tenant = Awaited<ReturnType<typeof insertTenant>>;

/**
 * A store with one row in every tenant table. `marker` is in every text of it that can hold one, so that a row that
 * turns up where it should not is recognised.
 */
export async function insertTenant(db: Db, marker: string) {
  const shopDomain = `${marker}.myshopify.com`;
  const gid = (type: string) => `gid://shopify/${type}/${marker}`;
  const { id: storeId } = await db.store.create({
    data: { shopDomain, name: marker, onboardingFlags: {}, installedAt: T0 },
  });
  const json = { marker };
  const dated = { createdAt: T0, updatedAt: T0 };

  await db.storeSettings.create({
    data: {
      storeId,
      thresholds: {},
      featureToggles: {},
      connectionMetadata: {},
      lastRotationDates: { [marker]: [T0.toISOString()] },
      ...dated,
    },
  });
  const secrets = new StoreSecretRepository(db, storeId, TEST_KEYS);
  await secrets.upsert(
    "GA4",
    {
      plaintext: `secret of ${marker}`,
      setBy: marker,
      rotationReminderAt: T0,
      lastFour: "",
      nextTestAt: null,
    },
    T0,
  );
  const sales = {
    grossMinor: 1,
    discountsMinor: 0,
    returnsMinor: 0,
    netMinor: 1,
    shippingMinor: 0,
    taxesMinor: 0,
    totalMinor: 1,
  };
  await db.kpiCache.create({
    data: {
      storeId,
      kind: "SALES",
      fromDay: "2026-11-15",
      toDay: "2026-11-15",
      currency: marker,
      payload: sales,
      computedAt: T0,
      expiresAt: T0,
      ...dated,
    },
  });
  const newFlag = (rule: string, state: object) =>
    db.orderFlag.create({
      data: {
        ...{
          storeId,
          rule,
          orderGid: gid("Order"),
          orderName: `#${marker}`,
          severity: "WARNING",
          customerName: marker,
        },
        ...{ orderTotalMinor: 1n, currency: "USD", orderPlacedAt: T0, orderUpdatedAt: T0, evidence: json },
        ...dated,
        ...state,
      },
    });
  const flag = await newFlag("HIGH_VALUE", {});
  const snoozedFlag = await newFlag("NOTE_PRESENT", { status: "SNOOZED", snoozedUntil: T0 });
  const resolvedFlag = await newFlag("OVERSOLD", { status: "RESOLVED", resolvedAt: T0, resolvedBy: marker });
  const ticket = await db.ticket.create({
    data: {
      storeId,
      channel: "EMAIL",
      subject: marker,
      customerEmail: `${marker}@example.com`,
      tags: [marker],
      metadata: json,
      lastMessageAt: T0,
      ...dated,
    },
  });
  const message = await db.ticketMessage.create({
    data: {
      storeId,
      ticketId: ticket.id,
      kind: "AI_DRAFT",
      body: marker,
      metadata: json,
      writtenAt: T0,
      ...dated,
    },
  });
  const draft = await db.aiDraft.create({
    data: { storeId, messageId: message.id, model: marker, version: "1", text: marker, ...dated },
  });
  const insight = await db.seoInsight.create({
    data: {
      storeId,
      source: "GSC",
      rule: "LOW_CTR",
      severity: "WARNING",
      resource: marker,
      title: marker,
      evidence: json,
      ...dated,
    },
  });
  await db.productVelocity.create({
    data: {
      storeId,
      variantGid: gid("ProductVariant"),
      productGid: gid("Product"),
      inventoryItemGid: gid("InventoryItem"),
      sku: marker,
      productTitle: marker,
      vendor: marker,
      demandClass: "SMOOTH",
      unitsPerDay: 1,
      windowDays: 90,
      available: 3,
      leadTimeDays: 7,
      stockoutDay: "2026-11-19",
      reorderPoint: 9,
      reorderQuantity: 20,
      unitCostMinor: 100n,
      currency: "USD",
      stockUpdatedAt: T0,
      computedAt: T0,
      ...dated,
    },
  });
  const purchaseOrder = await db.purchaseOrder.create({
    data: { storeId, number: "PO-0001", vendor: marker, currency: "USD", totalMinor: 100n, ...dated },
  });
  await db.purchaseOrderLine.create({
    data: {
      storeId,
      purchaseOrderId: purchaseOrder.id,
      variantGid: gid("ProductVariant"),
      sku: marker,
      title: marker,
      quantity: 1,
      unitCostMinor: 100n,
      ...dated,
    },
  });
  await db.connectionEvent.create({
    data: { storeId, provider: "GA4", outcome: "SUCCESS", latencyMs: 5, message: marker, ...dated },
  });
  await db.webhookRegistry.create({
    data: {
      shopDomain,
      storeId,
      topicKey: "ORDERS_CREATE",
      deliveryMethod: "HTTP",
      operation: "REGISTER",
      callbackUrl: `https://${marker}`,
      recordedAt: T0,
      ...dated,
    },
  });
  const webhookEvent = await db.webhookEvent.create({
    data: {
      webhookId: `webhook-${marker}`,
      topic: "orders/create",
      shopDomain,
      storeId,
      payload: json,
      receivedAt: T0,
      ...dated,
    },
  });
  const deadWebhook = `dead-webhook-${marker}`;
  await db.webhookEvent.create({
    data: {
      ...{ webhookId: deadWebhook, topic: "orders/updated", shopDomain, storeId, payload: json },
      ...{
        status: "DEAD",
        attempts: 8,
        lastError: marker,
        receivedAt: T0,
        replayedAt: T0,
        replayedBy: marker,
      },
      ...dated,
    },
  });
  return {
    marker,
    storeId,
    shopDomain,
    gid,
    deadWebhook,
    flag: flag.id,
    snoozedFlag: snoozedFlag.id,
    resolvedFlag: resolvedFlag.id,
    ticket: ticket.id,
    message: message.id,
    draft: draft.id,
    insight: insight.id,
    purchaseOrder: purchaseOrder.id,
    webhookEvent: webhookEvent.id,
  };
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
  };
  return { ...none, marker, storeId, shopDomain, gid: (type) => `gid://shopify/${type}/${marker}` };
}
