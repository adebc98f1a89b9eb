-- CreateTable
CREATE TABLE "Session" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "shop" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "isOnline" BOOLEAN NOT NULL DEFAULT false,
    "scope" TEXT,
    "expires" DATETIME,
    "accessToken" TEXT NOT NULL,
    "userId" BIGINT,
    "firstName" TEXT,
    "lastName" TEXT,
    "email" TEXT,
    "accountOwner" BOOLEAN NOT NULL DEFAULT false,
    "locale" TEXT,
    "collaborator" BOOLEAN DEFAULT false,
    "emailVerified" BOOLEAN DEFAULT false,
    "refreshToken" TEXT,
    "refreshTokenExpires" DATETIME,
    "refreshLockedUntil" DATETIME
);

-- CreateTable
CREATE TABLE "Store" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" DATETIME NOT NULL,
    "shopDomain" TEXT NOT NULL,
    "shopGid" TEXT,
    "name" TEXT,
    "accessToken" TEXT,
    "planLevel" TEXT NOT NULL DEFAULT 'STARTER',
    "status" TEXT NOT NULL DEFAULT 'ACTIVE',
    "currency" TEXT NOT NULL DEFAULT 'USD',
    "ianaTimezone" TEXT NOT NULL DEFAULT 'UTC',
    "scopes" TEXT NOT NULL DEFAULT '',
    "onboardingCompletedAt" DATETIME,
    "onboardingFlags" JSONB NOT NULL,
    "installedAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "uninstalledAt" DATETIME
);

