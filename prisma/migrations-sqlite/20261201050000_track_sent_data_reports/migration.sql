-- A data report is downloaded first and sent to the customer second; only the second closes the request.
-- AlterTable
ALTER TABLE "ComplianceRequest" ADD COLUMN "downloadedAt" DATETIME;
ALTER TABLE "ComplianceRequest" ADD COLUMN "downloadedBy" TEXT;
ALTER TABLE "ComplianceRequest" ADD COLUMN "sentAt" DATETIME;
ALTER TABLE "ComplianceRequest" ADD COLUMN "sentBy" TEXT;
