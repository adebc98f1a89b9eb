-- The desk: the shop and its session, figures, order flags, tickets with drafts, insights, inventory.
SET lock_timeout = '2s';
SET statement_timeout = '30s';

-- CreateEnum
CREATE TYPE "StoreStatus" AS ENUM ('ACTIVE', 'UNINSTALLED', 'REDACTED');

-- CreateEnum
CREATE TYPE "PlanLevel" AS ENUM ('STARTER', 'GROWTH', 'SCALE');

-- CreateEnum
CREATE TYPE "KpiKind" AS ENUM ('SALES', 'ORDERS', 'INVENTORY');

-- CreateEnum
CREATE TYPE "Severity" AS ENUM ('INFO', 'WARNING', 'CRITICAL');

-- CreateEnum
CREATE TYPE "OrderFlagStatus" AS ENUM ('ATTENTION', 'SNOOZED', 'RESOLVED', 'ARCHIVED');

-- CreateEnum
CREATE TYPE "TicketStatus" AS ENUM ('OPEN', 'PENDING', 'SOLVED', 'ARCHIVED');

-- CreateEnum
CREATE TYPE "TicketPriority" AS ENUM ('LOW', 'NORMAL', 'HIGH', 'URGENT');

-- CreateEnum
CREATE TYPE "TicketChannel" AS ENUM ('CONTACT_FORM', 'EMAIL');

-- CreateEnum
CREATE TYPE "TicketMessageKind" AS ENUM ('CUSTOMER', 'AI_DRAFT', 'HUMAN', 'NOTE');

-- CreateEnum
CREATE TYPE "SeoInsightSource" AS ENUM ('GSC', 'GA4', 'BING', 'CATALOGUE');

-- CreateEnum
CREATE TYPE "SeoInsightStatus" AS ENUM ('OPEN', 'DONE', 'DISMISSED');

-- CreateEnum
CREATE TYPE "DemandClass" AS ENUM ('SMOOTH', 'ERRATIC', 'INTERMITTENT', 'LUMPY', 'INSUFFICIENT_DATA');

-- CreateEnum
CREATE TYPE "PurchaseOrderStatus" AS ENUM ('DRAFT', 'ORDERED', 'PARTIALLY_RECEIVED', 'RECEIVED', 'CANCELLED');

