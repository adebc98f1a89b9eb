-- The inbox gets leases and turns, and handlers the instants by which an older webhook is told from a newer one.
-- DropIndex
DROP INDEX "WebhookEvent_shopDomain_receivedAt_idx";

-- AlterTable
ALTER TABLE "ComplianceRequest" ADD COLUMN "subject" TEXT;
ALTER TABLE "ComplianceRequest" ADD COLUMN "webhookId" TEXT;

-- AlterTable
ALTER TABLE "ProductVelocity" ADD COLUMN "productUpdatedAt" DATETIME;
ALTER TABLE "ProductVelocity" ADD COLUMN "stockLevels" JSONB;

-- AlterTable
ALTER TABLE "Store" ADD COLUMN "scopesUpdatedAt" DATETIME;
ALTER TABLE "Store" ADD COLUMN "shopUpdatedAt" DATETIME;

-- AlterTable
ALTER TABLE "WebhookEvent" ADD COLUMN "apiVersion" TEXT;
ALTER TABLE "WebhookEvent" ADD COLUMN "leaseToken" TEXT;
ALTER TABLE "WebhookEvent" ADD COLUMN "replayedAt" DATETIME;
ALTER TABLE "WebhookEvent" ADD COLUMN "replayedBy" TEXT;

-- CreateIndex
CREATE UNIQUE INDEX "ComplianceRequest_webhookId_key" ON "ComplianceRequest"("webhookId");

-- CreateIndex
CREATE INDEX "ProductVelocity_storeId_productGid_idx" ON "ProductVelocity"("storeId", "productGid");

-- CreateIndex
CREATE INDEX "ProductVelocity_storeId_inventoryItemGid_idx" ON "ProductVelocity"("storeId", "inventoryItemGid");

-- CreateIndex
CREATE INDEX "WebhookEvent_shopDomain_status_receivedAt_topic_idx" ON "WebhookEvent"("shopDomain", "status", "receivedAt", "topic");

-- What was received before has its turn in the order in which it came.
UPDATE "WebhookEvent" SET "nextAttemptAt" = "receivedAt" WHERE "status" = 'RECEIVED' AND "nextAttemptAt" IS NULL;
