import { existsSync } from "node:fs";

/**
 * The test files that run once more behind PgBouncer in transaction mode, each with what can differ there: a connection's next
 * transaction may run on another server connection. So these are the files about transactions and what is locked in them,
 * leases, settings bound to a transaction, statements that go past Prisma, and the app as a process, with its pool, its
 * readiness and its end. A file whose statements each stand alone is not listed: they take the same way through Prisma as
 * those of the files that are.
 */
const REASONS: Record<string, string> = {
  "tests/platform/db/engines.test.ts":
    "connecting, a used-up pool, a time zone set for the database, refusals",
  "tests/platform/db/lease.test.ts": "a lease is renewed and proven on changing connections",
  "tests/platform/db/one-at-a-time.test.ts":
    "a transaction that is undone beside statements of other connections",
  "tests/platform/db/raw-transaction.test.ts": "BEGIN and COMMIT past Prisma, statement_timeout by SET LOCAL",
  "tests/features/compliance/customers.test.ts":
    "batches in a transaction each, begun again after any of them",
  "tests/features/compliance/shop-redact.test.ts": "batches that first lock the store's row",
  "tests/features/connections/manage-connection.test.ts": "a secret's row is locked while it is tested",
  "tests/features/connections/refresh.test.ts": "a leased run with many connections at once",
  "tests/features/inbox/ticket.test.ts": "a thread and its first message in one transaction",
  "tests/features/retention/retention.test.ts": "counts under a statement_timeout of their own transaction",
  "tests/features/retention/sweep.test.ts":
    "SKIP LOCKED, a fence by the lease's row, statement_timeout and synchronous_commit by set_config",
  "tests/features/webhooks/inbox.test.ts": "claims by SKIP LOCKED, inserts of many rows past Prisma",
  "tests/features/webhooks/process.test.ts": "a handler's transaction, fenced by the claim's token",
  "tests/server/inbox.test.ts": "the worker's claims in a process, beside other processes",
  "tests/server/process.test.ts":
    "start, readiness and end of a process, with a database that is away or not migrated",
  "tests/server/retention.test.ts": "a sweep that is stopped or killed, and whose lease is taken over",
  "tests/server/stopping.test.ts": "a process that ends while it has transactions open",
  "tests/server/webhooks.test.ts": "inserts in groups past Prisma, a database that is away and comes back",
};

export const PGBOUNCER_FILES = Object.keys(REASONS);

const missing = PGBOUNCER_FILES.filter((file) => !existsSync(file));
if (missing.length)
  throw new Error(`tests/support/pgbouncer-files.ts lists ${missing.join()}, which is not there.`);
