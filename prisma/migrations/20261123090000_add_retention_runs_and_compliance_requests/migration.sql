-- The log of sweeps, and the obligations under Shopify's compliance topics.
SET lock_timeout = '2s';
SET statement_timeout = '30s';

-- CreateEnum
CREATE TYPE "RetentionOutcome" AS ENUM ('RUNNING', 'COMPLETE', 'INCOMPLETE', 'FAILED');

-- CreateEnum
CREATE TYPE "ComplianceTopic" AS ENUM ('CUSTOMERS_DATA_REQUEST', 'CUSTOMERS_REDACT', 'SHOP_REDACT');

-- CreateEnum
CREATE TYPE "ComplianceStatus" AS ENUM ('RECEIVED', 'COMPLETED', 'SKIPPED', 'FAILED');

-- CreateTable
CREATE TABLE "RetentionRun" (
    "id" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,
    "startedAt" TIMESTAMP(3) NOT NULL,
    "finishedAt" TIMESTAMP(3),
    "outcome" "RetentionOutcome" NOT NULL DEFAULT 'RUNNING',
    "dryRun" BOOLEAN NOT NULL DEFAULT false,
    "policies" JSONB NOT NULL,
    "backlog" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "RetentionRun_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ComplianceRequest" (
    "id" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,
    "shopDomain" TEXT NOT NULL,
    "topic" "ComplianceTopic" NOT NULL,
    "status" "ComplianceStatus" NOT NULL DEFAULT 'RECEIVED',
    "receivedAt" TIMESTAMP(3) NOT NULL,
    "dueAt" TIMESTAMP(3) NOT NULL,
    "closedAt" TIMESTAMP(3),
    "result" JSONB NOT NULL,

    CONSTRAINT "ComplianceRequest_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "RetentionRun_startedAt_idx" ON "RetentionRun"("startedAt");

-- CreateIndex
CREATE INDEX "ComplianceRequest_shopDomain_receivedAt_idx" ON "ComplianceRequest"("shopDomain", "receivedAt");

-- CreateIndex
CREATE INDEX "ComplianceRequest_status_dueAt_idx" ON "ComplianceRequest"("status", "dueAt");

-- CreateIndex
CREATE INDEX "ComplianceRequest_closedAt_idx" ON "ComplianceRequest"("closedAt");