-- CreateTable
CREATE TABLE "StoreSettings" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" DATETIME NOT NULL,
    "storeId" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "thresholds" JSONB NOT NULL,
    "featureToggles" JSONB NOT NULL,
    "connectionMetadata" JSONB NOT NULL,
    "lastRotationDates" JSONB NOT NULL,
    CONSTRAINT "StoreSettings_storeId_fkey" FOREIGN KEY ("storeId") REFERENCES "Store" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "StoreSecret" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" DATETIME NOT NULL,
    "storeId" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "cipherText" TEXT NOT NULL,
    "encryptionVersion" INTEGER NOT NULL,
    "keyId" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "lastFour" TEXT NOT NULL,
    "setBy" TEXT,
    "rotationReminderAt" DATETIME,
    "lastRotatedAt" DATETIME,
    CONSTRAINT "StoreSecret_storeId_fkey" FOREIGN KEY ("storeId") REFERENCES "Store" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "KpiCache" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" DATETIME NOT NULL,
    "storeId" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "fromDay" TEXT NOT NULL,
    "toDay" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "computedAt" DATETIME NOT NULL,
    "expiresAt" DATETIME NOT NULL,
    CONSTRAINT "KpiCache_storeId_fkey" FOREIGN KEY ("storeId") REFERENCES "Store" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "OrderFlag" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" DATETIME NOT NULL,
    "storeId" TEXT NOT NULL,
    "orderGid" TEXT NOT NULL,
    "orderName" TEXT NOT NULL,
    "rule" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'ATTENTION',
    "orderTotalMinor" BIGINT NOT NULL,
    "currency" TEXT NOT NULL,
    "customerName" TEXT,
    "orderPlacedAt" DATETIME NOT NULL,
    "orderUpdatedAt" DATETIME NOT NULL,
    "note" TEXT,
    "evidence" JSONB NOT NULL,
    "snoozedUntil" DATETIME,
    "resolvedAt" DATETIME,
    "resolvedBy" TEXT,
    CONSTRAINT "OrderFlag_storeId_fkey" FOREIGN KEY ("storeId") REFERENCES "Store" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Ticket" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" DATETIME NOT NULL,
    "storeId" TEXT NOT NULL,
    "channel" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'OPEN',
    "priority" TEXT NOT NULL DEFAULT 'NORMAL',
    "subject" TEXT NOT NULL,
    "customerGid" TEXT,
    "customerName" TEXT,
    "customerEmail" TEXT,
    "orderGid" TEXT,
    "orderName" TEXT,
    "assignee" TEXT,
    "tags" JSONB NOT NULL,
    "metadata" JSONB NOT NULL,
    "lastMessageAt" DATETIME NOT NULL,
    "solvedAt" DATETIME,
    CONSTRAINT "Ticket_storeId_fkey" FOREIGN KEY ("storeId") REFERENCES "Store" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "TicketMessage" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" DATETIME NOT NULL,
    "storeId" TEXT NOT NULL,
    "ticketId" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "author" TEXT,
    "body" TEXT NOT NULL,
    "metadata" JSONB NOT NULL,
    "writtenAt" DATETIME NOT NULL,
    "sentAt" DATETIME,
    CONSTRAINT "TicketMessage_storeId_fkey" FOREIGN KEY ("storeId") REFERENCES "Store" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "TicketMessage_storeId_ticketId_fkey" FOREIGN KEY ("storeId", "ticketId") REFERENCES "Ticket" ("storeId", "id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "AiDraft" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" DATETIME NOT NULL,
    "storeId" TEXT NOT NULL,
    "messageId" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "humanEdit" TEXT,
    "approved" BOOLEAN,
    "decidedAt" DATETIME,
    "decidedBy" TEXT,
    "feedback" TEXT,
    "rewardScore" REAL,
    CONSTRAINT "AiDraft_storeId_fkey" FOREIGN KEY ("storeId") REFERENCES "Store" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "AiDraft_storeId_messageId_fkey" FOREIGN KEY ("storeId", "messageId") REFERENCES "TicketMessage" ("storeId", "id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "SeoInsight" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" DATETIME NOT NULL,
    "storeId" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "rule" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'OPEN',
    "resource" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "evidence" JSONB NOT NULL,
    "decidedAt" DATETIME,
    "decidedBy" TEXT,
    CONSTRAINT "SeoInsight_storeId_fkey" FOREIGN KEY ("storeId") REFERENCES "Store" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "ProductVelocity" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" DATETIME NOT NULL,
    "storeId" TEXT NOT NULL,
    "variantGid" TEXT NOT NULL,
    "productGid" TEXT NOT NULL,
    "inventoryItemGid" TEXT NOT NULL,
    "sku" TEXT NOT NULL,
    "productTitle" TEXT NOT NULL,
    "variantTitle" TEXT,
    "vendor" TEXT NOT NULL,
    "demandClass" TEXT NOT NULL,
    "unitsPerDay" REAL NOT NULL,
    "windowDays" INTEGER NOT NULL,
    "available" INTEGER NOT NULL,
    "incoming" INTEGER NOT NULL DEFAULT 0,
    "leadTimeDays" INTEGER NOT NULL,
    "daysOfCover" REAL,
    "stockoutDay" TEXT,
    "reorderPoint" INTEGER NOT NULL,
    "reorderQuantity" INTEGER NOT NULL,
    "unitCostMinor" BIGINT NOT NULL,
    "currency" TEXT NOT NULL,
    "stockUpdatedAt" DATETIME NOT NULL,
    "computedAt" DATETIME NOT NULL,
    CONSTRAINT "ProductVelocity_storeId_fkey" FOREIGN KEY ("storeId") REFERENCES "Store" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "PurchaseOrder" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" DATETIME NOT NULL,
    "storeId" TEXT NOT NULL,
    "number" TEXT NOT NULL,
    "vendor" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'DRAFT',
    "currency" TEXT NOT NULL,
    "totalMinor" BIGINT NOT NULL,
    "note" TEXT,
    "orderedAt" DATETIME,
    "expectedDay" TEXT,
    "receivedAt" DATETIME,
    CONSTRAINT "PurchaseOrder_storeId_fkey" FOREIGN KEY ("storeId") REFERENCES "Store" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "PurchaseOrderLine" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" DATETIME NOT NULL,
    "storeId" TEXT NOT NULL,
    "purchaseOrderId" TEXT NOT NULL,
    "variantGid" TEXT NOT NULL,
    "sku" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "quantity" INTEGER NOT NULL,
    "receivedQuantity" INTEGER NOT NULL DEFAULT 0,
    "unitCostMinor" BIGINT NOT NULL,
    CONSTRAINT "PurchaseOrderLine_storeId_fkey" FOREIGN KEY ("storeId") REFERENCES "Store" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "PurchaseOrderLine_storeId_purchaseOrderId_fkey" FOREIGN KEY ("storeId", "purchaseOrderId") REFERENCES "PurchaseOrder" ("storeId", "id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "ConnectionEvent" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" DATETIME NOT NULL,
    "storeId" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "trigger" TEXT NOT NULL DEFAULT 'MANUAL',
    "outcome" TEXT NOT NULL,
    "errorClass" TEXT,
    "retryable" BOOLEAN NOT NULL DEFAULT false,
    "httpStatus" INTEGER,
    "providerCode" TEXT,
    "latencyMs" INTEGER NOT NULL,
    "message" TEXT,
    CONSTRAINT "ConnectionEvent_storeId_fkey" FOREIGN KEY ("storeId") REFERENCES "Store" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "WebhookRegistry" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" DATETIME NOT NULL,
    "shopDomain" TEXT NOT NULL,
    "topicKey" TEXT NOT NULL,
    "storeId" TEXT,
    "deliveryMethod" TEXT NOT NULL,
    "operation" TEXT NOT NULL,
    "callbackUrl" TEXT,
    "handshakeResult" TEXT,
    "handshakeDetail" TEXT,
    "lastHandshakeAt" DATETIME,
    "recordedAt" DATETIME NOT NULL,
    CONSTRAINT "WebhookRegistry_storeId_fkey" FOREIGN KEY ("storeId") REFERENCES "Store" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "WebhookEvent" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" DATETIME NOT NULL,
    "webhookId" TEXT NOT NULL,
    "eventId" TEXT,
    "topic" TEXT NOT NULL,
    "shopDomain" TEXT NOT NULL,
    "storeId" TEXT,
    "payload" JSONB NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'RECEIVED',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "nextAttemptAt" DATETIME,
    "lastError" TEXT,
    "triggeredAt" DATETIME,
    "receivedAt" DATETIME NOT NULL,
    "processedAt" DATETIME,
    CONSTRAINT "WebhookEvent_storeId_fkey" FOREIGN KEY ("storeId") REFERENCES "Store" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "RetentionRun" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" DATETIME NOT NULL,
    "startedAt" DATETIME NOT NULL,
    "finishedAt" DATETIME,
    "outcome" TEXT NOT NULL DEFAULT 'RUNNING',
    "dryRun" BOOLEAN NOT NULL DEFAULT false,
    "policies" JSONB NOT NULL,
    "backlog" INTEGER NOT NULL DEFAULT 0
);

-- CreateTable
CREATE TABLE "ComplianceRequest" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" DATETIME NOT NULL,
    "shopDomain" TEXT NOT NULL,
    "topic" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'RECEIVED',
    "receivedAt" DATETIME NOT NULL,
    "dueAt" DATETIME NOT NULL,
    "closedAt" DATETIME,
    "result" JSONB NOT NULL
);

-- CreateIndex
CREATE INDEX "Session_shop_idx" ON "Session"("shop");

-- CreateIndex
CREATE INDEX "Session_expires_idx" ON "Session"("expires");

-- CreateIndex
CREATE UNIQUE INDEX "Store_shopDomain_key" ON "Store"("shopDomain");

-- CreateIndex
CREATE INDEX "Store_status_idx" ON "Store"("status");

-- CreateIndex
CREATE UNIQUE INDEX "StoreSettings_storeId_key" ON "StoreSettings"("storeId");

-- CreateIndex
CREATE INDEX "StoreSecret_rotationReminderAt_idx" ON "StoreSecret"("rotationReminderAt");

-- CreateIndex
CREATE INDEX "StoreSecret_keyId_idx" ON "StoreSecret"("keyId");

-- CreateIndex
CREATE UNIQUE INDEX "StoreSecret_storeId_provider_key" ON "StoreSecret"("storeId", "provider");

-- CreateIndex
CREATE INDEX "KpiCache_expiresAt_idx" ON "KpiCache"("expiresAt");

-- CreateIndex
CREATE UNIQUE INDEX "KpiCache_storeId_kind_fromDay_toDay_key" ON "KpiCache"("storeId", "kind", "fromDay", "toDay");

-- CreateIndex
CREATE INDEX "OrderFlag_storeId_status_createdAt_idx" ON "OrderFlag"("storeId", "status", "createdAt");

-- CreateIndex
CREATE UNIQUE INDEX "OrderFlag_storeId_orderGid_rule_key" ON "OrderFlag"("storeId", "orderGid", "rule");

-- CreateIndex
CREATE INDEX "Ticket_storeId_status_lastMessageAt_idx" ON "Ticket"("storeId", "status", "lastMessageAt");

-- CreateIndex
CREATE INDEX "Ticket_storeId_customerEmail_idx" ON "Ticket"("storeId", "customerEmail");

-- CreateIndex
CREATE UNIQUE INDEX "Ticket_storeId_id_key" ON "Ticket"("storeId", "id");

-- CreateIndex
CREATE INDEX "TicketMessage_storeId_ticketId_writtenAt_idx" ON "TicketMessage"("storeId", "ticketId", "writtenAt");

-- CreateIndex
CREATE UNIQUE INDEX "TicketMessage_storeId_id_key" ON "TicketMessage"("storeId", "id");

-- CreateIndex
CREATE INDEX "AiDraft_createdAt_idx" ON "AiDraft"("createdAt");

-- CreateIndex
CREATE UNIQUE INDEX "AiDraft_storeId_messageId_key" ON "AiDraft"("storeId", "messageId");

-- CreateIndex
CREATE INDEX "SeoInsight_storeId_status_severity_createdAt_idx" ON "SeoInsight"("storeId", "status", "severity", "createdAt");

-- CreateIndex
CREATE UNIQUE INDEX "SeoInsight_storeId_source_rule_resource_key" ON "SeoInsight"("storeId", "source", "rule", "resource");

-- CreateIndex
CREATE INDEX "ProductVelocity_storeId_sku_idx" ON "ProductVelocity"("storeId", "sku");

-- CreateIndex
CREATE INDEX "ProductVelocity_storeId_stockoutDay_idx" ON "ProductVelocity"("storeId", "stockoutDay");

-- CreateIndex
CREATE UNIQUE INDEX "ProductVelocity_storeId_variantGid_key" ON "ProductVelocity"("storeId", "variantGid");

-- CreateIndex
CREATE INDEX "PurchaseOrder_storeId_status_createdAt_idx" ON "PurchaseOrder"("storeId", "status", "createdAt");

-- CreateIndex
CREATE UNIQUE INDEX "PurchaseOrder_storeId_id_key" ON "PurchaseOrder"("storeId", "id");

-- CreateIndex
CREATE UNIQUE INDEX "PurchaseOrder_storeId_number_key" ON "PurchaseOrder"("storeId", "number");

-- CreateIndex
CREATE UNIQUE INDEX "PurchaseOrderLine_storeId_purchaseOrderId_variantGid_key" ON "PurchaseOrderLine"("storeId", "purchaseOrderId", "variantGid");

-- CreateIndex
CREATE INDEX "ConnectionEvent_storeId_provider_outcome_createdAt_idx" ON "ConnectionEvent"("storeId", "provider", "outcome", "createdAt");

-- CreateIndex
CREATE INDEX "ConnectionEvent_createdAt_idx" ON "ConnectionEvent"("createdAt");

-- CreateIndex
CREATE INDEX "WebhookRegistry_storeId_idx" ON "WebhookRegistry"("storeId");

-- CreateIndex
CREATE UNIQUE INDEX "WebhookRegistry_shopDomain_topicKey_key" ON "WebhookRegistry"("shopDomain", "topicKey");

-- CreateIndex
CREATE UNIQUE INDEX "WebhookEvent_webhookId_key" ON "WebhookEvent"("webhookId");

-- CreateIndex
CREATE INDEX "WebhookEvent_status_nextAttemptAt_idx" ON "WebhookEvent"("status", "nextAttemptAt");

-- CreateIndex
CREATE INDEX "WebhookEvent_status_processedAt_idx" ON "WebhookEvent"("status", "processedAt");

-- CreateIndex
CREATE INDEX "WebhookEvent_shopDomain_receivedAt_idx" ON "WebhookEvent"("shopDomain", "receivedAt");

-- CreateIndex
CREATE INDEX "WebhookEvent_storeId_idx" ON "WebhookEvent"("storeId");

-- CreateIndex
CREATE INDEX "RetentionRun_startedAt_idx" ON "RetentionRun"("startedAt");

-- CreateIndex
CREATE INDEX "ComplianceRequest_shopDomain_receivedAt_idx" ON "ComplianceRequest"("shopDomain", "receivedAt");

-- CreateIndex
CREATE INDEX "ComplianceRequest_status_dueAt_idx" ON "ComplianceRequest"("status", "dueAt");

-- CreateIndex
CREATE INDEX "ComplianceRequest_closedAt_idx" ON "ComplianceRequest"("closedAt");
