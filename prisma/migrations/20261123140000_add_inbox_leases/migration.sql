-- The inbox gets leases and turns, and handlers the instants by which an older webhook is told from a newer one.
SET lock_timeout = '2s';
SET statement_timeout = '30s';

-- AlterTable
ALTER TABLE "ComplianceRequest" ADD COLUMN     "subject" TEXT,
ADD COLUMN     "webhookId" TEXT;

-- AlterTable
ALTER TABLE "ProductVelocity" ADD COLUMN     "productUpdatedAt" TIMESTAMP(3),
ADD COLUMN     "stockLevels" JSONB;

-- AlterTable
ALTER TABLE "Store" ADD COLUMN     "scopesUpdatedAt" TIMESTAMP(3),
ADD COLUMN     "shopUpdatedAt" TIMESTAMP(3);

-- AlterTable
ALTER TABLE "WebhookEvent" ADD COLUMN     "apiVersion" TEXT,
ADD COLUMN     "leaseToken" TEXT,
ADD COLUMN     "replayedAt" TIMESTAMP(3),
ADD COLUMN     "replayedBy" TEXT;
