-- What we last registered at Shopify, and the durable inbox of webhooks.
SET lock_timeout = '2s';
SET statement_timeout = '30s';

-- CreateEnum
CREATE TYPE "WebhookOperation" AS ENUM ('REGISTER', 'REFRESH', 'REMOVE');

-- CreateEnum
CREATE TYPE "HandshakeResult" AS ENUM ('SUCCESS', 'FAILURE');

-- CreateEnum
CREATE TYPE "WebhookEventStatus" AS ENUM ('RECEIVED', 'PROCESSING', 'SUCCEEDED', 'SKIPPED', 'FAILED', 'DEAD');

-- CreateTable
CREATE TABLE "WebhookRegistry" (
    "id" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,
    "shopDomain" TEXT NOT NULL,
    "topicKey" TEXT NOT NULL,
    "storeId" TEXT,
    "deliveryMethod" TEXT NOT NULL,
    "operation" "WebhookOperation" NOT NULL,
    "callbackUrl" TEXT,
    "handshakeResult" "HandshakeResult",
    "handshakeDetail" TEXT,
    "lastHandshakeAt" TIMESTAMP(3),
    "recordedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "WebhookRegistry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "WebhookEvent" (
    "id" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,
    "webhookId" TEXT NOT NULL,
    "eventId" TEXT,
    "topic" TEXT NOT NULL,
    "shopDomain" TEXT NOT NULL,
    "storeId" TEXT,
    "payload" JSONB NOT NULL,
    "status" "WebhookEventStatus" NOT NULL DEFAULT 'RECEIVED',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "nextAttemptAt" TIMESTAMP(3),
    "lastError" TEXT,
    "triggeredAt" TIMESTAMP(3),
    "receivedAt" TIMESTAMP(3) NOT NULL,
    "processedAt" TIMESTAMP(3),

    CONSTRAINT "WebhookEvent_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "WebhookRegistry_storeId_idx" ON "WebhookRegistry"("storeId");

-- CreateIndex
CREATE UNIQUE INDEX "WebhookRegistry_shopDomain_topicKey_key" ON "WebhookRegistry"("shopDomain", "topicKey");

-- CreateIndex
CREATE UNIQUE INDEX "WebhookEvent_webhookId_key" ON "WebhookEvent"("webhookId");

-- CreateIndex
CREATE INDEX "WebhookEvent_status_nextAttemptAt_idx" ON "WebhookEvent"("status", "nextAttemptAt");

-- CreateIndex
CREATE INDEX "WebhookEvent_shopDomain_receivedAt_idx" ON "WebhookEvent"("shopDomain", "receivedAt");

-- CreateIndex
CREATE INDEX "WebhookEvent_storeId_idx" ON "WebhookEvent"("storeId");

-- AddForeignKey
ALTER TABLE "WebhookRegistry" ADD CONSTRAINT "WebhookRegistry_storeId_fkey" FOREIGN KEY ("storeId") REFERENCES "Store"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "WebhookEvent" ADD CONSTRAINT "WebhookEvent_storeId_fkey" FOREIGN KEY ("storeId") REFERENCES "Store"("id") ON DELETE CASCADE ON UPDATE CASCADE;
