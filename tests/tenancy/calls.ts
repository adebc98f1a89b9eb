import { AiDraftRepository } from "~/features/inbox/ai-draft.repository.server";
import { CustomerDataRepository } from "~/features/compliance/customer-data.repository.server";
import { ConnectionEventRepository } from "~/features/connections/connection-event.repository.server";
import { KpiCacheRepository } from "~/features/overview/kpi-cache.repository.server";
import { OrderFlagRepository } from "~/features/orders/order-flag.repository.server";
import { ProductVelocityRepository } from "~/features/inventory/product-velocity.repository.server";
import { PurchaseOrderRepository } from "~/features/inventory/purchase-order.repository.server";
import { DueOfStore } from "~/features/retention/due-of-store.repository.server";
import { POLICIES } from "~/features/retention/policies.server";
import { SeoInsightRepository } from "~/features/seo/seo-insight.repository.server";
import { StoreSecretRepository } from "~/features/connections/store-secret.repository.server";
import { StoreSettingsRepository } from "~/features/settings/store-settings.repository.server";
import { TicketRepository } from "~/features/inbox/ticket.repository.server";
import { WebhookInboxOfShop } from "~/features/webhooks/webhook-inbox-of-shop.repository.server";
import { WebhookRegistryRepository } from "~/features/webhooks/webhook-registry.repository.server";
import type { Db } from "~/platform/db/client.server";
import { T0, TEST_KEYS, type Tenant } from "../support/tenant-rows";

const LATER = new Date(T0.getTime() + 60_000);

type Calls<T> = {
  /** The models that this repository reads and writes */
  models: string[];
  build: (db: Db, tenant: Tenant) => T;
  /** Every method, called with the ids and keys of `other`; `creates` marks those that only ever add a row of one's own */
  methods: {
    [M in keyof T]:
      | ((repository: T, other: Tenant) => Promise<unknown>)
      | { creates: (repository: T, other: Tenant) => Promise<unknown> };
  };
};

function calls<T>(entry: Calls<T>) {
  return entry as unknown as Calls<Record<string, unknown>>;
}

