-- AlterTable
ALTER TABLE "StoreSecret" ADD COLUMN "nextTestAt" DATETIME;

-- CreateTable
CREATE TABLE "JobLease" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" DATETIME NOT NULL,
    "name" TEXT NOT NULL,
    "runId" TEXT NOT NULL,
    "expiresAt" DATETIME NOT NULL
);

-- CreateIndex
CREATE UNIQUE INDEX "JobLease_name_key" ON "JobLease"("name");

-- CreateIndex
CREATE INDEX "StoreSecret_nextTestAt_idx" ON "StoreSecret"("nextTestAt");
