import { chmodSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { StoreRepository } from "~/features/stores/store.repository.server";
import { databaseNow } from "~/platform/db/clock.server";
import { connectDatabase, inTransaction } from "~/platform/db/client.server";
import {
  DatabaseUnavailableError,
  describeDatabaseError,
  isDatabaseUnavailable,
  isUniqueViolation,
} from "~/platform/db/errors.server";
import { queryRows } from "~/platform/db/raw.server";
import { runNode } from "../../support/child-process";
import { eventually } from "../../support/eventually";
import freePort from "../../support/free-port";
import { administer, databaseUrl } from "../../support/postgres";
import { createTestDatabase, eachDatabase } from "../../support/databases";
import { T0 } from "../../support/tenant-rows";

const shop = (shopDomain: string) => ({ data: { shopDomain, onboardingFlags: {}, installedAt: T0 } });

/** Both clocks are this machine's, so that only the time of the call lies between them, however long that takes. */
async function expectNow(read: () => Promise<Date>) {
  const before = Date.now();
  const now = (await read()).getTime();
  expect(now).toBeGreaterThanOrEqual(before - 1_000);
  expect(now).toBeLessThanOrEqual(Date.now() + 1_000);
}

eachDatabase("a database", ({ db }) => {
  it("distinguishes a unique violation from other errors", async () => {
    await db().store.create(shop("twice.myshopify.com"));
    const error = await db()
      .store.create(shop("twice.myshopify.com"))
      .catch((e: unknown) => e);
    expect({ unique: isUniqueViolation(error), away: isDatabaseUnavailable(error) }).toEqual({
      unique: true,
      away: false,
    });
    expect(isUniqueViolation(new Error("P2002"))).toBe(false);
  });

  it("commits all of a transaction or nothing", async () => {
    const error = new Error("no");
    const failed = inTransaction(db(), async (tx) => {
      await new StoreRepository(tx).upsertInstalled("half.myshopify.com", "", T0);
      throw error;
    });
    await expect(failed).rejects.toBe(error);
    expect(await new StoreRepository(db()).findByShopDomain("half.myshopify.com")).toBeNull();
    await inTransaction(db(), (tx) => new StoreRepository(tx).upsertInstalled("whole.myshopify.com", "", T0));
    expect(await new StoreRepository(db()).findByShopDomain("whole.myshopify.com")).not.toBeNull();
  });

  it("tells its own time", async () => {
    await expectNow(() => databaseNow(db()));
  });

  it("returns instants, money and JSON exactly as they were written", async () => {
    const instant = new Date("2026-11-01T05:59:59.999Z");
    const { id } = await db().store.create(shop("exact.myshopify.com"));
    const evidence = { text: "ä ☃ \u2028", nested: { n: 1.5, list: [null, true] } };
    await db().orderFlag.create({
      data: {
        storeId: id,
        orderGid: "g",
        orderName: "#1",
        rule: "R",
        severity: "INFO",
        currency: "USD",
        orderTotalMinor: 9_007_199_254_740_991n,
        orderPlacedAt: instant,
        orderUpdatedAt: instant,
        evidence,
      },
    });
    const row = await db().orderFlag.findFirstOrThrow({ where: { storeId: id } });
    expect(row).toMatchObject({ orderTotalMinor: 9_007_199_254_740_991n, orderPlacedAt: instant, evidence });
  });

  it("refuses a row that refers to a parent in another store", async () => {
    const [a, b] = [
      await db().store.create(shop("a.myshopify.com")),
      await db().store.create(shop("b.myshopify.com")),
    ];
    const ticket = await db().ticket.create({
      data: { storeId: a.id, channel: "EMAIL", subject: "s", tags: [], metadata: {}, lastMessageAt: T0 },
    });
    const stray = { ticketId: ticket.id, kind: "NOTE" as const, body: "b", metadata: {}, writtenAt: T0 };
    await expect(db().ticketMessage.create({ data: { ...stray, storeId: b.id } })).rejects.toMatchObject({
      code: "P2003",
    });
    const message = await db().ticketMessage.create({ data: { ...stray, storeId: a.id } });
    const draft = { messageId: message.id, model: "m", version: "1", text: "t" };
    await expect(db().aiDraft.create({ data: { ...draft, storeId: b.id } })).rejects.toMatchObject({
      code: "P2003",
    });
    await expect(db().aiDraft.create({ data: { ...draft, storeId: a.id } })).resolves.toBeDefined();
  });
});

describe("Postgres with a time zone and a way to write dates of its own", () => {
  it.each(["ISO, YMD", "German, DMY", "SQL, MDY", "Postgres, DMY"])(
    "(%s) does not change an instant that is written, read or compared",
    async (style) => {
      const { url, drop } = await createTestDatabase("postgres");
      const name = new URL(url).pathname.slice(1);
      await administer(
        inject("postgresUrl"),
        `ALTER DATABASE ${name} SET timezone TO 'Pacific/Auckland'`,
        `ALTER DATABASE ${name} SET DateStyle TO '${style}'`,
      );
      const db = await connectDatabase(url);
      const instant = new Date("2026-06-01T12:00:00.123Z");
      await db.store.create({
        data: { shopDomain: "tz.myshopify.com", onboardingFlags: {}, installedAt: instant },
      });
      const row = await db.store.findFirst({ where: { installedAt: { lte: instant } } });
      expect(row?.installedAt).toEqual(instant);
      expect(Math.abs((row?.createdAt.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);
      await expectNow(() => databaseNow(db));
      const [raw] = await db.$queryRawUnsafe<[{ at: string }]>(
        `SELECT "installedAt"::text AS "at" FROM "Store"`,
      );
      expect(raw.at).toBe("2026-06-01 12:00:00.123");
      const [past] = await queryRows<{ at: Date }>(db, `SELECT "installedAt" AS "at" FROM "Store"`, []);
      expect(past!.at).toEqual(instant);
      await db.$disconnect();
      await drop();
    },
  );
});

describe("a connection pool that is in use", () => {
  it("refuses a query that finds no connection in time, and serves again when one is free", async () => {
    const { url, drop } = await createTestDatabase("postgres");
    const db = await connectDatabase(url, { maxConnections: 1, acquireTimeoutMs: 300 });
    let release: (() => void) | undefined;
    const holding = inTransaction(db, async (tx) => {
      await tx.store.count();
      await new Promise<void>((resolve) => (release = resolve));
    });
    await eventually(() => expect(release).toBeDefined());
    const error = await db.store.count().catch((e: unknown) => e);
    expect(isDatabaseUnavailable(error)).toBe(true);
    expect(describeDatabaseError(error, url).message).toMatch(/gave no connection in time/);
    release?.();
    await holding;
    expect(await db.store.count()).toBe(0);
    await db.$disconnect();
    await drop();
  });
});

describe("the error for a database that cannot be used", () => {
  const refusal = async (url: string): Promise<DatabaseUnavailableError> => {
    const error: unknown = await connectDatabase(url, { acquireTimeoutMs: 1_500 }).then(
      async (db) => void (await db.$disconnect()),
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(DatabaseUnavailableError);
    return error as DatabaseUnavailableError;
  };
  const folder = () => mkdtempSync(join(tmpdir(), "backroom-bad-"));

  it("names the address when Postgres does not answer", async () => {
    const port = await freePort();
    const error = await refusal(`postgresql://desk:hunter2@127.0.0.1:${port}/backroom`);
    expect(error.message).toBe(
      `Postgres at 127.0.0.1:${port} does not answer. Start it, or correct the host and port in DATABASE_URL.`,
    );
  });

  it("names the host when it is unknown", async () => {
    expect((await refusal("postgresql://u:p@no-such-host.invalid/backroom")).message).toMatch(
      /^The host no-such-host.invalid of DATABASE_URL cannot be found/,
    );
  });

  it("names the user and not the password when the password is refused", async () => {
    const serverUrl = inject("postgresUrl");
    const url = new URL(databaseUrl(serverUrl, "postgres"));
    url.password = "hunter2";
    const { message } = await refusal(url.href);
    expect(message).toMatch(/refuses the password of user "postgres"\. Correct DATABASE_URL\.$/);
    expect(message).not.toContain("hunter2");
  });

  it("names the database when it does not exist", async () => {
    const error = await refusal(databaseUrl(inject("postgresUrl"), "nowhere"));
    expect(error.message).toMatch(/has no database "nowhere"\. Create it \(createdb nowhere\)/);
  });

  it("names the SQLite file when there is none, and does not create it", async () => {
    const at = folder();
    for (const file of [join(at, "shop.sqlite"), join(at, "no/such/folder.sqlite")])
      expect((await refusal(`file:${file}`)).message).toBe(
        `There is no SQLite file at ${file}. Create it with: DATABASE_URL="file:${file}" npm run prisma:migrate`,
      );
    expect(readdirSync(at)).toEqual([]);
  });

  it("names the file when it is not a SQLite database", async () => {
    const file = join(folder(), "notes.sqlite");
    writeFileSync(file, "these are my notes, and not a database at all\n".repeat(50));
    expect((await refusal(`file:${file}`)).message).toMatch(/is not a SQLite database, or it is damaged/);
  });

  it("names the file when it is read-only", async () => {
    const { url, drop } = await createTestDatabase("sqlite");
    const file = url.slice("file:".length);
    chmodSync(file, 0o444);
    chmodSync(join(file, ".."), 0o555);
    // Root may write anything; for it the file is opened by a process that gave its rights away.
    const script = `
      import { connectDatabase } from "~/platform/db/client.server";
      import "#prisma/sqlite"; import "@prisma/adapter-better-sqlite3";
      if (process.getuid() === 0) { process.setgid(65534); process.setuid(65534); }
      try { await (await connectDatabase(${JSON.stringify(url)})).$disconnect(); console.log("usable"); } catch (error) { console.log(error.message); }`;
    const { output } = await runNode([
      ...["--import", "./prisma/register-ts-loader.mjs", "--input-type=module"],
      ...["--eval", script],
    ]);
    chmodSync(join(file, ".."), 0o755);
    await drop();
    expect(output).toBe(
      `The SQLite file ${file} is read-only. Give this user the right to write the file and its folder.\n`,
    );
  });
});
