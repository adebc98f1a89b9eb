import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectDatabase, inTransaction, type Db } from "~/platform/db/client.server";
import { isDatabaseUnavailable } from "~/platform/db/errors.server";
import { inRawTransaction, queryRows } from "~/platform/db/raw.server";
import { createTestDatabase, type TestDatabase } from "../../support/databases";
import { administer } from "../../support/postgres";

describe("on postgres, a connection that is lost", () => {
  let database: TestDatabase;
  let db: Db;
  beforeAll(async () => {
    database = await createTestDatabase("postgres");
    db = await connectDatabase(database.url, { maxConnections: 2, acquireTimeoutMs: 1_000 });
  });
  afterAll(async () => {
    await db?.$disconnect();
    await database?.drop();
  });

  it.each(["in the middle", "at the end"])("%s of a transaction is replaced in the pool", async (when) => {
    for (let i = 0; i < 3; i++) {
      const lost = inTransaction(db, async (tx) => {
        const [row] = await tx.$queryRaw<[{ pid: number }]>`SELECT pg_backend_pid() AS "pid"`;
        await administer(database.url, `SELECT pg_terminate_backend(${row.pid})`);
        if (when === "in the middle") await tx.$queryRaw`SELECT 1`;
      });
      expect(isDatabaseUnavailable(await lost.catch((error: unknown) => error))).toBe(true);
    }
    expect(db.pool!.totalCount).toBeLessThanOrEqual(1);
    expect(await Promise.all([1, 2].map(() => inTransaction(db, (tx) => tx.store.count())))).toEqual([0, 0]);
  });

  it.each(["in the middle", "at the end"])(
    "%s of a raw transaction is replaced in the pool",
    async (when) => {
      for (let i = 0; i < 3; i++) {
        const lost = inRawTransaction(db, async (tx) => {
          const [row] = await queryRows<{ pid: number }>(tx, `SELECT pg_backend_pid() AS "pid"`, []);
          await administer(database.url, `SELECT pg_terminate_backend(${row!.pid})`);
          if (when === "in the middle") await queryRows(tx, "SELECT 1", []);
        });
        expect(isDatabaseUnavailable(await lost.catch((error: unknown) => error))).toBe(true);
      }
      expect(db.pool!.totalCount).toBeLessThanOrEqual(1);
      expect(await Promise.all([1, 2].map(() => inTransaction(db, (tx) => tx.store.count())))).toEqual([
        0, 0,
      ]);
    },
  );
});
