-- What a sweep leaves is vacuumed while the door takes deliveries: at Postgres' own pace (2 ms) the vacuum's writes took
-- the door's p99 from 5 to 25 ms. At this one it still writes 500 pages a second: those of a million webhooks, at 3 KB each,
-- in a quarter of an hour.
SET lock_timeout = '2s';
SET statement_timeout = 0;

ALTER TABLE "WebhookEvent" SET (autovacuum_vacuum_cost_delay = 20);