export const CALLS: Record<string, Calls<Record<string, unknown>>> = {
  StoreSettingsRepository: calls<StoreSettingsRepository>({
    models: ["StoreSettings"],
    build: (db, { storeId }) => new StoreSettingsRepository(db, storeId),
    methods: {
      find: (r) => r.find(),
      insertDefaults: { creates: (r) => r.insertDefaults() },
      update: (r) => r.update(1, { lastRotationDates: { caller: [LATER.toISOString()] } }),
      updateConnection: (r) => r.updateConnection("BING", { siteUrl: "https://mine.example.com/" }, LATER),
    },
  }),
  StoreSecretRepository: calls<StoreSecretRepository>({
    models: ["StoreSecret"],
    build: (db, { storeId }) => new StoreSecretRepository(db, storeId, TEST_KEYS),
    methods: {
      list: (r) => r.list(),
      upsert: (r) =>
        r.upsert(
          "GA4",
          { plaintext: "mine", setBy: null, rotationReminderAt: null, lastFour: "", nextTestAt: null },
          LATER,
        ),
      reveal: (r) => r.reveal("GA4"),
      updateReminder: (r) => r.updateReminder("GA4", LATER),
      updateNextTest: (r) => r.updateNextTest("GA4", LATER),
      hold: (r) => r.hold("GA4"),
      holds: (r, other) => r.holds("GA4", `secret of ${other.marker}`),
      delete: (r) => r.delete("GA4"),
    },
  }),
  KpiCacheRepository: calls<KpiCacheRepository>({
    models: ["KpiCache"],
    build: (db, { storeId }) => new KpiCacheRepository(db, storeId),
    methods: {
      listDays: (r) => r.listDays("SALES", "2026-01-01", "2026-12-31"),
      count: (r) => r.count(),
      upsertDay: (r) =>
        r.upsertDay("SALES", "2026-11-15", {
          currency: "USD",
          computedAt: LATER,
          payload: {
            ...{ grossMinor: 2, discountsMinor: 0, returnsMinor: 0, netMinor: 2 },
            ...{ shippingMinor: 0, taxesMinor: 0, totalMinor: 2 },
          },
        }),
      deleteTouching: (r) => r.deleteTouching(["2026-11-15"]),
      deleteAll: (r) => r.deleteAll(),
    },
  }),
  OrderFlagRepository: calls<OrderFlagRepository>({
    models: ["OrderFlag"],
    build: (db, { storeId }) => new OrderFlagRepository(db, storeId),
    methods: {
      list: (r) => r.list(),
      countByStatus: (r) => r.countByStatus(),
      countAttention: (r) => r.countAttention(),
      listOfOrder: (r, other) => r.listOfOrder(other.gid("Order"), "none"),
      wake: (r) => r.wake(LATER),
      find: (r, other) => r.find(other.flag),
      upsert: (r, other) =>
        r.upsert({
          orderGid: other.gid("Order"),
          orderName: "#1",
          rule: "HIGH_VALUE",
          severity: "INFO",
          status: "ATTENTION",
          orderTotal: { minor: 2, currency: "USD" },
          customerName: null,
          orderPlacedAt: T0,
          orderUpdatedAt: LATER,
          evidence: {},
          flaggedAt: T0,
        }),
      updateSnapshot: (r, other) =>
        r.updateSnapshot([other.flag], {
          orderGid: other.gid("Order"),
          orderName: "#1",
          orderTotal: { minor: 2, currency: "USD" },
          customerName: null,
          orderPlacedAt: T0,
          orderUpdatedAt: LATER,
        }),
      resolve: (r, other) => r.resolve([other.flag], "caller", LATER),
      snooze: (r, other) => r.snooze([other.flag], LATER),
      reopen: (r, other) => r.reopen([other.resolvedFlag]),
      writeNote: (r, other) => r.writeNote(other.flag, "by the caller"),
    },
  }),
  TicketRepository: calls<TicketRepository>({
    models: ["Ticket", "TicketMessage"],
    build: (db, { storeId }) => new TicketRepository(db, storeId),
    methods: {
      list: (r) => r.list(),
      countByStatus: (r) => r.countByStatus(),
      findThread: (r, other) => r.findThread(other.ticket),
      insert: {
        creates: (r) =>
          r.insert(
            { channel: "EMAIL", subject: "mine", customerName: null, customerEmail: null },
            { kind: "CUSTOMER", author: null, body: "mine", writtenAt: LATER },
          ),
      },
      insertMessage: (r, other) =>
        r.insertMessage(other.ticket, {
          kind: "NOTE",
          author: null,
          body: "by the caller",
          writtenAt: LATER,
        }),
      updateStatus: (r, other) => r.updateStatus(other.ticket, "ARCHIVED", LATER),
    },
  }),
  AiDraftRepository: calls<AiDraftRepository>({
    models: ["AiDraft"],
    build: (db, { storeId }) => new AiDraftRepository(db, storeId),
    methods: {
      findByMessage: (r, other) => r.findByMessage(other.message),
      // For its owner the message has its draft already, for a stranger it does not exist: refused both times.
      insert: {
        creates: (r, other) => r.insert({ messageId: other.message, model: "m", version: "1", text: "mine" }),
      },
      decide: (r, other) =>
        r.decide(
          other.draft,
          { approved: true, humanEdit: null, feedback: null, rewardScore: 1, by: "caller" },
          LATER,
        ),
      countUndecided: (r) => r.countUndecided(),
    },
  }),
  SeoInsightRepository: calls<SeoInsightRepository>({
    models: ["SeoInsight"],
    build: (db, { storeId }) => new SeoInsightRepository(db, storeId),
    methods: {
      list: (r) => r.list(),
      count: (r) => r.count(),
      countOpen: (r) => r.countOpen(),
      upsert: (r, other) =>
        r.upsert({
          ...{ source: "GSC", rule: "LOW_CTR", resource: other.marker },
          ...{ severity: "INFO", title: "mine", evidence: {} },
        }),
      decide: (r, other) => r.decide(other.insight, "DISMISSED", "caller", LATER),
    },
  }),
  ProductVelocityRepository: calls<ProductVelocityRepository>({
    models: ["ProductVelocity"],
    build: (db, { storeId }) => new ProductVelocityRepository(db, storeId),
    methods: {
      listRunningOut: (r) => r.listRunningOut("2027-01-01"),
      countRunningOut: (r) => r.countRunningOut("2027-01-01"),
      count: (r) => r.count(),
      upsert: (r, other) =>
        r.upsert({
          variantGid: other.gid("ProductVariant"),
          productGid: "p",
          inventoryItemGid: "mine",
          sku: "mine",
          productTitle: "mine",
          variantTitle: null,
          vendor: "mine",
          demandClass: "LUMPY",
          unitsPerDay: 0,
          windowDays: 90,
          available: 0,
          incoming: 0,
          leadTimeDays: 7,
          daysOfCover: null,
          stockoutDay: null,
          reorderPoint: 0,
          reorderQuantity: 0,
          unitCost: { minor: 1, currency: "USD" },
          stockLevels: {},
          stockUpdatedAt: T0,
          productUpdatedAt: null,
          computedAt: T0,
        }),
      listOfProduct: (r, other) => r.listOfProduct(other.gid("Product")),
      updateProductFacts: (r, other) =>
        r.updateProductFacts([other.gid("ProductVariant")], { productTitle: "mine" }, LATER),
      deleteVariants: (r, other) => r.deleteVariants([other.gid("ProductVariant")], LATER),
      listStock: (r, other) => r.listStock(other.gid("InventoryItem")),
      updateStock: (r, other) =>
        r.updateStock(
          {
            variantGid: other.gid("ProductVariant"),
            ...{ stockLevels: null, stockUpdatedAt: T0, updatedAt: T0 },
          },
          { available: 99, stockLevels: {}, stockUpdatedAt: LATER },
          LATER,
        ),
    },
  }),
  PurchaseOrderRepository: calls<PurchaseOrderRepository>({
    models: ["PurchaseOrder", "PurchaseOrderLine"],
    build: (db, { storeId }) => new PurchaseOrderRepository(db, storeId),
    methods: {
      list: (r) => r.list(),
      findWithLines: (r, other) => r.findWithLines(other.purchaseOrder),
      insertDraft: {
        creates: (r) =>
          r.insertDraft(
            {
              number: "PO-0002",
              vendor: "mine",
              currency: "USD",
              note: null,
              expectedDay: null,
              lines: [
                {
                  variantGid: "v",
                  sku: "s",
                  title: "t",
                  quantity: 2,
                  unitCost: { minor: 50, currency: "USD" },
                },
              ],
            },
            LATER,
          ),
      },
      updateStatus: (r, other) => r.updateStatus(other.purchaseOrder, "CANCELLED", LATER),
    },
  }),
  ConnectionEventRepository: calls<ConnectionEventRepository>({
    models: ["ConnectionEvent"],
    build: (db, { storeId }) => new ConnectionEventRepository(db, storeId),
    methods: {
      insert: {
        creates: (r) =>
          r.insert({
            createdAt: LATER,
            provider: "GA4",
            trigger: "MANUAL",
            outcome: "SUCCESS",
            errorClass: null,
            retryable: false,
            httpStatus: 200,
            providerCode: null,
            latencyMs: 1,
            message: "mine",
          }),
      },
      insertBegun: { creates: (r) => r.insertBegun("GA4", LATER) },
      update: (r, other) =>
        r.update(other.connectionEvent, {
          ...{ createdAt: LATER, provider: "GA4", trigger: "MANUAL", outcome: "SUCCESS", errorClass: null },
          ...{ retryable: false, httpStatus: 200, providerCode: null, latencyMs: 1, message: "mine" },
        }),
      delete: (r, other) => r.delete(other.connectionEvent),
      countAsked: (r) => r.countAsked("GA4", new Date(0)),
      countBegun: (r) => r.countBegun("GA4", new Date(0)),
      list: (r) => r.list("GA4"),
      listLatest: (r) => r.listLatest(),
    },
  }),
  WebhookRegistryRepository: calls<WebhookRegistryRepository>({
    models: ["WebhookRegistry"],
    build: (db, { shopDomain, storeId }) => new WebhookRegistryRepository(db, shopDomain, storeId),
    methods: {
      list: (r) => r.list(),
      count: (r) => r.count(),
      upsert: (r) =>
        r.upsert(
          {
            topicKey: "ORDERS_CREATE",
            deliveryMethod: "HTTP",
            operation: "REFRESH",
            callbackUrl: null,
            handshakeResult: "SUCCESS",
            handshakeDetail: null,
          },
          LATER,
        ),
      deleteRecordedBefore: (r) => r.deleteRecordedBefore(LATER),
    },
  }),
  CustomerDataRepository: calls<CustomerDataRepository>({
    models: ["Ticket", "TicketMessage", "AiDraft", "OrderFlag", "WebhookEvent"],
    build: (db, { shopDomain, storeId }) => new CustomerDataRepository(db, shopDomain, storeId),
    methods: {
      listCustomers: (r) => r.listCustomers("", 100),
      listTickets: (r, other) => r.listTickets([other.ticket]),
      anonymiseTickets: (r, other) => r.anonymiseTickets([other.ticket]),
      listFlags: (r, other) => r.listFlags([other.gid("Order")]),
      anonymiseFlags: (r, other) => r.anonymiseFlags([other.gid("Order")]),
      listPayloads: (r) => r.listPayloads("", 100),
      findPayload: (r, other) => r.findPayload(other.webhookEvent),
      updatePayloads: (r, other) => r.updatePayloads([{ id: other.webhookEvent, text: "{}" }]),
    },
  }),
  DueOfStore: calls<DueOfStore>({
    models: ["AiDraft", "ConnectionEvent", "KpiCache", "WebhookEvent"],
    build: (db, { shopDomain, storeId }) => new DueOfStore(db, storeId, shopDomain),
    methods: {
      countDue: (r) => r.countDue(policy("ai-drafts"), LATER),
      countSpared: (r) => r.countSpared(policy("webhook-events"), LATER),
    },
  }),
  WebhookInboxOfShop: calls<WebhookInboxOfShop>({
    models: ["WebhookEvent"],
    build: (db, { shopDomain }) => new WebhookInboxOfShop(db, shopDomain),
    methods: {
      countByStatus: (r) => r.countByStatus(),
      list: (r) => r.list(),
      find: (r, other) => r.find(other.deadWebhook),
      summarise: (r) => r.summarise({}, LATER),
      listTopics: (r) => r.listTopics(),
      findOldestUnprocessed: (r) => r.findOldestUnprocessed(),
      listReplays: (r) => r.listReplays(),
      replay: (r, other) => r.replay({ webhookId: other.deadWebhook }, "caller", LATER),
      dismiss: (r, other) => r.dismiss({ webhookId: other.deadWebhook }, "caller", LATER),
    },
  }),
};

const policy = (name: string) => POLICIES.find((one) => one.name === name)!;

/** Repositories of the whole installation, which no page reaches with a merchant's words. */
export const NOT_SCOPED = [
  "StoreRepository",
  "WebhookInboxRepository",
  "WebhookShopsRepository",
  "RetentionRunRepository",
  "RetentionProgressRepository",
  "DueRowsRepository",
  "ActivityRepository",
  "ComplianceRequestRepository",
  "ShopDataRepository",
  "DueRepository",
  "SealedValueRepository",
];
