-- The sweep asks for drafts without a score, the oldest first; scored ones stay for ever and would all be walked over.
-- Built CONCURRENTLY, so that no writer waits; each statement may run twice, and an index that was cut off is dropped
-- before it is built.
SET lock_timeout = '2s';
SET statement_timeout = 0;

DROP INDEX CONCURRENTLY IF EXISTS "AiDraft_rewardScore_createdAt_idx";
CREATE INDEX CONCURRENTLY IF NOT EXISTS "AiDraft_rewardScore_createdAt_idx" ON "AiDraft"("rewardScore", "createdAt");

-- Its work is done by the one above.
DROP INDEX CONCURRENTLY IF EXISTS "AiDraft_createdAt_idx";