-- CreateTable
CREATE TABLE "Session" (
    "id" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "shop" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "isOnline" BOOLEAN NOT NULL DEFAULT false,
    "scope" TEXT,
    "expires" TIMESTAMP(3),
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
    "refreshTokenExpires" TIMESTAMP(3),
    "refreshLockedUntil" TIMESTAMP(3),

    CONSTRAINT "Session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Store" (
    "id" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,
    "shopDomain" TEXT NOT NULL,
    "shopGid" TEXT,
    "name" TEXT,
    "accessToken" TEXT,
    "planLevel" "PlanLevel" NOT NULL DEFAULT 'STARTER',
    "status" "StoreStatus" NOT NULL DEFAULT 'ACTIVE',
    "currency" TEXT NOT NULL DEFAULT 'USD',
    "ianaTimezone" TEXT NOT NULL DEFAULT 'UTC',
    "scopes" TEXT NOT NULL DEFAULT '',
    "onboardingCompletedAt" TIMESTAMP(3),
    "onboardingFlags" JSONB NOT NULL,
    "installedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "uninstalledAt" TIMESTAMP(3),

    CONSTRAINT "Store_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "StoreSettings" (
    "id" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,
    "storeId" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "thresholds" JSONB NOT NULL,
    "featureToggles" JSONB NOT NULL,
    "connectionMetadata" JSONB NOT NULL,
    "lastRotationDates" JSONB NOT NULL,

    CONSTRAINT "StoreSettings_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "KpiCache" (
    "id" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,
    "storeId" TEXT NOT NULL,
    "kind" "KpiKind" NOT NULL,
    "fromDay" TEXT NOT NULL,
    "toDay" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "computedAt" TIMESTAMP(3) NOT NULL,
    "expiresAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "KpiCache_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "OrderFlag" (
    "id" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,
    "storeId" TEXT NOT NULL,
    "orderGid" TEXT NOT NULL,
    "orderName" TEXT NOT NULL,
    "rule" TEXT NOT NULL,
    "severity" "Severity" NOT NULL,
    "status" "OrderFlagStatus" NOT NULL DEFAULT 'ATTENTION',
    "orderTotalMinor" BIGINT NOT NULL,
    "currency" TEXT NOT NULL,
    "customerName" TEXT,
    "orderPlacedAt" TIMESTAMP(3) NOT NULL,
    "orderUpdatedAt" TIMESTAMP(3) NOT NULL,
    "note" TEXT,
    "evidence" JSONB NOT NULL,
    "snoozedUntil" TIMESTAMP(3),
    "resolvedAt" TIMESTAMP(3),
    "resolvedBy" TEXT,

    CONSTRAINT "OrderFlag_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Ticket" (
    "id" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,
    "storeId" TEXT NOT NULL,
    "channel" "TicketChannel" NOT NULL,
    "status" "TicketStatus" NOT NULL DEFAULT 'OPEN',
    "priority" "TicketPriority" NOT NULL DEFAULT 'NORMAL',
    "subject" TEXT NOT NULL,
    "customerGid" TEXT,
    "customerName" TEXT,
    "customerEmail" TEXT,
    "orderGid" TEXT,
    "orderName" TEXT,
    "assignee" TEXT,
    "tags" JSONB NOT NULL,
    "metadata" JSONB NOT NULL,
    "lastMessageAt" TIMESTAMP(3) NOT NULL,
    "solvedAt" TIMESTAMP(3),

    CONSTRAINT "Ticket_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "TicketMessage" (
    "id" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,
    "storeId" TEXT NOT NULL,
    "ticketId" TEXT NOT NULL,
    "kind" "TicketMessageKind" NOT NULL,
    "author" TEXT,
    "body" TEXT NOT NULL,
    "metadata" JSONB NOT NULL,
    "writtenAt" TIMESTAMP(3) NOT NULL,
    "sentAt" TIMESTAMP(3),

    CONSTRAINT "TicketMessage_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AiDraft" (
    "id" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,
    "storeId" TEXT NOT NULL,
    "messageId" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "humanEdit" TEXT,
    "approved" BOOLEAN,
    "decidedAt" TIMESTAMP(3),
    "decidedBy" TEXT,
    "feedback" TEXT,
    "rewardScore" DOUBLE PRECISION,

    CONSTRAINT "AiDraft_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "SeoInsight" (
    "id" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,
    "storeId" TEXT NOT NULL,
    "source" "SeoInsightSource" NOT NULL,
    "rule" TEXT NOT NULL,
    "severity" "Severity" NOT NULL,
    "status" "SeoInsightStatus" NOT NULL DEFAULT 'OPEN',
    "resource" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "evidence" JSONB NOT NULL,
    "decidedAt" TIMESTAMP(3),
    "decidedBy" TEXT,

    CONSTRAINT "SeoInsight_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ProductVelocity" (
    "id" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,
    "storeId" TEXT NOT NULL,
    "variantGid" TEXT NOT NULL,
    "productGid" TEXT NOT NULL,
    "inventoryItemGid" TEXT NOT NULL,
    "sku" TEXT NOT NULL,
    "productTitle" TEXT NOT NULL,
    "variantTitle" TEXT,
    "vendor" TEXT NOT NULL,
    "demandClass" "DemandClass" NOT NULL,
    "unitsPerDay" DOUBLE PRECISION NOT NULL,
    "windowDays" INTEGER NOT NULL,
    "available" INTEGER NOT NULL,
    "incoming" INTEGER NOT NULL DEFAULT 0,
    "leadTimeDays" INTEGER NOT NULL,
    "daysOfCover" DOUBLE PRECISION,
    "stockoutDay" TEXT,
    "reorderPoint" INTEGER NOT NULL,
    "reorderQuantity" INTEGER NOT NULL,
    "unitCostMinor" BIGINT NOT NULL,
    "currency" TEXT NOT NULL,
    "stockUpdatedAt" TIMESTAMP(3) NOT NULL,
    "computedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "ProductVelocity_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "PurchaseOrder" (
    "id" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,
    "storeId" TEXT NOT NULL,
    "number" TEXT NOT NULL,
    "vendor" TEXT NOT NULL,
    "status" "PurchaseOrderStatus" NOT NULL DEFAULT 'DRAFT',
    "currency" TEXT NOT NULL,
    "totalMinor" BIGINT NOT NULL,
    "note" TEXT,
    "orderedAt" TIMESTAMP(3),
    "expectedDay" TEXT,
    "receivedAt" TIMESTAMP(3),

    CONSTRAINT "PurchaseOrder_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "PurchaseOrderLine" (
    "id" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,
    "storeId" TEXT NOT NULL,
    "purchaseOrderId" TEXT NOT NULL,
    "variantGid" TEXT NOT NULL,
    "sku" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "quantity" INTEGER NOT NULL,
    "receivedQuantity" INTEGER NOT NULL DEFAULT 0,
    "unitCostMinor" BIGINT NOT NULL,

    CONSTRAINT "PurchaseOrderLine_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "Session_shop_idx" ON "Session"("shop");

-- CreateIndex
CREATE UNIQUE INDEX "Store_shopDomain_key" ON "Store"("shopDomain");

-- CreateIndex
CREATE INDEX "Store_status_idx" ON "Store"("status");

-- CreateIndex
CREATE UNIQUE INDEX "StoreSettings_storeId_key" ON "StoreSettings"("storeId");

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

-- AddForeignKey
ALTER TABLE "StoreSettings" ADD CONSTRAINT "StoreSettings_storeId_fkey" FOREIGN KEY ("storeId") REFERENCES "Store"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "KpiCache" ADD CONSTRAINT "KpiCache_storeId_fkey" FOREIGN KEY ("storeId") REFERENCES "Store"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "OrderFlag" ADD CONSTRAINT "OrderFlag_storeId_fkey" FOREIGN KEY ("storeId") REFERENCES "Store"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Ticket" ADD CONSTRAINT "Ticket_storeId_fkey" FOREIGN KEY ("storeId") REFERENCES "Store"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "TicketMessage" ADD CONSTRAINT "TicketMessage_storeId_fkey" FOREIGN KEY ("storeId") REFERENCES "Store"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "TicketMessage" ADD CONSTRAINT "TicketMessage_storeId_ticketId_fkey" FOREIGN KEY ("storeId", "ticketId") REFERENCES "Ticket"("storeId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AiDraft" ADD CONSTRAINT "AiDraft_storeId_fkey" FOREIGN KEY ("storeId") REFERENCES "Store"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AiDraft" ADD CONSTRAINT "AiDraft_storeId_messageId_fkey" FOREIGN KEY ("storeId", "messageId") REFERENCES "TicketMessage"("storeId", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SeoInsight" ADD CONSTRAINT "SeoInsight_storeId_fkey" FOREIGN KEY ("storeId") REFERENCES "Store"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ProductVelocity" ADD CONSTRAINT "ProductVelocity_storeId_fkey" FOREIGN KEY ("storeId") REFERENCES "Store"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "PurchaseOrder" ADD CONSTRAINT "PurchaseOrder_storeId_fkey" FOREIGN KEY ("storeId") REFERENCES "Store"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "PurchaseOrderLine" ADD CONSTRAINT "PurchaseOrderLine_storeId_fkey" FOREIGN KEY ("storeId") REFERENCES "Store"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "PurchaseOrderLine" ADD CONSTRAINT "PurchaseOrderLine_storeId_purchaseOrderId_fkey" FOREIGN KEY ("storeId", "purchaseOrderId") REFERENCES "PurchaseOrder"("storeId", "id") ON DELETE CASCADE ON UPDATE CASCADE;
