-- Sealed provider credentials, and the log of connection tests.
SET lock_timeout = '2s';
SET statement_timeout = '30s';

-- CreateEnum
CREATE TYPE "Provider" AS ENUM ('GA4', 'GSC', 'BING', 'MCP');

-- CreateEnum
CREATE TYPE "ConnectionOutcome" AS ENUM ('SUCCESS', 'FAILURE');

-- CreateEnum
CREATE TYPE "ConnectionTrigger" AS ENUM ('MANUAL', 'SCHEDULED');

-- CreateEnum
CREATE TYPE "ConnectionErrorClass" AS ENUM ('AUTH_INVALID', 'AUTH_EXPIRED', 'FORBIDDEN', 'API_DISABLED', 'NOT_FOUND', 'BAD_CONFIG', 'RATE_LIMITED', 'QUOTA_EXHAUSTED', 'TIMEOUT', 'NETWORK', 'PROVIDER_ERROR', 'PROTOCOL_MISMATCH', 'INVALID_RESPONSE');

-- CreateTable
CREATE TABLE "StoreSecret" (
    "id" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,
    "storeId" TEXT NOT NULL,
    "provider" "Provider" NOT NULL,
    "cipherText" TEXT NOT NULL,
    "encryptionVersion" INTEGER NOT NULL,
    "keyId" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "lastFour" TEXT NOT NULL,
    "setBy" TEXT,
    "rotationReminderAt" TIMESTAMP(3),
    "lastRotatedAt" TIMESTAMP(3),

    CONSTRAINT "StoreSecret_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ConnectionEvent" (
    "id" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,
    "storeId" TEXT NOT NULL,
    "provider" "Provider" NOT NULL,
    "trigger" "ConnectionTrigger" NOT NULL DEFAULT 'MANUAL',
    "outcome" "ConnectionOutcome" NOT NULL,
    "errorClass" "ConnectionErrorClass",
    "retryable" BOOLEAN NOT NULL DEFAULT false,
    "httpStatus" INTEGER,
    "providerCode" TEXT,
    "latencyMs" INTEGER NOT NULL,
    "message" TEXT,

    CONSTRAINT "ConnectionEvent_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "StoreSecret_keyId_idx" ON "StoreSecret"("keyId");

-- CreateIndex
CREATE UNIQUE INDEX "StoreSecret_storeId_provider_key" ON "StoreSecret"("storeId", "provider");

-- CreateIndex
CREATE INDEX "ConnectionEvent_storeId_provider_outcome_createdAt_idx" ON "ConnectionEvent"("storeId", "provider", "outcome", "createdAt");

-- AddForeignKey
ALTER TABLE "StoreSecret" ADD CONSTRAINT "StoreSecret_storeId_fkey" FOREIGN KEY ("storeId") REFERENCES "Store"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ConnectionEvent" ADD CONSTRAINT "ConnectionEvent_storeId_fkey" FOREIGN KEY ("storeId") REFERENCES "Store"("id") ON DELETE CASCADE ON UPDATE CASCADE;
