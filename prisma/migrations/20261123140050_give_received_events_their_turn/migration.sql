-- What was received before has its turn in the order in which it came. Not together with the columns of the migration before,
-- whose lock on the table would be held until every row is written; and in batches, since whoever wants a row of one waits
-- for its COMMIT. May be cut off anywhere and run again.
SET lock_timeout = '2s';
SET statement_timeout = 0;

DO $$
DECLARE
  "last" TEXT := '';
  "upTo" TEXT;
BEGIN
  LOOP
    SELECT max("id") INTO "upTo"
      FROM (SELECT "id" FROM "WebhookEvent" WHERE "id" > "last" ORDER BY "id" LIMIT 500) AS "batch";
    EXIT WHEN "upTo" IS NULL;
    UPDATE "WebhookEvent" SET "nextAttemptAt" = "receivedAt"
      WHERE "id" > "last" AND "id" <= "upTo" AND "status" = 'RECEIVED' AND "nextAttemptAt" IS NULL;
    COMMIT;
    -- Whoever commits meanwhile waits for the disk to take what was written here.
    IF FOUND THEN PERFORM pg_sleep(0.02); END IF;
    "last" := "upTo";
  END LOOP;
END $$;
