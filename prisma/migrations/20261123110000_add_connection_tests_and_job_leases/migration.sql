-- Credentials are tested before they are stored (CONNECT), the cron knows which connection is due, and one process at a
-- time runs a job.
SET lock_timeout = '2s';
SET statement_timeout = '30s';

-- AlterEnum
ALTER TYPE "ConnectionTrigger" ADD VALUE 'CONNECT' AFTER 'SCHEDULED';

-- AlterTable
-- What was connected before is due for its first scheduled test, since an instant that is over. By a default that is taken
-- away again, which rewrites no row: an UPDATE here would keep everybody out of the table until it is done.
ALTER TABLE "StoreSecret" ADD COLUMN     "nextTestAt" TIMESTAMP(3) DEFAULT '2026-11-23 11:00:00';
ALTER TABLE "StoreSecret" ALTER COLUMN "nextTestAt" DROP DEFAULT;

-- CreateTable
CREATE TABLE "JobLease" (
    "id" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,
    "name" TEXT NOT NULL,
    "runId" TEXT NOT NULL,
    "expiresAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "JobLease_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "JobLease_name_key" ON "JobLease"("name");

