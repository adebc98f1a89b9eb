-- What was received before has its turn in the order in which it came. Not together with the columns of the migration before:
-- their lock on the table would be held until every row is written.
SET lock_timeout = '2s';
SET statement_timeout = 0;

UPDATE "WebhookEvent" SET "nextAttemptAt" = "receivedAt" WHERE "status" = 'RECEIVED' AND "nextAttemptAt" IS NULL;
