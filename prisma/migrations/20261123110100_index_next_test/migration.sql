-- What the cron asks for: the connections that are due for a test. Built CONCURRENTLY, so that no writer waits; each
-- statement may run twice, and an index that was cut off is dropped before it is built.
SET lock_timeout = '2s';
SET statement_timeout = 0;

DROP INDEX CONCURRENTLY IF EXISTS "StoreSecret_nextTestAt_idx";
CREATE INDEX CONCURRENTLY IF NOT EXISTS "StoreSecret_nextTestAt_idx" ON "StoreSecret"("nextTestAt");
