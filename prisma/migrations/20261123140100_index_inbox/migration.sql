-- What the inbox, its handlers and the diagnostics page ask for. Built CONCURRENTLY, so that no writer waits; each statement
-- may run twice, and an index that was cut off is dropped before it is built.
SET lock_timeout = '2s';
SET statement_timeout = 0;

DROP INDEX CONCURRENTLY IF EXISTS "ComplianceRequest_webhookId_key";
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "ComplianceRequest_webhookId_key" ON "ComplianceRequest"("webhookId");

DROP INDEX CONCURRENTLY IF EXISTS "ProductVelocity_storeId_productGid_idx";
CREATE INDEX CONCURRENTLY IF NOT EXISTS "ProductVelocity_storeId_productGid_idx" ON "ProductVelocity"("storeId", "productGid");

DROP INDEX CONCURRENTLY IF EXISTS "ProductVelocity_storeId_inventoryItemGid_idx";
CREATE INDEX CONCURRENTLY IF NOT EXISTS "ProductVelocity_storeId_inventoryItemGid_idx" ON "ProductVelocity"("storeId", "inventoryItemGid");

DROP INDEX CONCURRENTLY IF EXISTS "WebhookEvent_shopDomain_status_receivedAt_topic_idx";
CREATE INDEX CONCURRENTLY IF NOT EXISTS "WebhookEvent_shopDomain_status_receivedAt_topic_idx" ON "WebhookEvent"("shopDomain", "status", "receivedAt", "topic");

-- Its work is done by the one above.
DROP INDEX CONCURRENTLY IF EXISTS "WebhookEvent_shopDomain_receivedAt_idx";
