-- What the retention sweep and the rotation reminders look up. Built CONCURRENTLY, so that no writer waits: this file is
-- sent statement by statement (prisma/postgres-migrate-adapter.ts), and each statement may run twice.
-- A build that was cut off leaves an INVALID index, so each is dropped before it is built.
SET lock_timeout = '2s';
SET statement_timeout = 0;

DROP INDEX CONCURRENTLY IF EXISTS "Session_expires_idx";
CREATE INDEX CONCURRENTLY IF NOT EXISTS "Session_expires_idx" ON "Session"("expires");

DROP INDEX CONCURRENTLY IF EXISTS "StoreSecret_rotationReminderAt_idx";
CREATE INDEX CONCURRENTLY IF NOT EXISTS "StoreSecret_rotationReminderAt_idx" ON "StoreSecret"("rotationReminderAt");

DROP INDEX CONCURRENTLY IF EXISTS "KpiCache_expiresAt_idx";
CREATE INDEX CONCURRENTLY IF NOT EXISTS "KpiCache_expiresAt_idx" ON "KpiCache"("expiresAt");

DROP INDEX CONCURRENTLY IF EXISTS "AiDraft_createdAt_idx";
CREATE INDEX CONCURRENTLY IF NOT EXISTS "AiDraft_createdAt_idx" ON "AiDraft"("createdAt");

DROP INDEX CONCURRENTLY IF EXISTS "ConnectionEvent_createdAt_idx";
CREATE INDEX CONCURRENTLY IF NOT EXISTS "ConnectionEvent_createdAt_idx" ON "ConnectionEvent"("createdAt");

DROP INDEX CONCURRENTLY IF EXISTS "WebhookEvent_status_processedAt_idx";
CREATE INDEX CONCURRENTLY IF NOT EXISTS "WebhookEvent_status_processedAt_idx" ON "WebhookEvent"("status", "processedAt");
