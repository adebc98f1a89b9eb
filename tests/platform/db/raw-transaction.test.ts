import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectDatabase, type Db } from "~/platform/db/client.server";
import { isStatementTimeout } from "~/platform/db/errors.server";
import { changeRows, inRawTransaction, queryRows, type RawQueryable } from "~/platform/db/raw.server";
import { limitStatements } from "~/platform/db/statement-timeout.server";
import { createTestDatabase, eachDatabase, type TestDatabase } from "../../support/databases";

eachDatabase("a transaction of raw statements", ({ db, engine }) => {
  const mark = (at: RawQueryable, name: string) =>
    changeRows(
      at,
      `INSERT INTO "JobLease" ("id", "name", "runId", "expiresAt", "updatedAt") VALUES (?, ?, ?, ?, ?)`,
      [...[name, name, "run", new Date(0), new Date(0)]],
    );
  const marked = async (name: string) => (await db().jobLease.count({ where: { name } })) === 1;

  it("is invisible to others before its end, and complete afterwards", async () => {
    await inRawTransaction(db(), async (tx) => {
      await mark(tx, "a");
      // SQLite has one connection: asked there, it would wait for this very transaction.
      if (engine === "postgres") expect(await marked("a")).toBe(false);
      await mark(tx, "b");
    });
    expect([await marked("a"), await marked("b")]).toEqual([true, true]);
  });

  it("is rolled back when the work fails, and its connection can be used again", async () => {
    const error = new Error("no");
    const failing = inRawTransaction(db(), async (tx) => {
      await mark(tx, "c");
      throw error;
    });
    await expect(failing).rejects.toBe(error);
    await expect(inRawTransaction(db(), (tx) => queryRows(tx, "SELECT nonsense", []))).rejects.toThrow(
      /nonsense/,
    );
    expect(await marked("c")).toBe(false);
    await inRawTransaction(db(), (tx) => mark(tx, "d"));
    expect(await marked("d")).toBe(true);
  });

  it("reads an instant as it was written", async () => {
    const at = new Date("2026-03-29T01:30:00.123Z");
    await db().jobLease.create({ data: { name: "e", runId: "run", expiresAt: at } });
    const rows = await inRawTransaction(db(), (tx) =>
      queryRows<{ at: Date | string }>(
        tx,
        `SELECT "expiresAt" AS "at" FROM "JobLease" WHERE "expiresAt" = ?`,
        [at],
      ),
    );
    expect(rows.map((row) => new Date(row.at))).toEqual([at]);
  });
});

describe("the limits of a transaction of raw statements, on postgres,", () => {
  let database: TestDatabase;
  let db: Db;
  beforeAll(async () => {
    database = await createTestDatabase("postgres");
    db = await connectDatabase(database.url, { maxConnections: 1 });
  });
  afterAll(async () => {
    await db?.$disconnect();
    await database?.drop();
  });

  it("end with the transaction and do not stay on the connection", async () => {
    const slow = inRawTransaction(db, async (tx) => {
      await limitStatements(tx, 20, { commit: "lazy" });
      await queryRows(tx, "SELECT pg_sleep(2)", []);
    });
    expect(isStatementTimeout(await slow.catch((error: unknown) => error))).toBe(true);
    await inRawTransaction(db, (tx) => limitStatements(tx, 20, { commit: "lazy" }));
    const [settings] = await queryRows(
      db,
      `SELECT current_setting('statement_timeout') AS "timeout", current_setting('synchronous_commit') AS "commit"`,
      [],
    );
    expect(settings).toEqual({ timeout: "0", commit: "on" });
  });
});
