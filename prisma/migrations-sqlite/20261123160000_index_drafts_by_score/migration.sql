-- The sweep asks for drafts without a score, the oldest first; scored ones stay for ever and would all be walked over.
-- DropIndex
DROP INDEX "AiDraft_createdAt_idx";

-- CreateIndex
CREATE INDEX "AiDraft_rewardScore_createdAt_idx" ON "AiDraft"("rewardScore", "createdAt");
