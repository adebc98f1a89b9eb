-- A data report is downloaded first and sent to the customer second; only the second closes the request.
SET lock_timeout = '2s';
SET statement_timeout = '30s';

-- AlterTable
ALTER TABLE "ComplianceRequest" ADD COLUMN     "downloadedAt" TIMESTAMP(3),
ADD COLUMN     "downloadedBy" TEXT,
ADD COLUMN     "sentAt" TIMESTAMP(3),
ADD COLUMN     "sentBy" TEXT;
